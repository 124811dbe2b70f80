"""A case file with something in every part of it, and a reader for the paper that is made of it."""

from __future__ import annotations

import io
from datetime import timedelta
from typing import Any

import pypdfium2
from PIL import Image

from care.models.customer import Address
from care.models.evidence import Facts
from care.models.order import OrderStatus, Payment, PaymentStatus
from care.models.refund import (
    CaseEvidence,
    CaseFile,
    RefundStatus,
    Ruling,
    Signal,
    TimelineEntry,
    Verdict,
)
from care.paper.case_data import Pictures
from care.paper.case_pdf import case_pdf
from care.rules.case_file import decisions
from tests.stores.make import AT, customer, eur, evidence, order, refund

MADE = AT + timedelta(days=2)
ADDRESS = Address(street="Lindenweg 4", city="Bremen", postcode="28195", country="DE")
VERDICT = Verdict(
    decision="uncertain",
    confidence=0.62,
    findings=["The carton is crushed."],
    signals=[Signal(name="refund_rate", weight=45, sentence="3 other refunds in the last 90 days.")],
    model="gemini-test",
    prompt_version="7",
    policy_version="2026-11+ab12cd34",
    reasons=["The signals ask for a person."],
)
RULINGS = [
    Ruling(decision="request_evidence", reviewer="amy@shop.test", note="Please show the label."),
    Ruling(decision="approve", reviewer="ben@shop.test", note="The label fits.", amount=1000),
]
TIMELINE = [
    ("customer", "opened", "", RefundStatus.ASSESSING),
    ("machine", "in_review", "", RefundStatus.IN_REVIEW),
    ("amy@shop.test", "evidence_requested", "Please show the label.", RefundStatus.NEEDS_EVIDENCE),
    ("ben@shop.test", "approved", "€10.00", RefundStatus.APPROVED),
    ("machine", "paid", "re_77", RefundStatus.PAID),
]


def case_file(*, files: int = 2, file_name: str = "photo.jpg", **given: Any) -> CaseFile:
    told = [
        TimelineEntry(at=AT + timedelta(hours=n), actor=actor, event=event, detail=detail, status=status)
        for n, (actor, event, detail, status) in enumerate(TIMELINE)
    ]
    fields: dict[str, Any] = {
        "items": {"MILK": 2},
        "price": 1299,
        "status": RefundStatus.PAID,
        "approved": eur(1000),
        "payment_reference": "re_77",
        "verdicts": [VERDICT],
        "rulings": RULINGS,
        "timeline": told,
    }
    case = refund(**fields | given)
    facts = Facts(captured_at=AT - timedelta(hours=5), device="Pixel 9")
    shown = [evidence(f"EV{n:03d}", facts=facts, file_name=file_name) for n in range(1, files + 1)]
    paid = Payment(status=PaymentStatus.PAID, reference="pay_55")
    return CaseFile(
        **case.model_dump(),
        workflow_id="refund-REF001",
        evidence=[CaseEvidence.model_validate(each.model_dump()) for each in shown],
        order=order(
            items={"MILK": 2}, price=1299, status=OrderStatus.DELIVERED, delivered_at=AT, address=ADDRESS, payment=paid
        ),
        customer=customer(),
        decisions=decisions(case),
    )


def drawn(case: CaseFile, pictures: Pictures | None = None) -> pypdfium2.PdfDocument:
    return pypdfium2.PdfDocument(case_pdf(case, pictures or {}, MADE))


def words(document: pypdfium2.PdfDocument) -> list[str]:
    """The text of each page, with spaces where lines end."""
    return [" ".join(page.get_textpage().get_text_range().split()) for page in document]


def picture(colour: str = "red", kind: str = "PNG", mode: str = "RGB") -> bytes:
    out = io.BytesIO()
    Image.new(mode, (1600, 1200), colour).save(out, kind)
    return out.getvalue()

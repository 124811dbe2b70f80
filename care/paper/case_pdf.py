"""The case file as a PDF, for a dispute with a bank. Pure: what it shows is handed to it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from care.models.money import Money
from care.models.refund import CaseEvidence, CaseFile, CaseRuling, Verdict
from care.paper.sheet import Sheet

Pictures = Mapping[str, Sequence[bytes]]


def as_json(case: CaseFile) -> bytes:
    """The case file as `GET /refund/case/{id}` answers it, byte for byte: what the PDF's SHA-256 is of."""
    return case.model_dump_json().encode()


def case_pdf(case: CaseFile, pictures: Pictures, at: datetime) -> bytes:
    """`pictures` are small JPEGs by evidence id, `at` is when it is made. The same three give the same bytes."""
    data = as_json(case)
    digest = hashlib.sha256(data).hexdigest()
    foot = f"Refund {case.refund_id}  |  made {_time(at)}  |  SHA-256 of the case file {digest[:16]}..."
    sheet = Sheet(data.decode(), title=f"Refund case {case.refund_id}", foot=foot, at=at)
    sheet.headline(
        f"Refund case {case.refund_id}",
        f"{_words(case.status)}  |  {(case.approved or case.amount).with_code()}  |  made {_time(at)}",
    )
    for part in (_case, _order, _claim, _money, _verdicts, _rulings):
        part(sheet, case)
    _evidence(sheet, case, pictures)
    _timeline(sheet, case)
    _seal(sheet, case, digest, at)
    return bytes(sheet.output())


def _case(sheet: Sheet, case: CaseFile) -> None:
    customer = case.customer
    sheet.facts(
        [
            ("Status", _words(case.status) + (f" ({_words(case.label)})" if case.label else "")),
            ("Reason given", _words(case.reason)),
            ("Remedy asked for", _words(case.remedy)),
            ("Opened", _time(case.created_at)),
            ("Last change", _time(case.updated_at)),
            ("Customer", f"{customer.name}, {customer.customer_id}"),
            ("E-mail", customer.email),
            ("Customer since", _time(customer.created_at)),
            ("Policy version", case.policy_version),
            ("Workflow", case.workflow_id),
        ]
    )


def _order(sheet: Sheet, case: CaseFile) -> None:
    order = case.order
    sheet.heading("Order")
    sheet.facts(
        [
            ("Order", order.order_id + (f", of subscription {order.subscription_id}" if order.subscription_id else "")),
            ("Placed", _time(order.placed_at)),
            ("Delivered", _time(order.delivered_at) if order.delivered_at else f"no: {_words(order.status)}"),
            ("Delivered to", str(order.address) if order.address else ""),
            ("Payment", f"{_words(order.payment.status)}, reference {order.payment.reference or 'none'}"),
            ("Paid back so far", order.refunded.with_code()),
        ]
    )
    sheet.ln(2)
    rows = [
        [line.name, line.sku, str(line.quantity), line.price.with_code(), (line.price * line.quantity).with_code()]
        for line in order.items
    ]
    rows.append(["Shipping", "", "", "", order.shipping.with_code()])
    rows.append(["Total charged", "", "", "", order.total.with_code()])
    sheet.grid(["Item", "SKU", "Pieces", "Each", "Amount"], rows, [66, 40, 16, 26, 26])


def _claim(sheet: Sheet, case: CaseFile) -> None:
    sheet.heading("Claim, in the customer's own words")
    sheet.quote(case.complaint)
    rows = [
        [line.name, line.sku, str(line.quantity), _words(line.outcome or ""), line.amount.with_code()]
        for line in case.items
    ]
    sheet.grid(["Claimed item", "SKU", "Pieces", "Outcome", "Amount"], rows, [66, 40, 16, 26, 26])


def _money(sheet: Sheet, case: CaseFile) -> None:
    sheet.heading("Payment of the refund")
    sheet.facts(
        [
            ("Amount", case.amount.with_code()),
            ("Approved", case.approved.with_code() if case.approved else "nothing so far"),
            ("Paid under", case.payment_reference or "not paid"),
            ("Approvals that stand", "; ".join(each.reviewer for each in case.approvals)),
        ]
    )


def _verdicts(sheet: Sheet, case: CaseFile) -> None:
    sheet.heading("What the machine concluded")
    verdicts = case.verdicts or ([case.verdict] if case.verdict else [])
    if not verdicts:
        sheet.note("The case has not been assessed.")
    for n, verdict in enumerate(verdicts, start=1):
        _verdict(sheet, n, verdict)


def _verdict(sheet: Sheet, n: int, verdict: Verdict) -> None:
    decided = "approve" if verdict.decision == "approve" else "uncertain: a person decides"
    sheet.facts(
        [
            (f"Assessment {n}", f"{decided}, {round(verdict.confidence * 100)} % sure that the claim is valid"),
            ("Model and prompt", f"{verdict.model}, prompt {verdict.prompt_version or 'none'}"),
            ("Policy version", verdict.policy_version),
            *(("Finding", finding) for finding in verdict.findings),
            *(("Item", f"{i.sku}: {i.decision}, {round(i.confidence * 100)} %") for i in verdict.items),
            *(("Signal", f"{s.name} ({s.weight}): {s.sentence}") for s in verdict.signals),
            *(("Why a person", reason) for reason in verdict.reasons),
        ]
    )
    sheet.ln(2)


def _rulings(sheet: Sheet, case: CaseFile) -> None:
    sheet.heading("What people decided")
    if not case.decisions:
        sheet.note("Nobody has ruled on the case.")
    for ruling in case.decisions:
        when = _time(ruling.at) if ruling.at else "time not recorded"
        sheet.entry(f"{when}   {_words(ruling.decision)}, by {ruling.reviewer}", _ruled(ruling, case.amount.currency))


def _ruled(ruling: CaseRuling, currency: str) -> str:
    amount = ruling.amount
    if isinstance(amount, int):
        amount = Money(amount=amount, currency=currency)
    lines = [
        f"Amount: {amount.with_code()}" if amount else "",
        f"Items: {', '.join(f'{each.quantity} of {each.sku}' for each in ruling.items)}" if ruling.items else "",
        f"Status: {_words(ruling.before or 'unknown')} to {_words(ruling.after)}" if ruling.after else "",
        f"Note: {ruling.note}" if ruling.note else "",
    ]
    return "\n".join(line for line in lines if line)


def _evidence(sheet: Sheet, case: CaseFile, pictures: Pictures) -> None:
    sheet.heading("Evidence")
    if not case.evidence:
        sheet.note("The customer sent no file.")
    for file in case.evidence:
        shown = pictures.get(file.evidence_id, [])
        hashes = [("SHA-256 as sent", file.original_sha256), ("SHA-256 as kept", file.sha256)]
        sheet.proof(shown, _file(file) + ([] if shown else [("Picture", "none can be shown of this file")]), hashes)


def _file(file: CaseEvidence) -> list[tuple[str, str]]:
    facts = file.facts
    pages = f", {facts.pages} pages" if facts.pages else ""
    return [
        ("File", f"{file.evidence_id}: {file.file_name}"),
        ("Kind and size", f"{file.media_type}, {file.bytes:,} bytes{pages}"),
        ("Received", _time(file.created_at)),
        ("Taken, by the file", _time(facts.captured_at) if facts.captured_at else "no date in the file"),
        ("Device, by the file", facts.device or ""),
    ]


def _timeline(sheet: Sheet, case: CaseFile) -> None:
    sheet.heading("Timeline")
    for entry in case.timeline:
        sheet.entry(f"{_time(entry.at)}   {_words(entry.event)}, by {entry.actor}", entry.detail)


def _seal(sheet: Sheet, case: CaseFile, digest: str, at: datetime) -> None:
    sheet.heading("How to check this paper")
    sheet.note(
        "It was drawn by a machine from the case file that the shop keeps. The case file can be asked for as JSON "
        f"(GET /refund/case/{case.refund_id}); as long as nothing in it has changed, its bytes have this SHA-256:"
    )
    sheet.facts([("SHA-256", digest), ("Made", _time(at)), ("Version of the case", str(case.version))])


def _time(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"


def _words(name: str) -> str:
    return name.replace("_", " ").capitalize()

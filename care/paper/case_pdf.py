"""The case file as a PDF, for a dispute with a bank. Pure: what it shows is handed to it."""

from __future__ import annotations

import hashlib
from datetime import datetime

from care.models.refund import CaseFile
from care.paper.case_data import Pictures, as_json
from care.paper.case_judged import evidence, rulings, timeline, verdicts
from care.paper.sheet import Sheet
from care.paper.wording import moment, plain
from care.rules.refund_exchange import owed, worth


def case_pdf(case: CaseFile, pictures: Pictures, at: datetime) -> bytes:
    """`pictures` are small JPEGs by evidence id, `at` is when it is made. The same three give the same bytes."""
    data = as_json(case)
    digest = hashlib.sha256(data).hexdigest()
    foot = f"Refund {case.refund_id}  |  made {moment(at)}  |  SHA-256 of the case file {digest[:16]}..."
    sheet = Sheet(data.decode(), title=f"Refund case {case.refund_id}", foot=foot, at=at)
    sheet.headline(
        f"Refund case {case.refund_id}",
        f"{plain(case.status)}  |  {(case.approved or case.amount).with_code()}  |  made {moment(at)}",
    )
    for part in (_case, _order, _claim, _money, verdicts, rulings):
        part(sheet, case)
    evidence(sheet, case, pictures)
    timeline(sheet, case)
    _seal(sheet, case, digest, at)
    return bytes(sheet.output())


def _case(sheet: Sheet, case: CaseFile) -> None:
    customer = case.customer
    sheet.facts(
        [
            ("Status", plain(case.status) + (f" ({plain(case.label)})" if case.label else "")),
            ("Reason given", plain(case.reason)),
            ("Remedy asked for", plain(case.remedy)),
            ("Opened", moment(case.created_at)),
            ("Last change", moment(case.updated_at)),
            ("Customer", f"{customer.name}, {customer.customer_id}"),
            ("E-mail", customer.email),
            ("Customer since", moment(customer.created_at)),
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
            ("Placed", moment(order.placed_at)),
            ("Delivered", moment(order.delivered_at) if order.delivered_at else f"no: {plain(order.status)}"),
            ("Delivered to", str(order.address) if order.address else ""),
            ("Payment", f"{plain(order.payment.status)}, reference {order.payment.reference or 'none'}"),
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
        [line.name, line.sku, str(line.quantity), plain(line.outcome or ""), line.amount.with_code()]
        for line in case.items
    ]
    sheet.grid(["Claimed item", "SKU", "Pieces", "Outcome", "Amount"], rows, [66, 40, 16, 26, 26])
    if case.exchange_for:
        _exchange(sheet, case)


def _exchange(sheet: Sheet, case: CaseFile) -> None:
    sheet.heading("Exchanged for")
    rows = [
        [line.name, line.sku, str(line.quantity), line.price.with_code(), (line.price * line.quantity).with_code()]
        for line in case.exchange_for
    ]
    rows.append(["New items", "", "", "", worth(case.exchange_for).with_code()])
    rows.append(["Left to be paid back", "", "", "", owed(case).with_code()])
    sheet.grid(["New item", "SKU", "Pieces", "Each", "Amount"], rows, [66, 40, 16, 26, 26])


def _money(sheet: Sheet, case: CaseFile) -> None:
    sheet.heading("Payment of the refund")
    sheet.facts(
        [
            ("Amount", case.amount.with_code()),
            ("Approved", case.approved.with_code() if case.approved else "nothing so far"),
            *([("New items sent as", case.sent_as)] if case.sent_as else []),
            ("Paid under", case.payment_reference or "not paid"),
            ("Approvals that stand", "; ".join(each.reviewer for each in case.approvals)),
        ]
    )


def _seal(sheet: Sheet, case: CaseFile, digest: str, at: datetime) -> None:
    sheet.heading("How to check this paper")
    sheet.note(
        "It was drawn by a machine from the case file that the shop keeps. The case file can be asked for as JSON "
        f"(GET /refund/case/{case.refund_id}); as long as nothing in it has changed, its bytes have this SHA-256:"
    )
    sheet.facts([("SHA-256", digest), ("Made", moment(at)), ("Version of the case", str(case.version))])

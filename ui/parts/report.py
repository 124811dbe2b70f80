"""The dialog "Report a problem": which items, what is wrong, what it looks like. Opens a refund."""

from __future__ import annotations

from uuid import uuid4

from nicegui import ui

from care.models.evidence import EvidenceReceipt
from care.models.order import Order, OrderLine
from care.models.refund import RefundReason, RefundRequest
from care.models.subscription import Item
from ui.parts import words
from ui.parts.elements import box, button, dialog, telling, text, thank, warn
from ui.parts.evidence import chooser, drop, thumbnail
from ui.visit import Visit


async def report_dialog(visit: Visit, order: Order) -> None:
    receipts: list[EvidenceReceipt] = []
    once = uuid4().hex  # sending again after a lost answer opens one refund
    with dialog("Report a problem", f"Order {order.order_id}. We look at it and pay back what is due to you.") as asked:
        with box("stack", tag="fieldset").style("border: 0; padding: 0; margin: 0"):
            text("What is it about?", "strong small", tag="legend")
            chosen = [(line, ui.checkbox(words.pieces(line.quantity, line.name), value=True)) for line in order.items]
        reason = ui.select(
            {r.value: w for r, w in words.REASON_WORDS.items()},
            label="What is wrong?",
            value=RefundReason.DAMAGED.value,
        ).props("outlined options-dense")
        complaint = ui.textarea("Tell us what happened").props("outlined autogrow maxlength=4000")

        @ui.refreshable
        def shown() -> None:
            with box("thumbs"):
                for receipt in receipts:
                    thumbnail(receipt, tiny=True)

        async def added(receipt: EvidenceReceipt) -> None:
            receipts.append(receipt)
            shown.refresh()

        drop("Add a photo", chooser(visit, added))
        shown()

        async def send() -> None:
            lines = [line for line, box_ in chosen if box_.value]
            said = (complaint.value or "").strip()
            if not lines or not said:
                warn("Choose at least one item." if not lines else "Please tell us in a few words what happened.")
                return
            sending.disable()
            with telling():
                refund = await visit.services.client.open_refund(
                    visit.customer_id, _request(order, lines, RefundReason(reason.value), said, receipts), once=once
                )
                asked.close()
                thank(f"Thank you. Your refund {refund.refund_id} is open.")
                ui.navigate.to(f"/refunds#{refund.refund_id}")
            sending.enable()

        with box("line end"):
            button("Cancel", asked.close, look="flat")
            sending = button("Send", send, symbol="send")
    asked.open()


def _request(
    order: Order, lines: list[OrderLine], reason: RefundReason, complaint: str, receipts: list[EvidenceReceipt]
) -> RefundRequest:
    """All lines chosen means the whole order, its shipping included."""
    some = None if len(lines) == len(order.items) else [Item(sku=line.sku, quantity=line.quantity) for line in lines]
    return RefundRequest(
        order_id=order.order_id,
        items=some,
        reason=reason,
        complaint=complaint,
        evidence_ids=[r.evidence_id for r in receipts],
    )

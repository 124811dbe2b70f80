"""Refunds: each with its timeline, and what the customer can still do."""

from __future__ import annotations

from nicegui import ui

from care.models.evidence import EvidenceReceipt
from care.models.refund import Refund, RefundStatus
from ui import live
from ui.parts import words
from ui.parts.elements import banner, box, button, card, dialog, empty, heading, link_button, telling, text, thank
from ui.parts.evidence import chooser, look_up, thumbnail
from ui.parts.refunds import refund_head, timeline
from ui.visit import Visit


async def page(visit: Visit) -> None:
    with heading("Refunds", "Where each one stands, and what happens next."):
        link_button("Report a problem", "/ui/orders", symbol="report_problem", look="outline")

    @ui.refreshable
    async def listed() -> None:
        refunds = (await visit.services.stores.refunds.page(visit.customer_id)).items
        if not refunds:
            empty("currency_exchange", "No refunds", "If something is wrong with an order, report it from your orders.")
        for refund in refunds:
            await _refund(visit, refund)

    async with live.follow(visit.customer_id, {"refunds"}, listed.refresh):
        with box("stack loose"):
            await listed()


async def _refund(visit: Visit, refund: Refund) -> None:
    async def add(receipt: EvidenceReceipt) -> None:
        await visit.services.client.add_evidence(refund.refund_id, [receipt.evidence_id])
        thank("Thank you. We are checking it.")

    with card() as element:
        element.props["id"] = refund.refund_id
        refund_head(refund)
        if refund.status is RefundStatus.NEEDS_EVIDENCE:
            banner("add_a_photo", "Please add a photo that shows the problem.", "warn")
        text(f"{words.REASON_WORDS[refund.reason]}: “{refund.complaint}”", "mute wrap")
        if refund.evidence_ids:
            with box("thumbs"):
                for file in await look_up(visit, refund.evidence_ids):
                    thumbnail(file, tiny=True)
        timeline(visit, refund)
        if not refund.status.is_settled and refund.status is not RefundStatus.APPROVED:
            with box("line end wraps"):
                button("Withdraw", lambda: _withdraw(visit, refund), look="flat")
                pick = chooser(visit, add)
                ui.button("Add a photo", icon="add_a_photo").props("outline no-caps").on("click", js_handler=pick)


def _withdraw(visit: Visit, refund: Refund) -> None:
    with dialog("Withdraw this refund?", f"{refund.amount} will not be paid back. You can ask again later.") as asked:

        async def withdraw() -> None:
            asked.close()
            with telling():
                await visit.services.client.withdraw_refund(refund.refund_id)
                thank("Withdrawn.")

        with box("line end"):
            button("Keep it", asked.close, look="flat")
            button("Withdraw", withdraw)
    asked.open()

"""Refunds: each with its timeline, and what the customer can still do."""

from __future__ import annotations

from nicegui import ui

from care.models.refund import Refund
from ui import live
from ui.parts import words
from ui.parts.case import facts
from ui.parts.elements import box, card, empty, heading, link_button, text
from ui.parts.evidence import look_up, thumbnail
from ui.parts.exchanging import exchange_facts
from ui.parts.refund_asks import asks, can_change, change_line
from ui.parts.refunds import differs, outcomes, refund_head, timeline
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
    with card() as element:
        element.props["id"] = refund.refund_id
        refund_head(refund)
        asks(visit, refund)
        outcomes(refund)
        if new := exchange_facts(refund):
            facts(new)
        differs(refund)
        text(f"{words.reason(refund.reason)}: “{refund.complaint}”", "mute wrap")
        if refund.evidence_ids:
            with box("thumbs"):
                for file in await look_up(visit, refund.evidence_ids):
                    thumbnail(file, tiny=True)
        timeline(visit, refund)
        if can_change(refund):
            change_line(visit, refund)

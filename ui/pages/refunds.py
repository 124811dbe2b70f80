"""Refunds: each with its timeline, and what the customer can still do. Settled ones are folded."""

from __future__ import annotations

from nicegui import ui

from care.models.refund import Refund, RefundStatus
from ui import live
from ui.language import _
from ui.parts import words
from ui.parts.case import facts
from ui.parts.elements import box, card, empty, heading, link, link_button, show_named, text
from ui.parts.evidence import look_up, thumbnail
from ui.parts.exchanging import exchange_facts
from ui.parts.more import Growing
from ui.parts.refund_asks import Adding, asks, can_change, change_line, needed
from ui.parts.refunds import differs, outcomes, refund_head, timeline
from ui.parts.report import take_up_draft
from ui.visit import Visit

_PAGE = 15


async def page(visit: Visit) -> None:
    with heading(_("Refunds"), _("Where each one stands, and what happens next.")):
        link_button(_("Report a problem"), "/ui/orders", symbol="report_problem", look="outline")
    refunds = Growing(visit.services.stores.refunds.page, visit.customer_id, _PAGE)
    adding = Adding(visit)
    unfolded = {visit.query.get("case", "")}

    @ui.refreshable
    async def listed() -> None:
        shown = sorted(await _with_asked_for(visit, await refunds.items()), key=_turn)
        if not shown:
            with empty(
                "currency_exchange",
                _("No refunds"),
                _("If something is wrong with an order, report it from your orders."),
            ):
                link_button(_("To your orders"), "/ui/orders", symbol="receipt_long")
        for refund in shown:
            if _folds(refund):
                await _settled(visit, refund, unfolded, adding)
            else:
                unfolded.add(refund.refund_id)  # what ends under the reader's eyes stays open
                with card() as element:
                    element.props["id"] = refund.refund_id
                    refund_head(refund)
                    await _case(visit, refund, adding)
        refunds.more(listed.refresh)

    async with live.follow(visit.customer_id, {"refunds"}, listed.refresh):
        with box("stack loose"):
            await listed()
    show_named()
    take_up_draft(visit)


def _turn(refund: Refund) -> int:
    """What waits for its customer comes first, then what is open; within these the newest."""
    return 0 if needed(refund) else 2 if _folds(refund) else 1


def _folds(refund: Refund) -> bool:
    """What expired asks its customer something still."""
    return refund.status.is_settled and refund.status is not RefundStatus.EXPIRED


async def _settled(visit: Visit, refund: Refund, unfolded: set[str], adding: Adding) -> None:
    """A native disclosure: it opens without the server, which only remembers it for the next drawing."""

    def turned(is_open: bool) -> None:
        (unfolded.add if is_open else unfolded.discard)(refund.refund_id)

    with card() as element, box("folding", tag="details") as disclosure:
        element.props["id"] = refund.refund_id
        if refund.refund_id in unfolded:
            disclosure.props["open"] = True
        disclosure.on("toggle", lambda e: turned(bool(e.args)), js_handler="(e) => emit(e.target.open)")
        with box("", tag="summary"):
            refund_head(refund)
        with box("stack loose"):
            await _case(visit, refund, adding)


async def _case(visit: Visit, refund: Refund, adding: Adding) -> None:
    asks(visit, refund)
    outcomes(refund)
    if new := exchange_facts(refund):
        facts(new)
    differs(refund)
    timeline(visit, refund)
    with box("stack section"):
        text(words.reason(refund.reason), "strong small")
        text(f"“{refund.complaint}”", "mute wrap")
        if refund.evidence_ids:
            with box("thumbs"):
                for file in await look_up(visit, refund.evidence_ids):
                    thumbnail(file, tiny=True)
        with link(f"/ui/orders?order={refund.order_id}#{refund.order_id}", "small"):
            text(_("To the order"), tag="span")
    if can_change(refund):
        change_line(visit, refund, adding)


async def _with_asked_for(visit: Visit, shown: list[Refund]) -> list[Refund]:
    """An older case that the address names stands first."""
    asked = visit.query.get("case", "")
    if not asked or any(refund.refund_id == asked for refund in shown):
        return shown
    older = await visit.services.stores.refunds.history(visit.customer_id)
    return [refund for refund in older if refund.refund_id == asked] + shown

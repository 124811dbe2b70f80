"""Review desk: the queue, and the case that is open. Opening a case claims it."""

from __future__ import annotations

from contextlib import suppress

from nicegui import ui

from api.views import refund_view
from care.errors import Conflict
from care.models.refund import Refund
from ui import live
from ui.parts import words
from ui.parts.case import claim_card, customer_card, evidence_card, findings_card, order_card, timeline_card
from ui.parts.elements import banner, box, button, chip, empty, heading, link, link_button, telling, text
from ui.parts.evidence import look_up
from ui.parts.queue import queue
from ui.parts.refunds import refund_head
from ui.parts.ruling import ruling_bar
from ui.visit import Visit


async def page(visit: Visit) -> None:
    chosen = visit.path.get("refund_id")
    with heading("Review desk", "Refunds that wait for a person, the most urgent first."):
        pass
    with box("grid desk"):
        with box("only-wide" if chosen else ""):
            await _queue(visit, chosen)
        with box("stack loose" if chosen else "only-wide"):
            if chosen is None:
                empty("fact_check", "Choose a case", "Opening it claims it for you, so that nobody works on it twice.")
            else:
                await _case(visit, chosen)


async def _queue(visit: Visit, chosen: str | None) -> None:
    @ui.refreshable
    async def listed() -> None:
        refunds = (await visit.services.stores.refunds.reviews(open_only=True, claimed_by=None)).items
        if not refunds:
            empty("done_all", "All done", "No refund waits for a person.", tone="good")
            return
        queue(visit, refunds, chosen)

    async with live.follow(live.DESK, {"refunds"}, listed.refresh):
        await listed()


async def _case(visit: Visit, refund_id: str) -> None:
    await _claim(visit, refund_id)

    refunds = visit.services.stores.refunds
    on_screen = await refunds.get(refund_id)

    @ui.refreshable
    async def shown() -> None:
        await _screen(visit, on_screen)

    async def catch_up() -> None:
        """Draws only what has changed: a part that is drawn anew loses a click that is on its way to it."""
        nonlocal on_screen
        newest = await refunds.get(refund_id)
        if newest != on_screen:
            on_screen = newest
            await shown.refresh()

    async with live.follow(live.DESK, {"refunds"}, catch_up):
        with box("stack loose"):
            await shown()
        await catch_up()  # with what happened since the page looked


async def _claim(visit: Visit, refund_id: str) -> None:
    """Opening is claiming. A case that a colleague holds, or that is settled, is shown all the same.

    Who has approved already only looks: a second person must be able to claim it.
    """
    refund = await visit.services.stores.refunds.get(refund_id)
    if any(approval.reviewer == visit.principal.email for approval in refund.approvals):
        return
    with suppress(Conflict):
        await visit.services.stores.refunds.claim(refund_id, visit.principal.email)


async def _screen(visit: Visit, refund: Refund) -> None:
    stores = visit.services.stores
    files = await look_up(visit, refund.evidence_ids)
    order = await stores.orders.get(refund.order_id)
    customer = await stores.customers.view(refund.customer_id)
    history = await stores.refunds.history(refund.customer_id)
    _head(visit, refund)
    with box("grid two"):
        with box("stack loose"):
            evidence_card(files)
            findings_card(refund.verdict)
            timeline_card(visit, refund)
        with box("stack loose"):
            claim_card(refund)
            order_card(order)
            customer_card(customer, history, refund)
    if not refund.status.is_settled and refund.claimed_by == visit.principal.email:
        ruling_bar(visit, refund)


def _head(visit: Visit, refund: Refund) -> None:
    link_button("Queue", "/ui/desk", symbol="arrow_back", look="flat dense").classes("only-narrow self-start")
    with box("card tight"):
        refund_head(refund)
        with box("line between wraps"):
            with box("options"):
                chip(f"Waits {words.span((visit.now() - refund.created_at).total_seconds())}")
                if not refund.status.is_settled:
                    chip(*words.due(refund.due_at, visit.now()))
                if refund.escalated:
                    chip("Escalated", "bad")
            with box("line"):
                if refund.claimed_by == visit.principal.email and not refund.status.is_settled:
                    button("Give back", lambda: _release(visit, refund), look="flat dense")
                if refund.claimed_by is None and not refund.status.is_settled:
                    button("Take this case", lambda: _take(visit, refund), look="outline")
                address = refund_view(visit.services, refund, visit.principal).workflow_url
                if address:
                    with link(address, "small").props("target=_blank rel=noopener"):
                        text("Workflow", tag="span")
                with link(f"/refund/case/{refund.refund_id}/pdf", "small").props("target=_blank rel=noopener"):
                    text("Case file (PDF)", tag="span")
    if refund.approvals and not refund.status.is_settled:
        banner("how_to_reg", f"{refund.approvals[0].reviewer} approved. A second person must approve as well.", "warn")
    if not refund.status.is_settled and refund.claimed_by not in (None, visit.principal.email):
        banner("lock", f"{refund.claimed_by} is working on this case.", "warn")


async def _take(visit: Visit, refund: Refund) -> None:
    with telling():
        await visit.services.stores.refunds.claim(refund.refund_id, visit.principal.email)


async def _release(visit: Visit, refund: Refund) -> None:
    with telling():
        await visit.services.stores.refunds.release(refund.refund_id, visit.principal.email)
        ui.navigate.to("/desk")

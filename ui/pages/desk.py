"""Review desk: the queue, and the case that is open. Opening a case claims it."""

from __future__ import annotations

from contextlib import suppress

from nicegui import ui

from api.views import refund_view
from care.errors import Conflict
from care.models.refund import Refund
from ui import live
from ui.language import _
from ui.parts import focus, refund_words, words
from ui.parts.case import claim_card, customer_card, evidence_card, findings_card, order_card, timeline_card
from ui.parts.deciding import barred, first_approval, may_rule, own_case
from ui.parts.elements import box, chip, empty, heading, icon, link, link_button, text
from ui.parts.evidence import look_up
from ui.parts.hands import hands, standing_of
from ui.parts.keys import help_button, listen
from ui.parts.onward import just_decided, next_address, steps
from ui.parts.queue import MOST, address, age, choose, chosen_filter, queue, shown, waiting
from ui.parts.ruling import ruling_bar
from ui.parts.viewer import viewer
from ui.visit import Visit


async def page(visit: Visit) -> None:
    chosen = visit.path.get("refund_id")
    listen()
    focus.listen()
    viewer()
    looks = chosen is not None and await _claim(visit, chosen)
    with heading(_("Review desk"), "" if chosen else _("Refunds that wait for a person, the most urgent first.")):
        if chosen:
            back = f"/ui{address(show=chosen_filter(visit))}"
            link_button(_("Queue"), back, symbol="arrow_back", look="flat dense").classes("only-narrow")
        with box("only-wide"):
            help_button()
        await steps(visit, chosen, give_back=looks)
    await just_decided(visit)
    with box("grid desk fills" if chosen else "grid desk"):
        with box("only-wide scrolls" if chosen else ""):
            await _queue(visit, chosen)
        with box("stack loose" if chosen else "only-wide"):
            if chosen is None:
                detail = _("Opening it claims it for you. Going on to the next one without deciding gives it back.")
                empty("fact_check", _("Choose a case"), detail)
            else:
                await _case(visit, chosen)


async def _queue(visit: Visit, chosen: str | None) -> None:
    show = chosen_filter(visit)

    @ui.refreshable
    def listed(refunds: list[Refund]) -> None:
        choose(visit, refunds, show, chosen)
        some = shown(refunds, show, visit.principal.email)
        if not refunds:
            empty("done_all", _("All done"), _("No refund waits for a person."), tone="good")
        elif not some:
            empty("filter_alt_off", _("None of these"), _("Other cases wait: choose All to see them."))
        else:
            queue(visit, some, show, chosen)
        if len(refunds) == MOST:
            text(_("Of the {n} most urgent cases.", n=MOST), "mute small")

    async def redraw() -> None:
        listed.refresh(await waiting(visit))

    async with live.follow(live.DESK, {"refunds", live.MINUTE}, redraw):
        with box("stack loose"):
            listed(await waiting(visit))


async def _case(visit: Visit, refund_id: str) -> None:
    refunds = visit.services.stores.refunds
    on_screen = await refunds.get(refund_id)
    await visit.services.looked(visit.principal, "customer_viewed", on_screen.customer_id)

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


async def _claim(visit: Visit, refund_id: str) -> bool:
    """Opening is claiming; true where this opening did it.

    A case that a colleague holds, or that is settled, is shown all the same. Who has had a say in one that waits for a
    second approval only looks: somebody else must be able to claim it. So does its own customer.
    """
    stores = visit.services.stores
    refund = await stores.refunds.get(refund_id)
    own = own_case(await stores.customers.view(refund.customer_id), visit.principal)
    if own or barred(refund, visit.principal):
        return False
    with suppress(Conflict):
        await stores.refunds.claim(refund_id, visit.principal.email)
        return refund.claimed_by is None
    return False


async def _screen(visit: Visit, refund: Refund) -> None:
    stores = visit.services.stores
    files = await look_up(visit, refund.evidence_ids)
    order = await stores.orders.get(refund.order_id)
    customer = await stores.customers.view(refund.customer_id)
    history = await stores.refunds.history(refund.customer_id)
    before = await stores.refunds.ruled_on(refund.order_id, besides=refund.refund_id)
    own = own_case(customer, visit.principal)
    _head(visit, refund, own=own)
    standing_of(visit, refund, customer)
    with box("case"):
        with box("stack loose scrolls", name=_("What was sent")).props("role=region tabindex=0"):
            evidence_card(files, refund.verdict)
            timeline_card(visit, refund)
        with box("stack loose scrolls", name=_("What is known")).props("role=region tabindex=0"):
            claim_card(refund)
            findings_card(refund.verdict, visit.services.client.policy)
            order_card(order)
            customer_card(customer, history, refund)

    async def onward() -> None:
        ui.navigate.to(await next_address(visit, refund.refund_id, decided=refund.refund_id))

    if may_rule(refund, visit.principal) and not own:
        ruling_bar(visit, refund, customer, before, onward)


def _head(visit: Visit, refund: Refund, *, own: bool) -> None:
    names = dict.fromkeys(line.name for line in refund.items)
    with box("card tight case-head"):
        with box("line between wraps"):
            text(f"{words.money(refund.approved or refund.amount)} · {', '.join(names)}", "wrap", tag="h2")
            with box("options"):
                _chips(visit, refund)
        with box("line between wraps"):
            text(_("{refund} · order {order}", refund=refund.refund_id, order=refund.order_id), "mute small wrap")
            with box("line wraps"):
                hands(visit, refund, own=own)
                workflow = refund_view(visit.services, refund, visit.principal).workflow_url
                if workflow:
                    _aside(workflow, _("Workflow"))
                _aside(f"/refund/case/{refund.refund_id}/pdf", _("Case file (PDF)"))


def _chips(visit: Visit, refund: Refund) -> None:
    chip(*refund_words.state(refund))
    if first_approval(refund):
        chip(_("Second approval"), "second")
    if refund.escalated:
        chip(_("Escalated"), "bad")
    if not refund.status.is_settled:
        chip(*age(refund, visit.now()))
        chip(*refund_words.due(refund, visit.now(), visit.services.client.policy.business_hours))


def _aside(target: str, label: str) -> None:
    """A paper of the case in a tab of its own."""
    with link(target, "aside").props("target=_blank rel=noopener"):
        text(label, tag="span")
        icon("open_in_new", "15px")

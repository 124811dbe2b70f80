"""From one case of the desk to the next."""

from __future__ import annotations

from contextlib import suppress

from nicegui import ui

from care.errors import Conflict, NotFound
from care.rules.reviewers import same_person
from ui.language import _, mark
from ui.parts.deciding import first_approval
from ui.parts.elements import box, button, icon, link, text
from ui.parts.queue import address, chosen_filter, following, shown, waiting
from ui.visit import Visit

_DONE = {
    "approve": mark("{refund}: approved."),
    "reject": mark("{refund}: rejected."),
    "request_evidence": mark("{refund}: asked for more."),
    "escalate": mark("{refund}: passed on."),
}


async def steps(visit: Visit, chosen: str | None, *, give_back: bool) -> None:
    """The buttons to the case before and after the one that is open.

    `give_back`: it was only looked at. Who leafs through the queue holds none of it back from the others.
    """

    async def go(*, back: bool = False) -> None:
        target = await next_address(visit, chosen or "", back=back)
        if chosen and give_back:
            with suppress(Conflict):  # it is another's by now, or settled
                await visit.services.stores.refunds.release(chosen, visit.principal.email)
        ui.navigate.to(target)

    if chosen:
        before = button(_("Previous"), lambda: go(back=True), symbol="skip_previous", look="flat")
        before.props["aria-keyshortcuts"] = "p"
    after = button(_("Next case"), go, symbol="skip_next", look="flat")
    after.props["aria-keyshortcuts"] = "n"


async def next_address(visit: Visit, current: str, decided: str = "", *, back: bool = False) -> str:
    show, me = chosen_filter(visit), visit.principal.email
    refunds = shown(await waiting(visit), show, me)
    after = following(refunds[::-1] if back else refunds, current, me)
    return address(after or "", show=show, decided=decided)


async def just_decided(visit: Visit) -> None:
    """What the reader has just done, on the page of the case that comes next."""
    try:
        refund = await visit.services.stores.refunds.get(visit.query.get("decided", ""))
    except NotFound:
        return
    mine = [each for each in refund.rulings if same_person(each.reviewer, visit.principal.email)]
    if mine:
        with box("banner good slim").props("role=status"):
            icon("check_circle")
            text(_told(mine[-1].decision, refund.refund_id, first=first_approval(refund) is not None), "grow")
            with link(f"/ui{address(refund.refund_id, show=chosen_filter(visit))}"):
                text(_("Look at it again"), tag="span")


def _told(decision: str, refund_id: str, *, first: bool) -> str:
    if first:
        return _("{refund}: first of two approvals given.", refund=refund_id)
    return _(_DONE[decision], refund=refund_id)

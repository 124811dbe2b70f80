"""From one case of the desk to the next."""

from __future__ import annotations

from nicegui import ui

from care.errors import NotFound
from care.rules.reviewers import same_person
from ui.parts.deciding import first_approval
from ui.parts.elements import box, button, icon, link, text
from ui.parts.queue import address, chosen_filter, following, shown, waiting
from ui.visit import Visit

_DONE = {"approve": "approved", "reject": "rejected", "request_evidence": "asked for more", "escalate": "passed on"}


async def next_button(visit: Visit, chosen: str | None) -> None:
    async def go() -> None:
        ui.navigate.to(await next_address(visit, chosen or ""))

    made = button("Next case", go, symbol="skip_next", look="flat")
    made.props["aria-keyshortcuts"] = "n"


async def next_address(visit: Visit, current: str, decided: str = "") -> str:
    show = chosen_filter(visit)
    after = following(shown(await waiting(visit), show, visit.principal.email), current, visit.principal.email)
    return address(after or "", show=show, decided=decided)


async def just_decided(visit: Visit) -> None:
    """What the reader has just done, on the page of the case that comes next."""
    try:
        refund = await visit.services.stores.refunds.get(visit.query.get("decided", ""))
    except NotFound:
        return
    mine = [each for each in refund.rulings if same_person(each.reviewer, visit.principal.email)]
    if mine:
        done = "first of two approvals given" if first_approval(refund) else _DONE[mine[-1].decision]
        with box("banner good").props("role=status"):
            icon("check_circle")
            text(f"{refund.refund_id}: {done}.", "grow")
            with link(f"/ui{address(refund.refund_id, show=chosen_filter(visit))}"):
                text("Look at it again", tag="span")

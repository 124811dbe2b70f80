"""Who has a case, how it is handed on, and why the reader may not decide it."""

from __future__ import annotations

from nicegui import ui

from care.models.customer import CustomerView
from care.models.refund import Refund
from care.rules.approvals import ruling_amount
from ui.parts.deciding import approved_already, first_approval, may_reassign, may_second, own_case
from ui.parts.elements import banner, button, telling
from ui.parts.queue import address, chosen_filter
from ui.parts.reassigning import reassign_dialog
from ui.visit import Visit


def hands(visit: Visit, refund: Refund, *, own: bool) -> None:
    """Taking the case, giving it back, giving it to somebody else."""
    if refund.status.is_settled:
        return
    if refund.claimed_by == visit.principal.email:
        button("Give back", lambda: _release(visit, refund), look="flat dense")
    elif refund.claimed_by is None and not own:
        button("Take this case", lambda: _take(visit, refund), look="outline")
    if may_reassign(refund, visit.principal):
        button("Give to a colleague", lambda: reassign_dialog(visit, refund), look="flat dense")


def standing_of(visit: Visit, refund: Refund, customer: CustomerView) -> None:
    """Why the reader may not decide, or what to know before."""
    if refund.status.is_settled:
        return
    if own_case(customer, visit.principal):
        banner("block", "This is your own case: somebody else must decide it.", "bad")
    first = first_approval(refund)
    if first:
        said = f"{first.reviewer} approved {ruling_amount(refund, first)}."
        if approved_already(refund, visit.principal):
            said += " Somebody else, a supervisor, must give the second approval."
        elif may_second(refund, visit.principal):
            said += " It is paid once you approve it as well."
        else:
            said += " A supervisor must give the second approval."
        banner("how_to_reg", said, "warn")
    if refund.claimed_by not in (None, visit.principal.email):
        banner("lock", f"{refund.claimed_by} is working on this case.", "warn")


async def _take(visit: Visit, refund: Refund) -> None:
    with telling():
        await visit.services.stores.refunds.claim(refund.refund_id, visit.principal.email)


async def _release(visit: Visit, refund: Refund) -> None:
    with telling():
        await visit.services.stores.refunds.release(refund.refund_id, visit.principal.email)
        ui.navigate.to(address(show=chosen_filter(visit)))

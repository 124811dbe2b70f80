"""Who has a case, how it is handed on, and why the reader may not decide it."""

from __future__ import annotations

from nicegui import ui

from care.models.customer import CustomerView
from care.models.refund import Refund
from care.rules.approvals import ruling_amount
from ui.language import _
from ui.parts import words
from ui.parts.deciding import (
    approved_already,
    barred,
    decided_by,
    first_approval,
    may_reassign,
    may_rule,
    may_second,
    own_case,
)
from ui.parts.elements import banner, button, telling
from ui.parts.late import decided_words
from ui.parts.queue import address, chosen_filter
from ui.parts.reassigning import reassign_dialog
from ui.visit import Visit


def hands(visit: Visit, refund: Refund, *, own: bool) -> None:
    """Taking the case, giving it back, giving it to somebody else."""
    if refund.status.is_settled:
        return
    if refund.claimed_by == visit.principal.email:
        button(_("Give back"), lambda: _release(visit, refund), look="flat dense")
    elif refund.claimed_by is None and not own:
        button(_("Take this case"), lambda: _take(visit, refund), look="outline dense")
    if may_reassign(refund, visit.principal):
        button(_("Give to a colleague"), lambda: reassign_dialog(visit, refund), look="flat dense")


def standing_of(visit: Visit, refund: Refund, customer: CustomerView) -> None:
    """Why the reader may not decide, or what to know before. What a second approval is about stands at its buttons."""
    decided = decided_by(refund)
    if decided:
        banner("gavel", decided_words(decided), "info")
    if refund.status.is_settled:
        return
    if own_case(customer, visit.principal):
        banner("block", _("This is your own case: somebody else must decide it."), "bad")
    first = first_approval(refund)
    if first and not (may_second(refund, visit.principal) and may_rule(refund, visit.principal)):
        told = {"who": first.reviewer, "amount": words.money(ruling_amount(refund, first))}
        if approved_already(refund, visit.principal):
            said = _("You approved {amount}. Somebody else, a supervisor, must give the second approval.", **told)
        elif barred(refund, visit.principal):
            said = _("You escalated this case. Another supervisor must give the second approval of {amount}.", **told)
        else:
            said = _("{who} approved {amount}. A supervisor must give the second approval.", **told)
        banner("how_to_reg", said, "warn")
    if refund.claimed_by not in (None, visit.principal.email):
        banner("lock", _("{who} is working on this case.", who=refund.claimed_by), "warn")


async def _take(visit: Visit, refund: Refund) -> None:
    with telling():
        await visit.services.stores.refunds.claim(refund.refund_id, visit.principal.email)


async def _release(visit: Visit, refund: Refund) -> None:
    with telling():
        await visit.services.stores.refunds.release(refund.refund_id, visit.principal.email)
        ui.navigate.to(address(show=chosen_filter(visit)))

"""Giving a case to a colleague, for supervisors."""

from __future__ import annotations

from nicegui import ui

from care.errors import Invalid
from care.models.customer import Role
from care.models.refund import Assignment, Refund
from ui.language import _
from ui.parts.asking import answers, sheet
from ui.parts.shell import ROLE_WORDS
from ui.visit import Visit


async def reassign_dialog(visit: Visit, refund: Refund) -> None:
    everybody = await visit.services.stores.accounts.all()
    accounts = [each for each in everybody if each.role is not Role.CUSTOMER and each.closed_at is None]
    colleagues = {
        each.email: f"{each.email} · {_(ROLE_WORDS[each.role])}" for each in accounts if each.email != refund.claimed_by
    }
    with sheet(_("Give this case to a colleague?"), _("Whoever has it now can no longer decide it.")) as asked:
        chosen = ui.select(colleagues, label=_("Colleague")).props("outlined options-dense")

        async def give() -> str:
            if not chosen.value:
                raise Invalid(_("Please choose a colleague."))
            assignment = Assignment(by=visit.principal.email, to=chosen.value)
            await visit.services.client.assign(refund.refund_id, assignment)
            return _("It is with {who} now.", who=chosen.value)

        answers(asked, _("Give the case"), give, back=_("Back"))

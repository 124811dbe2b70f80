"""Giving a case to a colleague, for supervisors."""

from __future__ import annotations

from nicegui import ui

from care.errors import Invalid
from care.models.customer import Role
from care.models.refund import Assignment, Refund
from ui.parts.asking import answers, sheet
from ui.visit import Visit


async def reassign_dialog(visit: Visit, refund: Refund) -> None:
    everybody = await visit.services.stores.accounts.all()
    accounts = [each for each in everybody if each.role is not Role.CUSTOMER and each.closed_at is None]
    colleagues = {
        each.email: f"{each.email} · {each.role.value}" for each in accounts if each.email != refund.claimed_by
    }
    with sheet("Give this case to a colleague?", "Whoever has it now can no longer decide it.") as asked:
        chosen = ui.select(colleagues, label="Colleague").props("outlined options-dense")

        async def give() -> str:
            if not chosen.value:
                raise Invalid("Please choose a colleague.")
            assignment = Assignment(by=visit.principal.email, to=chosen.value)
            await visit.services.client.assign(refund.refund_id, assignment)
            return f"It is with {chosen.value} now."

        answers(asked, "Give the case", give, back="Back")

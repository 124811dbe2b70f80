"""One's own password, to be changed by whoever knows it."""

from __future__ import annotations

from nicegui import ui

from care.errors import Invalid
from care.rules.accounts import LONGEST_PASSWORD, SHORTEST_PASSWORD
from ui.language import _
from ui.parts.asking import doing
from ui.parts.elements import box, card, text
from ui.visit import Visit


def password_card(visit: Visit) -> None:
    with card(_("Password")):
        current = _field(_("Current password"), "current-password")
        new = _field(_("New password"), "new-password")
        text(_("At least {n} characters. Long beats tricky.", n=SHORTEST_PASSWORD), "mute small")

        async def change() -> str:
            if not current.value or not new.value:
                raise Invalid(_("Please fill in both lines."))
            await visit.services.own_password.change(visit.principal, current.value, new.value)
            current.value = new.value = ""
            return _("Your password is changed. Everywhere else you are signed out.")

        with box("line end"):
            doing(_("Change the password"), change, symbol="key", look="unelevated")


def _field(label: str, fills: str) -> ui.input:
    typed = ui.input(label, password=True, password_toggle_button=True).classes("full-width")
    typed.props(f"outlined dense autocomplete={fills} maxlength={LONGEST_PASSWORD}")
    return typed

"""A colleague's own account: password, and where they are signed in. Customers find both in their preferences."""

from __future__ import annotations

from ui.language import _
from ui.parts.elements import box, heading
from ui.parts.own_password import password_card
from ui.parts.signed_in import signed_in_card
from ui.visit import Visit


async def page(visit: Visit) -> None:
    with heading(_("Your account"), visit.principal.email):
        pass
    with box("grid two"):
        password_card(visit)
        await signed_in_card(visit)

"""A new password for whoever has forgotten theirs: two plain forms, and a mail between them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from api.deps import LOST, PUBLIC, Services
from care.errors import CareError, Gone
from care.rules.accounts import LONGEST_PASSWORD, SHORTEST_PASSWORD
from ui import gate
from ui.language import _, current, speaking, wished
from ui.parts.asking import refusal
from ui.parts.elements import REFUSALS
from ui.session import LOGIN, same_origin

FORGOT = "/ui/forgot"
Typed = Annotated[str, Form()]


def router(services: Callable[[], Services]) -> APIRouter:
    routes = APIRouter(prefix="/ui", include_in_schema=False)

    @routes.get("/forgot", dependencies=[PUBLIC])
    async def forgot(request: Request) -> Response:
        with speaking(wished(request)):
            return _asks(request) if services().own_password.sends_mail else _asks_somebody(request)

    @routes.post("/forgot", dependencies=[PUBLIC])
    async def ask(request: Request, email: Typed = "") -> Response:
        with speaking(wished(request)):
            if not same_origin(request) or not services().own_password.sends_mail:
                return RedirectResponse(FORGOT, 303)
            try:
                await services().own_password.ask(email, current().code)
            except LOST as error:
                return _asks(request, refusal(error), 503)
            return _is_on_its_way(request)

    @routes.get("/reset/{token}", dependencies=[PUBLIC])
    async def choose(request: Request, token: str) -> Response:
        """Changes nothing: mail scanners and previews fetch every link that they see."""
        with speaking(wished(request)):
            try:
                account = await services().own_password.check_link(token)
            except REFUSALS as error:
                return _refused(request, error)
            return _chooses(request, token, account.email)

    @routes.post("/reset/{token}", dependencies=[PUBLIC])
    async def reset(request: Request, token: str, password: Typed = "", email: Typed = "") -> Response:
        """The link is the permission. What else the browser holds is not looked at, so no other site can misuse it."""
        with speaking(wished(request)):
            try:
                await services().own_password.reset(token, password)
            except Gone as error:
                return _refused(request, error)
            except REFUSALS as error:
                status = error.status if isinstance(error, CareError) else 503
                return _chooses(request, token, email, refusal(error), status)
            return RedirectResponse(f"{LOGIN}?why=renewed", 303, headers=gate.SECRET)

    return routes


def _asks(request: Request, told: str = "", status: int = 200) -> Response:
    inside = (
        f'<p class="mute">{_("We send you a link with which you choose a new one.")}</p>'
        + gate.field(_("E-mail"), "email", "email", "username", "autofocus maxlength=254")
        + gate.submit(_("Send the link"))
        + _back()
    )
    return gate.card(request, _("Forgot your password?"), inside, told, action=FORGOT, status=status)


def _asks_somebody(request: Request) -> Response:
    told = _("This shop sends no mail. Please ask an administrator for a new password.")
    return gate.card(request, _("Forgot your password?"), _back(), told, tone="info")


def _is_on_its_way(request: Request) -> Response:
    told = _(
        "If this is the address of an account, a mail is on its way to it. Its link works once, and for 30 minutes. "
        "Look among the unwanted mails as well."
    )
    return gate.card(request, _("Look at your mail"), _back(), told, tone="info")


def _chooses(request: Request, token: str, email: str, told: str = "", status: int = 200) -> Response:
    """The address is there for the browser's store of passwords."""
    lengths = f"minlength={SHORTEST_PASSWORD} maxlength={LONGEST_PASSWORD} autofocus"
    inside = (
        gate.hidden("email", email, "username")
        + gate.field(_("New password"), "password", "password", "new-password", lengths)
        + f'<p class="mute small">{_("At least {n} characters. Long beats tricky.", n=SHORTEST_PASSWORD)}</p>'
        + gate.submit(_("Set the password"))
    )
    title, action = _("Choose a new password"), f"/ui/reset/{token}"
    return gate.card(request, title, inside, told, action=action, status=status, secret=True)


def _refused(request: Request, error: Exception) -> Response:
    status = error.status if isinstance(error, CareError) else 503
    inside = gate.way(_("Ask for a new link"), FORGOT) + _back()
    return gate.card(request, _("Choose a new password"), inside, refusal(error), status=status, secret=True)


def _back() -> str:
    return gate.way(_("Back to the sign-in"), LOGIN)

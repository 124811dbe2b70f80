"""Signing in and out, as plain forms. The signed cookie names the sign-in, which the server keeps."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from html import escape
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

import structlog
from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from api.deps import LOST, PUBLIC, Services
from api.security import same_origin, session_principal
from care.errors import TooMany, Unauthenticated, Unavailable
from care.language import LANGUAGES, language_of
from care.links import DEVICE_KNOWN_FOR, Links
from care.models.customer import ChangeCustomer, Principal, Role
from care.models.session import Door
from care.rules.devices import device_of
from care.signing_in import SignedIn
from ui import gate, live
from ui.language import COOKIE, _, mark, speaking, wished
from ui.parts.elements import AWAY

LOGIN = "/ui/login"
# Names the browser to the account that was signed in there: it has tries of its own (care.rules.lockout).
_DEVICE = "care_device"
log = structlog.get_logger()
_MESSAGES = {
    "wrong": mark("The e-mail address or the password is wrong. Please try again."),
    "locked": mark(
        "Too many sign-ins have failed for this address. Please try again later, or choose a new password by mail."
    ),
    "busy": mark("Many people are signing in just now. Please try again in a moment."),
    "elsewhere": mark("Please sign in from this page."),
    "away": AWAY,
    "provider-away": mark(
        "The other sign-in cannot be reached just now. Please try again in a moment, or use your password."
    ),
    "provider-refused": mark("The other sign-in was not completed. Please try again."),
    "no-account": mark(
        "There is no account here for that address. Please ask whoever looks after CARE in your shop for one."
    ),
    "ended": mark("You are signed out. Sign in again to go on."),
    "renewed": mark("Your new password is set. Sign in with it."),
}
_GOOD = {"ended", "renewed"}


def router(services: Callable[[], Services]) -> APIRouter:
    """The pages and forms that work without a script and before anybody is signed in."""
    routes = APIRouter(prefix="/ui", include_in_schema=False)

    @routes.get("/login", dependencies=[PUBLIC])
    async def login(request: Request, why: str = "") -> Response:
        if session_principal(request) and not why:
            return RedirectResponse("/ui/", 303)
        return _form(services(), request, why)

    @routes.post("/sign-in", dependencies=[PUBLIC])
    async def sign_in(
        request: Request, email: Annotated[str, Form()] = "", password: Annotated[str, Form()] = ""
    ) -> Response:
        if not same_origin(request):
            return RedirectResponse(f"{LOGIN}?why=elsewhere", 303)
        device = _Device(services(), request, email)
        try:
            who = await device.signs_in(email, password)
        except Unauthenticated:
            return RedirectResponse(f"{LOGIN}?why=wrong", 303)
        except TooMany as error:
            refused = _form(services(), request, "locked", 429)
            refused.headers["Retry-After"] = str(error.seconds)
            return refused
        except Unavailable:
            return RedirectResponse(f"{LOGIN}?why=busy", 303)
        except LOST:
            return RedirectResponse(f"{LOGIN}?why=away", 303)
        begin_session(request, who.principal)
        answer = RedirectResponse("/ui/", 303)
        device.remember(answer)
        return answer

    @routes.post("/sign-out", dependencies=[PUBLIC])
    async def sign_out(request: Request) -> Response:
        if same_origin(request):
            if principal := session_principal(request):
                await _end(services(), principal)
            request.session.clear()
        return RedirectResponse(f"{LOGIN}?why=ended", 303)

    @routes.post("/language", dependencies=[PUBLIC])
    async def language(request: Request, code: Annotated[str, Form(max_length=8)] = "") -> Response:
        """Chosen for this browser, signed in or not, and for a customer's mails; back to the page that asked."""
        answer = RedirectResponse(_back(request), 303)
        if same_origin(request) and code in LANGUAGES:
            here = services()
            await _keep(here, request, code)
            secure = here.settings.https
            answer.set_cookie(
                COOKIE, code, path="/ui", max_age=31_536_000, samesite="lax", httponly=True, secure=secure
            )
        return answer

    return routes


def begin_session(request: Request, principal: Principal) -> None:
    """A session of its own: nothing set before the sign-in lives on."""
    request.session.clear()
    request.session.update(principal.model_dump(mode="json"))


class _Device:
    """The browser, to the account that is signed in."""

    def __init__(self, here: Services, request: Request, email: str) -> None:
        self._here = here
        self._links = Links(here.settings)
        self._who = here.signing_in.who(email.strip().lower())
        self._known = self._links.read_device(request.cookies.get(_DEVICE, ""), self._who)
        self._device = device_of(request.headers.get("user-agent", ""))

    async def signs_in(self, email: str, password: str) -> SignedIn:
        return await self._here.signing_in.with_password(email, password, Door.PORTAL, self._device, self._known)

    def remember(self, answer: Response) -> None:
        answer.set_cookie(
            _DEVICE,
            self._links.device(self._who, datetime.now(UTC)),
            path="/ui",
            max_age=int(DEVICE_KNOWN_FOR.total_seconds()),
            samesite="lax",
            httponly=True,
            secure=self._here.settings.https,
        )


async def _end(here: Services, principal: Principal) -> None:
    """Open pages hear of it from the store, whichever process they are of."""
    try:
        await here.signing_in.sign_out(principal)
    except LOST as error:
        live.tell(f"session:{principal.session_id}", "signed out")
        log.warning("signed_out_in_the_browser_only", error=type(error).__name__)


async def _keep(here: Services, request: Request, code: str) -> None:
    """A customer's mails follow the choice. Who speaks the language already keeps the habits of their own country."""
    principal = session_principal(request)
    if principal is None or principal.customer_id is None:
        return
    try:
        if not await here.still_stands(principal):
            return
        customer = await here.stores.customers.get(principal.customer_id)
        if language_of([customer.locale]).code != code:
            await here.stores.customers.change(customer.customer_id, ChangeCustomer(locale=code))
    except LOST as error:
        log.warning("language_kept_in_the_browser_only", error=type(error).__name__)


def _back(request: Request) -> str:
    """The portal's page that the form was on; never an address elsewhere."""
    came = urlsplit(request.headers.get("referer", ""))
    known = came.netloc == request.headers.get("host") and came.path.startswith("/ui/")
    return f"{came.path}?{came.query}".rstrip("?") if known else "/ui/"


def _form(here: Services, request: Request, why: str, status: int = 200) -> HTMLResponse:
    with speaking(wished(request)):
        demo = demo_accounts(here.settings.demo_accounts)
        other = _("Sign in with {name}", name=here.provider.name) if here.provider else ""
        inside = (
            gate.field(_("E-mail"), "email", "email", "username", "autofocus")
            + gate.field(_("Password"), "password", "password", "current-password")
            + gate.submit(_("Sign in"))
            + (gate.other(other, "/ui/oidc/start") if other else "")
            + gate.way(_("Forgot your password?"), "/ui/forgot")
            + demo
        )
        told, tone = _(_MESSAGES.get(why, "")), "info" if why in _GOOD else "bad"
        return gate.card(request, _("Sign in to CARE"), inside, told, action="/ui/sign-in", tone=tone, status=status)


def demo_accounts(shown: Path | None) -> str:
    """Where the accounts of the demo are found; or, where it is open to everybody, those that can do no harm."""
    if shown is None:
        told = _("Trying the demo? The table that {command} printed lists the accounts.", command="<b>make up</b>")
        return f'<p class="mute small">{told}</p>'
    try:
        accounts = json.loads(shown.read_text())
    except (OSError, ValueError) as error:
        log.warning("no_demo_accounts", error=type(error).__name__)
        return ""
    harmless = [each for each in accounts if each["role"] in (Role.CUSTOMER, Role.AGENT)]
    rows = "".join(f"<li>{escape(each['email'])} <code>{escape(each['password'])}</code></li>" for each in harmless)
    return f'<div class="mute small"><p>{_("Trying the demo? Sign in with one of these:")}</p><ul>{rows}</ul></div>'

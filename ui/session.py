"""Signing in and out, as plain forms. The session is the signed cookie of the web process."""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from typing import Annotated
from urllib.parse import urlsplit

import structlog
from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from starlette.requests import HTTPConnection

from api.deps import LOST, PUBLIC, Services
from api.security import session_principal
from care.errors import Unauthenticated
from care.language import LANGUAGES, language_of
from care.models.customer import ChangeCustomer
from ui import live, theme
from ui.language import COOKIE, _, current, mark, speaking, wished
from ui.parts.elements import AWAY

LOGIN = "/ui/login"
log = structlog.get_logger()
Field = Annotated[str, Form(max_length=1024)]
_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; font-src 'self'; img-src 'self'; form-action 'self'; "
        "frame-ancestors 'none'; base-uri 'none'"
    ),
    "Cache-Control": "no-store",
}
_MESSAGES = {
    "wrong": mark("The e-mail address or the password is wrong. Please try again."),
    "elsewhere": mark("Please sign in from this page."),
    "away": AWAY,
    "ended": mark("You are signed out. Sign in again to go on."),
}


def router(services: Callable[[], Services]) -> APIRouter:
    """The pages and forms that work without a script and before anybody is signed in."""
    routes = APIRouter(prefix="/ui", include_in_schema=False)

    @routes.get("/login", dependencies=[PUBLIC])
    async def login(request: Request, why: str = "") -> Response:
        if session_principal(request) and not why:
            return RedirectResponse("/ui/", 303)
        with speaking(wished(request)):
            form = _form(_(_MESSAGES.get(why, "")), theme.look(request), good=why == "ended")
        return HTMLResponse(form, headers=_HEADERS)

    @routes.post("/sign-in", dependencies=[PUBLIC])
    async def sign_in(
        request: Request, email: Annotated[str, Form()] = "", password: Annotated[str, Form()] = ""
    ) -> Response:
        if not same_origin(request):
            return RedirectResponse(f"{LOGIN}?why=elsewhere", 303)
        try:
            principal = await services().sign_in(email, password)
        except Unauthenticated:
            return RedirectResponse(f"{LOGIN}?why=wrong", 303)
        except LOST:
            return RedirectResponse(f"{LOGIN}?why=away", 303)
        request.session.clear()  # a session of its own: nothing set before the sign-in lives on
        request.session.update(principal.model_dump(mode="json"))
        return RedirectResponse("/ui/", 303)

    @routes.post("/sign-out", dependencies=[PUBLIC])
    async def sign_out(request: Request) -> Response:
        if same_origin(request):
            live.tell(f"session:{request.session.get('id')}", "signed out")
            request.session.clear()
        return RedirectResponse(f"{LOGIN}?why=ended", 303)

    @routes.post("/language", dependencies=[PUBLIC])
    async def language(request: Request, code: Annotated[str, Form(max_length=8)] = "") -> Response:
        """Chosen for this browser, signed in or not, and for a customer's mails; back to the page that asked."""
        answer = RedirectResponse(_back(request), 303)
        if same_origin(request) and code in LANGUAGES:
            await _keep(services(), request, code)
            answer.set_cookie(COOKIE, code, path="/ui", max_age=31_536_000, samesite="lax", httponly=True)
        return answer

    return routes


async def _keep(here: Services, request: Request, code: str) -> None:
    """A customer's mails follow the choice. Who speaks the language already keeps the habits of their own country."""
    principal = session_principal(request)
    if principal is None or principal.customer_id is None:
        return
    try:
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


def same_origin(asked: HTTPConnection) -> bool:
    """False when a page of another site has sent it. A client that names no origin is no browser, and passes."""
    origin = asked.headers.get("origin")
    return origin is None or urlsplit(origin).netloc == asked.headers.get("host")


def _form(message: str, look: str, *, good: bool) -> str:
    told = f'<p class="banner {"info" if good else "bad"}" role="alert">{escape(message)}</p>' if message else ""
    others = "".join(
        f'<button name="code" value="{code}" lang="{code}">{name}</button>'
        for code, name in LANGUAGES.items()
        if code != current().code
    )
    demo = _("Trying the demo? The table that {command} printed lists the accounts.", command="<b>make up</b>")
    return f"""<!doctype html>
<html lang="{current().code}"><head><meta charset="utf-8"><title>{_("Sign in")} · CARE</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="icon" href="/ui/static/logo.svg"><link rel="stylesheet" href="{theme.FONTS}">
<link rel="stylesheet" href="{theme.STYLESHEET}"></head>
<body class="{look}"><main class="page gate"><form class="card" method="post" action="/ui/sign-in">
<div class="brand">{theme.LOGO}<h1>{_("Sign in to CARE")}</h1></div>{told}
<label>{_("E-mail")}<input name="email" type="email" autocomplete="username" required autofocus></label>
<label>{_("Password")}<input name="password" type="password" autocomplete="current-password" required></label>
<button type="submit">{_("Sign in")}</button>
<p class="mute small">{demo}</p>
</form><form class="languages" method="post" action="/ui/language" aria-label="{_("Language")}">{others}</form>
</main></body></html>"""

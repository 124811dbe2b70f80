"""The portal, mounted on the API: which pages there are, who gets in, and what is shown when one fails."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.responses import RedirectResponse
from nicegui import Client, app, core, ui
from nicegui.translations import translations

from api.deps import LOST, Services
from api.security import session_principal
from api.tracing import act, note
from care.errors import CareError, SetupError
from care.language import LANGUAGES, language_of
from care.models.customer import Principal
from care.settings import Settings
from ui import live, oidc, passwords, session, theme
from ui.guard import Guard
from ui.language import _, mark, speak, spoken_as, wished
from ui.pages import PAGES
from ui.parts.elements import box
from ui.parts.faults import fault_of, not_for_you
from ui.parts.shell import frame
from ui.visit import Spec, Visit

log = logging.getLogger(__name__)

# Seconds: until the database says who looks, and until the page is built.
_ASKING, _PATIENCE = 6, 12
_FILES = ("/_nicegui", "/static/", "/favicon.ico")
_added: list[str] = []
_AWAY: tuple[type[Exception], ...] = (TimeoutError, *LOST)
_TOLD = {
    "connection_lost": mark("The connection is lost."),
    "trying_to_reconnect": mark("We keep trying. This page comes back by itself."),
    "message_too_long": mark("That is too long to be sent."),
    "message_too_long_body": mark("Please make it shorter, or send it in two parts."),
}


def mount(api: FastAPI, settings: Settings, services: Callable[[], Services]) -> None:
    """Put the portal under /ui of `api`, which has its session middleware already. Routes added later are 404."""
    _fresh()
    app.add_middleware(Guard)  # before there is a page
    api.include_router(session.router(services))
    api.include_router(passwords.router(services))
    api.include_router(oidc.router(services))
    theme.prepare()
    _told_by_nicegui()
    core.sio.on("log", _heard_from_browsers)
    core.sio.on("event", _acted)
    for spec in PAGES:
        _add(spec, settings, services)
    _check_pages()
    app.on_page_exception(_broken)
    _watch_with(api, services)
    ui.run_with(
        api,
        mount_path="/ui",
        title="CARE",
        favicon=theme.FAVICON,
        dark=None,
        language="en-GB",
        tailwind=False,
        reconnect_timeout=30,
        binding_refresh_interval=None,  # no value is bound; the loop would wake ten times a second
        show_welcome_message=False,
        storage_secret=settings.signing_key(),
    )


def _fresh() -> None:
    """NiceGUI has one app per process; a second `create_app` (in tests) must find it as the first did."""
    app.user_middleware.clear()
    app.middleware_stack = None
    while _added:
        app.remove_route(_added.pop())


def _check_pages() -> None:
    """Raises SetupError naming a page that is not in the table, and so has no rule."""
    for route in app.routes:
        path = str(getattr(route, "path", route))
        if path not in _added and not path.startswith(_FILES):
            raise SetupError(f"The page {path} has no rule: give it a line in ui.pages.PAGES.")


def _told_by_nicegui() -> None:
    """What NiceGUI itself says on a page, while the server cannot be reached: in our words and languages."""
    for code in LANGUAGES:
        language = language_of([code])
        translations[spoken_as(code)] = {name: language.text(message) for name, message in _TOLD.items()}


def _heard_from_browsers(_socket: str, _message: object) -> None:
    """NiceGUI would log whatever a browser sends here. Its words may quote a person, or be anybody's invention."""
    log.warning("A browser has reported trouble with a page")


def _acted(_socket: str, message: dict[str, Any]) -> None:
    """As NiceGUI does it, but under an id and in a trace, which whatever is begun here goes on with."""
    client = Client.instances.get(message["client_id"])
    if client and client.has_socket_connection:
        with act(f"/ui{client.page.path}"):
            client.handle_event(message)


def _watch_with(api: FastAPI, services: Callable[[], Services]) -> None:
    inner = api.router.lifespan_context

    @asynccontextmanager
    async def lifespan(parent: FastAPI) -> AsyncIterator[Any]:
        # Inside the parent's lifespan: the stores are open before the watcher starts, and until it has ended.
        async with inner(parent) as state, live.watching(services().stores.watch):
            yield state

    api.router.lifespan_context = lifespan


def _add(spec: Spec, settings: Settings, services: Callable[[], Services]) -> None:
    _added.append(spec.path)

    @ui.page(spec.path, response_timeout=_ASKING + _PATIENCE + 3)
    async def show(request: Request) -> Response | None:
        speak(wished(request))
        here = services()
        try:
            async with asyncio.timeout(_ASKING):
                principal = session_principal(request)
                if principal is None or not await here.still_stands(principal):
                    for name in Principal.model_fields:  # but not the id, by which NiceGUI knows the browser
                        request.session.pop(name, None)
                    return RedirectResponse(f"{session.LOGIN}?why=ended", 303)
                customer = await here.stores.customers.get(principal.customer_id) if principal.customer_id else None
        except _AWAY as error:
            _bare(error)
            return None
        speak(wished(request, customer.locale if customer else None))
        ui.page_title(f"{_(spec.title)} · CARE")
        note(request.scope, route=f"/ui{spec.path}", role=principal.role.value, customer_id=principal.customer_id)
        asked = {k: v for k, v in request.path_params.items() if isinstance(v, str)}
        visit = Visit(principal, here, settings, customer, request.session["id"], asked, dict(request.query_params))
        if spec.path == "/" and principal.is_staff:
            return RedirectResponse("/ui/desk", 303)
        async with frame(visit, PAGES, spec.path):
            await _fill(spec, visit)
        return None


async def _fill(spec: Spec, visit: Visit) -> None:
    """The role is checked here, in the builder: not every way to a page passes the guard."""
    if visit.principal.role not in spec.roles:
        not_for_you()
        return
    place = ui.context.slot.parent
    try:
        async with asyncio.timeout(_PATIENCE):
            await spec.build(visit)
    except Exception as error:  # whatever it is, the menu around it goes on working
        if not isinstance(error, (CareError, *_AWAY)):
            log.exception("The page %s could not be built", spec.path)
        elif isinstance(error, TimeoutError):
            log.warning("The page %s was not built within %s s", spec.path, _PATIENCE)
        place.clear()
        fault_of(error)


def _broken(error: Exception) -> None:
    """Not even the frame could be drawn."""
    speak(wished(ui.context.client.request))
    _bare(error)


def _bare(error: Exception) -> None:
    theme.apply()
    with box("page", tag="main"):
        fault_of(error)

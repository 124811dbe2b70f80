"""The portal, mounted on the API: which pages there are, who gets in, and what is shown when one fails."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.responses import RedirectResponse
from nicegui import app, ui

from api.deps import LOST, Services
from api.security import session_principal
from care.errors import CareError
from care.models.customer import Principal
from care.settings import Settings
from ui import live, session, theme
from ui.guard import Guard
from ui.language import _, retold, speak, wished
from ui.pages import PAGES
from ui.parts.elements import AWAY, box, button, empty
from ui.parts.shell import frame
from ui.visit import Spec, Visit


def mount(api: FastAPI, settings: Settings, services: Callable[[], Services]) -> None:
    """Put the portal under /ui of `api`, which has its session middleware already. Routes added later are 404."""
    _fresh()
    api.include_router(session.router(services))
    theme.serve_static()
    for spec in PAGES:
        _add(spec, settings, services)
    app.on_page_exception(_broken)
    app.add_middleware(Guard)
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


def _watch_with(api: FastAPI, services: Callable[[], Services]) -> None:
    inner = api.router.lifespan_context

    @asynccontextmanager
    async def lifespan(parent: FastAPI) -> AsyncIterator[Any]:
        # Inside the parent's lifespan: the stores are open before the watcher starts, and until it has ended.
        async with inner(parent) as state, live.watching(services().stores.watch):
            yield state

    api.router.lifespan_context = lifespan


def _add(spec: Spec, settings: Settings, services: Callable[[], Services]) -> None:
    @ui.page(spec.path, response_timeout=15)
    async def show(request: Request) -> Response | None:
        principal = session_principal(request)
        if principal is None or not await services().still_stands(principal):
            for name in Principal.model_fields:  # but not the id, by which NiceGUI knows the browser
                request.session.pop(name, None)
            return RedirectResponse(f"{session.LOGIN}?why=ended", 303)
        here = services()
        customer = await here.stores.customers.get(principal.customer_id) if principal.customer_id else None
        speak(wished(request, customer.locale if customer else None))
        ui.page_title(f"{_(spec.title)} · CARE")
        asked = {k: v for k, v in request.path_params.items() if isinstance(v, str)}
        visit = Visit(principal, here, settings, customer, request.session["id"], asked, dict(request.query_params))
        if spec.path == "/" and principal.is_staff:
            return RedirectResponse("/ui/desk", 303)
        async with frame(visit, PAGES, spec.path, dark=request.cookies.get(theme.DARK_COOKIE)):
            await _fill(spec, visit)
        return None


async def _fill(spec: Spec, visit: Visit) -> None:
    """The role is checked here, in the builder: not every way to a page passes the guard."""
    if visit.principal.role not in spec.roles:
        ui.context.client.status_code = 403
        empty(
            "lock",
            _("This page is not for your account."),
            _("Go back with the menu, or sign in with another account."),
            tone="warn",
        )
        return
    try:
        await spec.build(visit)
    except CareError as error:
        ui.context.client.status_code = error.status
        empty("sentiment_dissatisfied", _(error.title), retold(error.detail), tone="warn")
    except LOST:
        ui.context.client.status_code = 503
        empty("cloud_off", _("Try again in a moment"), _(AWAY), tone="warn")


def _broken(_error: Exception) -> None:
    """A page that could not be built. What went wrong stands in the log, not here."""
    theme.apply(None)
    with box(tag="main"):
        empty(
            "cloud_off",
            _("This page cannot be shown just now."),
            _("Please try again in a moment. Nothing of yours is lost."),
            tone="warn",
        )
        button(_("Try again"), lambda: ui.navigate.reload())

"""The frame around each page: header, navigation at the side or at the bottom, footer."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from nicegui import ui

from care.language import LANGUAGES
from care.models.customer import Role
from care.settings import Settings
from ui import live, session, theme
from ui.language import _, current, mark
from ui.parts.asking import sheet
from ui.parts.bell import bell
from ui.parts.elements import box, button, icon, icon_button, link, link_button, text, warn
from ui.visit import Spec, Visit

ROLE_WORDS: dict[Role, str] = {
    Role.CUSTOMER: mark("Customer"),
    Role.AGENT: mark("Agent"),
    Role.SUPERVISOR: mark("Supervisor"),
    Role.ADMIN: mark("Administrator"),
}
_TABS = 5  # that a narrow phone has room for
_TO_LEAVE = 3.0  # seconds


@asynccontextmanager
async def frame(visit: Visit, pages: list[Spec], path: str) -> AsyncIterator[None]:
    """Header, navigation and footer around a page's content."""
    theme.apply()
    _keep_drafts(visit)
    ui.on_exception(lambda: warn(_("Something went wrong on our side. Please try again.")))
    _end_in_time(visit)
    pages = [spec for spec in pages if spec.symbol and visit.principal.role in spec.roles]
    here = "/" + path.strip("/").split("/")[0]
    await _header(visit)
    await _side(visit, pages, here)
    with box("page").props("id=main tabindex=-1"):
        yield
        _foot(visit.settings)
    await _tabs(visit, pages, here)


def _end_in_time(visit: Visit) -> None:
    """An open page ends with its session, and when its account is closed or may do other things than before."""
    client = ui.context.client

    async def end() -> None:
        ui.navigate.to(f"{session.LOGIN.removeprefix('/ui')}?why=ended")
        await asyncio.sleep(_TO_LEAVE)
        if client.has_socket_connection:  # who does not leave finds nothing to click on any more
            client.delete()

    async def look() -> None:
        if not await visit.services.still_stands(visit.principal):
            await end()

    live.topic(f"session:{visit.principal.session_id}").subscribe(end)
    live.topic(f"account:{visit.principal.email}").subscribe(look)


def _keep_drafts(visit: Visit) -> None:
    """Loaded before any field is drawn. The owner is told as a hash: the page need not hold the address."""
    owner = hashlib.sha256(visit.principal.email.encode()).hexdigest()[:16]
    ui.add_head_html(f'<script src="{theme.DRAFTS}" data-owner="{owner}"></script>')


async def _header(visit: Visit) -> None:
    with ui.header(elevated=False).classes("bar"):
        with link("#main", "skip"):
            text(_("Skip to the content"), tag="span")
        with link("/ui/", "brand", name=_("CARE, to the first page")):
            ui.html(theme.LOGO, sanitize=False)
            text("CARE", tag="span")
        box("grow")
        if visit.customer:
            await bell(visit)
        icon_button("dark_mode", _("Dark or light")).on("click", js_handler=theme.TOGGLE_DARK)
        with ui.button(color=None).props("flat round dense") as account:
            account.props["aria-label"] = _("Your account")
            account.props["aria-haspopup"] = "dialog"
            text(visit.name[:1].upper(), "initial", tag="span")
            # What it holds are links and forms, no items of a menu.
            with ui.menu().props("auto-close role=dialog") as opened, box("stack loose account"):
                opened.props["aria-label"] = _("Your account")
                with box("stack"):
                    text(visit.name, "strong cut")
                    text(
                        visit.principal.email if visit.customer else _(ROLE_WORDS[visit.principal.role]),
                        "mute small cut",
                    )
                if visit.customer:
                    own = link_button(_("Preferences"), "/ui/preferences", symbol="tune", look="outline")
                else:
                    own = link_button(_("Password and sign-ins"), "/ui/account", symbol="key", look="outline")
                own.classes("full-width")
                language_choice()
                # A form of its own: signing out is a plain POST, which clears the cookie.
                with ui.element("form").props("method=post action=/ui/sign-out"):
                    button(_("Sign out"), lambda: None, symbol="logout", look="outline type=submit").classes(
                        "full-width"
                    )


def language_choice() -> None:
    """A plain form as well: the answer is the same page in the other language."""
    with box(tag="form", name=_("Language")).props("method=post action=/ui/language"), box("line wraps"):
        for code, name in LANGUAGES.items():
            chosen = current().code == code
            choice = box(f"filter{' on' if chosen else ''}", tag="button")
            choice.props(f"type=submit name=code value={code} lang={code} aria-pressed={str(chosen).lower()}")
            with choice:
                text(name, tag="span")


async def _side(visit: Visit, pages: list[Spec], here: str) -> None:
    with box("side only-wide", tag="nav", name=_("Main")), box(tag="ul"):
        for spec in pages:
            with box(tag="li"), _entry(spec, here, "nav"):
                icon(spec.symbol)
                text(_(spec.title), tag="span")
                await _waiting(visit, spec)


async def _tabs(visit: Visit, pages: list[Spec], here: str) -> None:
    """At most five: of more pages, the last ones are behind "More"."""
    first, others = (pages, []) if len(pages) <= _TABS else (pages[: _TABS - 1], pages[_TABS - 1 :])
    with (
        ui.footer(elevated=False).classes("tabs"),
        box("full-width", tag="nav", name=_("Main, at the bottom")),
        box(tag="ul"),
    ):
        for spec in first:
            with box(tag="li"), _entry(spec, here, "tab"):
                icon(spec.symbol, "23px")
                text(_(spec.label or spec.title), tag="span")
                await _waiting(visit, spec)
        if others:
            with box(tag="li"):
                _more(others, here)


def _more(pages: list[Spec], here: str) -> None:
    def opened() -> None:
        with sheet(_("More")) as frame:
            with box(tag="nav", name=_("More pages")), box("stack", tag="ul"):
                for spec in pages:
                    with box(tag="li"), _entry(spec, here, "nav"):
                        icon(spec.symbol)
                        text(_(spec.title), tag="span")
            with box("line end"):
                button(_("Close"), frame.close, look="flat")

    among = any(spec.path == here for spec in pages)
    with box("tab on" if among else "tab", tag="button").props("type=button aria-haspopup=dialog") as more:
        if among:
            more.props["aria-current"] = "true"
        icon("more_horiz", "23px")
        text(_("More"), tag="span")
    more.on("click", opened)


def _entry(spec: Spec, here: str, look: str) -> ui.element:
    current = spec.path == here
    element = link("/ui" + spec.path, f"{look} on" if current else look)
    if current:
        element.props["aria-current"] = "page"
    return element


async def _waiting(visit: Visit, spec: Spec) -> None:
    """How many wait on that page, kept up to date."""
    count = spec.waiting
    if count is None:
        return

    @ui.refreshable
    async def drawn() -> None:
        if number := await count(visit):
            badge = text(str(min(number, 99)), "waits", tag="span").props("role=img")
            badge.props["aria-label"] = _("{n} waiting", n=number)

    async with live.follow(live.DESK, {"conversations"}, drawn.refresh):
        await drawn()


def _foot(settings: Settings) -> None:
    """Says which models answer: with no key these are local ones, and the page says so."""
    named = []
    if settings.groq_api_key:
        named.append(_("Messages: {model}", model=settings.groq_model))
    if settings.gemini_api_key:
        named.append(_("Evidence: {model}", model=settings.gemini_model))
    local = _("Local models: no key set")
    if len(named) == 1:
        named.append(_("the rest: local models, no key set"))
    with box("foot", tag="footer"):
        icon("memory", "15px")
        text(" · ".join(named) or local, tag="span")

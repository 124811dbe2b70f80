"""Colours and the style sheet. Nothing is fetched from elsewhere: fonts are the reader's own."""

from __future__ import annotations

import hashlib
from copy import copy
from pathlib import Path

from fastapi import Request
from nicegui import app, ui
from nicegui.version import __version__ as nicegui_version

STATIC = Path(__file__).parent / "static"


def static(name: str) -> str:
    """The address of one of our files. It names the content, as browsers keep what they have."""
    return f"/ui/static/{name}?v={hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:12]}"


FONTS = f"/ui/_nicegui/{nicegui_version}/static/fonts.css"
STYLESHEET = static("care.css")
DRAFTS = static("drafts.js")
CONNECTION = static("connection.js")

_HEART = (
    "M12 21.2l-1.5-1.3C5.1 15.1 2 12.3 2 8.8 2 6 4.2 3.8 7 3.8c1.7 0 3.4.8 4.5 2.1h1"
    "C13.6 4.6 15.3 3.8 17 3.8c2.8 0 5 2.2 5 5 0 3.5-3.1 6.3-8.5 11.1z"
)
LOGO = (
    f'<svg viewBox="0 0 24 24" width="26" height="26" aria-hidden="true"><path fill="currentColor" d="{_HEART}"/></svg>'
)
FAVICON = LOGO.replace("currentColor", "#0f766e").replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ')

# Remembered in the browser: no session of the server holds it.
DARK_COOKIE = "care_dark"
_REMEMBER = (
    "document.cookie = '"
    + DARK_COOKIE
    + "=' + (Quasar.Dark.isActive ? 1 : 0) + ';path=/ui;max-age=31536000;samesite=lax'"
)
# The ground before Quasar has said which look it is: no white flash on the way to a dark page.
_DARK = "html:not(:has(.body--light, .body--dark)) { background: #0e1318; color-scheme: dark; }"
_FOLLOWS = f"<style>@media (prefers-color-scheme: dark) {{ {_DARK} }}</style>"
_BEFORE = {"1": f"<style>{_DARK}</style>", "0": ""}
TOGGLE_DARK = f"() => {{ Quasar.Dark.toggle(); {_REMEMBER} }}"


def wear(look: str) -> str:
    """The script for "1" (dark), "0" (light), and anything else: as the system has it."""
    if look in ("0", "1"):
        return f"Quasar.Dark.set({str(look == '1').lower()}); {_REMEMBER}"
    return f"Quasar.Dark.set('auto'); document.cookie = '{DARK_COOKIE}=;path=/ui;max-age=0;samesite=lax'"


def look(request: Request) -> str:
    """The body's class for a page without scripts."""
    return {"1": "body--dark", "0": ""}.get(request.cookies.get(DARK_COOKIE, ""), "follows-system")


def prepare() -> None:
    """Once in a process: our files, Quasar's colours, and no bar across the window for what loads in the background."""
    app.add_static_files("/static", STATIC, max_cache_age=31536000)
    app.colors(
        primary="#0f766e",
        secondary="#475467",
        accent="#6941c6",
        positive="#067647",
        negative="#b42318",
        warning="#b54708",
        info="#175cd3",
    )
    app.config.quasar_config["loadingBar"]["skipHijack"] = True


def apply() -> None:
    """Dress this page, dark or light as the browser's cookie says, else as the system does."""
    client = ui.context.client
    chosen = client.request.cookies.get(DARK_COOKIE, "")
    client.page = copy(client.page)  # all visits of an address share the one
    client.page.dark = {"1": True, "0": False}.get(chosen)
    ui.add_head_html(f'<link rel="stylesheet" href="{STYLESHEET}">{_BEFORE.get(chosen, _FOLLOWS)}')
    ui.add_head_html(f'<script src="{CONNECTION}"></script>')

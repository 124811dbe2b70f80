"""What stands in the place of a page that cannot be shown: what happened, in plain words, and what to do now."""

from __future__ import annotations

from nicegui import ui

from api.deps import LOST
from api.tracing import request_id
from care.errors import QUOTE, CareError
from ui.language import _, retold
from ui.parts.elements import AWAY, box, button, link_button, text, tile

_OURS = 500  # from here on it is our fault, and the same page may work a moment later


def fault(status: int, symbol: str, title: str, detail: str) -> None:
    """The whole of a page's content, answered with this HTTP status."""
    ui.context.client.status_code = status
    with box("card empty"):
        tile(symbol, "warn")
        text(title, tag="h1")
        text(detail, "mute", tag="p")
        if status >= _OURS and (number := request_id()):
            text(_(QUOTE, number=number), "mute small", tag="p")
        with box("line wraps centred"):
            if status >= _OURS:
                button(_("Try again"), ui.navigate.reload, symbol="refresh")
            link_button(_("To the first page"), "/ui/", look="outline" if status >= _OURS else "unelevated")


def missing_page() -> None:
    fault(404, "explore_off", _("There is no such page."), _("The menu leads to everything there is."))


def not_for_you() -> None:
    detail = _("Go back with the menu, or sign in with another account.")
    fault(403, "lock", _("This page is not for your account."), detail)


def fault_of(error: Exception) -> None:
    """For whatever a page's builder has raised. What went wrong in the program stands in the log, not here."""
    if isinstance(error, CareError):
        fault(error.status, "sentiment_dissatisfied", _(error.title), retold(error.detail))
    elif isinstance(error, TimeoutError):
        detail = _("There is more to do than usual just now. Please try again in a moment.")
        fault(503, "hourglass_empty", _("This page takes too long."), detail)
    elif isinstance(error, LOST):
        fault(503, "cloud_off", _("Try again in a moment"), _(AWAY))
    else:
        detail = _("Please try again in a moment. Nothing of yours is lost.")
        fault(500, "cloud_off", _("This page cannot be shown just now."), detail)

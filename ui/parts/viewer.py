"""The viewer of a case's files: a dialog over the page, which viewer.js opens for every link that `zooms`."""

from __future__ import annotations

from nicegui import ui

from ui.language import _
from ui.parts.elements import box, icon_button, text
from ui.theme import static


def viewer() -> None:
    """Once a page, outside of what is drawn anew: a live update does not close it."""
    ui.add_body_html(f'<script defer src="{static("viewer.js")}"></script>')
    with box("viewer", tag="dialog", name=_("Files, large")).props("tabindex=-1"):
        with box("line viewer-bar"):
            text("", "viewer-title strong cut", tag="span")
            text("", "viewer-count mute", tag="span").props("role=status")
            box("grow")
            _does("previous", "chevron_left", _("Previous file"), "several")
            _does("next", "chevron_right", _("Next file"), "several")
            _does("out", "zoom_out", _("Smaller"))
            _does("in", "zoom_in", _("Larger"))
            _does("fit", "fit_screen", _("All of it"))
            _does("close", "close", _("Close"))
        with box("viewer-stage"):
            box("viewer-picture", tag="img").props('alt="" draggable=false')
        box("viewer-says")


def zooms(link: ui.element, named: str) -> ui.element:
    """The viewer shows what this link leads to, under that name."""
    link.props["data-zoom"] = named
    return link


def _does(deed: str, symbol: str, name: str, classes: str = "") -> None:
    icon_button(symbol, name).classes(classes).props(f"data-do={deed}")

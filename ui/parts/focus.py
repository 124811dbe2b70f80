"""Where the keyboard stands: kept when a part of the page is drawn anew under it. The script is planner.js."""

from __future__ import annotations

from typing import TypeVar

from nicegui import ui

from ui.theme import static

Element = TypeVar("Element", bound=ui.element)


def listen() -> None:
    """On this page; the script holds the keys of the calendar as well."""
    ui.add_body_html(f'<script defer src="{static("planner.js")}"></script>')


def keyed(element: Element, key: str) -> Element:
    """The element that is drawn next under the same key takes the focus over."""
    element.props["data-key"] = key
    return element

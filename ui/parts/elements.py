"""The small pieces that every page is made of. Text goes in as text: none of these takes HTML."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Any

from nicegui import ui
from nicegui.elements.mixins.text_element import TextElement

from api.deps import LOST
from care.errors import CareError
from ui.language import _, mark, retold
from ui.parts.words import Tone

REFUSALS: tuple[type[Exception], ...] = (CareError, *LOST)
AWAY = mark("The shop cannot be reached just now. Please try again in a moment.")
Action = Callable[[], Awaitable[Any] | Any]


def text(content: str, classes: str = "", *, tag: str = "div") -> TextElement:
    """Text in an element of its own; `tag` gives it its meaning (h1, p, li)."""
    return TextElement(tag=tag, text=content).classes(classes)


def box(classes: str = "", *, tag: str = "div", name: str = "") -> ui.element:
    element = ui.element(tag).classes(classes)
    if name:
        element.props["aria-label"] = name
    return element


def link(target: str, classes: str = "", *, name: str = "") -> ui.element:
    """An anchor within the portal (or to a page that the shop set up): never built from what a customer wrote."""
    element = box(classes, tag="a", name=name)
    element.props["href"] = target
    return element


@contextmanager
def card(title: str = "", classes: str = "", *, side: str = "") -> Iterator[ui.element]:
    with box(f"card {classes}", tag="section", name=title) as element:
        if title:
            with box("line between"):
                text(title, tag="h2")
                if side:
                    text(side, "mute small")
        yield element


@contextmanager
def heading(title: str, detail: str = "") -> Iterator[None]:
    """The page's first line; what is drawn inside lands at its right."""
    with box("title"):
        with box():
            text(title, tag="h1")
            if detail:
                text(detail, "mute", tag="p")
        with box("line"):
            yield


def chip(label: str, tone: Tone = "plain") -> ui.element:
    return text(label, f"chip {tone}", tag="span")


def icon(name: str, size: str = "20px") -> ui.icon:
    return ui.icon(name, size=size).props("aria-hidden=true")


def tile(name: str, tone: Tone = "good") -> None:
    with box(f"tile {tone}"):
        icon(name, "22px")


def stat(symbol: str, value: str, label: str, tone: Tone = "good", *, target: str = "") -> None:
    with link(target, "card stat") if target else box("card stat"):
        tile(symbol, tone)
        with box("stack"):
            text(value, "value")
            text(label, "mute small")


def button(
    label: str, action: Action, *, symbol: str | None = None, look: str = "unelevated", color: str = "primary"
) -> ui.button:
    return ui.button(label, icon=symbol, on_click=_on_the_page(action), color=color).props(f"{look} no-caps")


def _on_the_page(action: Action) -> Action:
    """The action in the place of the whole page: the part with its button may be drawn anew while it runs."""

    async def act() -> None:
        with ui.context.client.content:
            ended = action()
            # A dialog is awaitable too, and would open again: `close` answers with the dialog itself.
            if isinstance(ended, Awaitable) and not isinstance(ended, ui.element):
                await ended

    return act


def icon_button(symbol: str, name: str, action: Action | None = None) -> ui.button:
    click = _on_the_page(action) if action else None
    element = ui.button(icon=symbol, on_click=click, color="secondary").props("flat round dense")
    element.props["aria-label"] = name
    return element


def link_button(label: str, target: str, *, symbol: str | None = None, look: str = "unelevated") -> ui.button:
    element = ui.button(label, icon=symbol, color="primary").props(f"{look} no-caps")
    element.props["href"] = target
    return element


def empty(symbol: str, title: str, detail: str = "", *, tone: Tone = "plain") -> ui.element:
    """What stands where a list has nothing to show, or could not be read. What is drawn inside comes last."""
    with box("card empty") as element:
        tile(symbol, tone)
        text(title, tag="h2")
        if detail:
            text(detail, "mute", tag="p")
    return element


def show_named() -> None:
    """Scrolls to what the address names after its "#", and unfolds it: the browser looked before it was drawn."""
    ui.run_javascript(
        "const named = document.getElementById(location.hash.slice(1));"
        "if (named) { named.querySelectorAll('details').forEach((each) => { each.open = true; });"
        "named.scrollIntoView(); }"
    )


def banner(symbol: str, content: str, tone: Tone = "info") -> None:
    with box(f"banner {tone}"):
        icon(symbol)
        text(content, "grow")


def draft(field: ui.element, key: str, over: str = "") -> None:
    """Keep what is typed into this input or textarea until `sent(key)`: over a reload, a redraw, a closed dialog.

    `key` names what is written about: "note REF001", not only "note". A field that holds `over`, what the server
    knows, is filled with what was kept. Tell it anew once that is saved.
    """
    field.props["data-draft"] = key
    if over:
        field.props["data-draft-over"] = over


def sent(key: str) -> None:
    """What was kept under `key` has arrived: an empty field stays empty from now on."""
    ui.run_javascript(f"careDrafts.forget({json.dumps(key)})")


def thank(message: str) -> None:
    ui.notify(message, type="positive", position="top")


def warn(message: str) -> None:
    ui.notify(message, type="negative", position="top")


def told_of(error: Exception) -> str:
    """The sentence for one of REFUSALS, in the reader's language."""
    return retold(error.detail) if isinstance(error, CareError) else _(AWAY)


@contextmanager
def telling() -> Iterator[None]:
    """Shows the sentence of a refusal; what is wrong in the program goes on to the log."""
    try:
        yield
    except REFUSALS as error:
        warn(told_of(error))


@contextmanager
def dialog(title: str, detail: str = "") -> Iterator[ui.dialog]:
    """Lies outside the part that opened it: a live update of that part must not take it away. Gone once closed."""
    with ui.context.client.content, ui.dialog() as frame, box("card dialog"):
        frame.props["aria-label"] = title
        frame.on("hide", frame.delete)
        text(title, tag="h2")
        if detail:
            text(detail, "mute small")
        yield frame

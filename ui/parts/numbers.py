"""Figures as tables, open or behind a disclosure, and what stands where there are none."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from nicegui import ui

from ui.language import _, current
from ui.parts.elements import box, icon, text

# In a table, where there is no figure.
NONE = "-"


def numbers(title: str, head: Sequence[str], of: Callable[[], Sequence[Sequence[str]]]) -> None:
    """The figures of a plot. Drawn when somebody opens it, and open again when the card is drawn anew."""
    opened: set[str] = ui.context.client.storage.setdefault("numbers", set())
    with box("numbers", tag="details") as frame:
        with text(_("Numbers"), "small", tag="summary") as summary:
            summary.props["aria-label"] = _("Numbers: {title}", title=title)
        inside = box()

    def fill() -> None:
        with inside:
            table(title, head, of())

    def toggled(state: str) -> None:
        if state == "open" and title not in opened:
            opened.add(title)
            fill()
        elif state != "open":
            opened.discard(title)
            inside.clear()

    if title in opened:
        frame.props("open")
        fill()
    frame.on("toggle", lambda e: toggled(e.args["newState"]), ["newState"])


def table(title: str, head: Sequence[str], lines: Sequence[Sequence[str]]) -> None:
    """The first column names the rows; the others hold figures. By keyboard, it is moved sideways where it has to."""
    with box("scroll-x", name=title).props("role=group tabindex=0"), box("list figures", tag="table"):
        with box(tag="thead"), box(tag="tr"):
            for name in head:
                text(name, tag="th").props("scope=col")
        with box(tag="tbody"):
            for first, *rest in lines:
                with box(tag="tr"):
                    text(first, tag="th").props("scope=row")
                    for cell in rest:
                        text(cell, tag="td")


def nothing(symbol: str, sentence: str) -> None:
    """What stands in a card where there is nothing to plot."""
    with box("blank"):
        icon(symbol, "28px")
        text(sentence, tag="p")


def number(value: int) -> str:
    return current().number(value)

"""The lists of the desk that can be looked at in part: which part is shown, and the filters above it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeVar

from ui.language import _
from ui.parts.elements import box, link, text
from ui.visit import Visit

T = TypeVar("T")
# By its name in the address: its label (marked), and whether it shows an item to whoever has this e-mail address.
Filters = Mapping[str, tuple[str, Callable[[T, str], bool]]]


def chosen(filters: Filters[T], visit: Visit) -> str:
    """The name that the address asks for."""
    asked = visit.query.get("show", "all")
    return asked if asked in filters else "all"


def passing(filters: Filters[T], items: list[T], show: str, me: str) -> list[T]:
    return [item for item in items if filters[show][1](item, me)]


def draw(title: str, filters: Filters[T], items: list[T], visit: Visit, show: str, to: Callable[[str], str]) -> None:
    """Each with how many it shows; `to` gives the address, under /ui, of the list as it shows then."""
    with box("options filters", tag="nav", name=title):
        for name, (label, _passes) in filters.items():
            with link(f"/ui{to(name)}", "filter on" if name == show else "filter") as element:
                if name == show:
                    element.props["aria-current"] = "true"
                text(f"{_(label)} {len(passing(filters, items, name, visit.principal.email))}", tag="span")

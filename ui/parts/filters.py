"""The filters above a list of the desk: each with how many it shows."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from ui.parts.elements import box, link, text


class Filter(NamedTuple):
    """`href` leads to the list as it shows then; `on` says that it shows so now."""

    label: str
    number: int
    href: str
    on: bool


def filters(name: str, offered: Iterable[Filter]) -> None:
    with box("options filters", tag="nav", name=name):
        for each in offered:
            with link(each.href, "filter on" if each.on else "filter") as element:
                if each.on:
                    element.props["aria-current"] = "true"
                text(f"{each.label} {each.number}", tag="span")

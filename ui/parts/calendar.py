"""A month with its deliveries marked. A marked day is a button."""

from __future__ import annotations

import calendar
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from ui.parts.elements import box, text
from ui.parts.words import day as day_words

_WEEKDAYS = (
    ("Mon", "Monday"),
    ("Tue", "Tuesday"),
    ("Wed", "Wednesday"),
    ("Thu", "Thursday"),
    ("Fri", "Friday"),
    ("Sat", "Saturday"),
    ("Sun", "Sunday"),
)


@dataclass(frozen=True)
class Mark:
    """One delivery on a day; `state` is "planned", "past" or "failed"."""

    title: str
    detail: str
    state: str


def month(
    year: int,
    number: int,
    marks: dict[date, list[Mark]],
    *,
    today: date,
    chosen: date | None,
    choose: Callable[[date], None],
) -> None:
    with box("cal", name="Deliveries in this month").props("role=group"):
        for short, full in _WEEKDAYS:
            text(short, "dow").props(f'title="{full}"')
        for value in calendar.Calendar().itermonthdates(year, number):
            _day(value, marks.get(value, []), value.month == number, today=today, chosen=chosen, choose=choose)


def _day(
    value: date, marks: list[Mark], inside: bool, *, today: date, chosen: date | None, choose: Callable[[date], None]
) -> None:
    look = "day" + ("" if inside else " out") + (" today" if value == today else "")
    if not marks:
        text(str(value.day), look)
        return
    with box(look, tag="button", name=f"{day_words(value)}: {', '.join(m.title for m in marks)}") as element:
        element.props["type"] = "button"
        element.props["aria-pressed"] = "true" if value == chosen else "false"
        text(str(value.day), tag="span")
        box(f"dot {marks[0].state}", tag="span")
    element.on("click", lambda: choose(value))

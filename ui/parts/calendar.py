"""A month as a grid: each day is a button, and the arrow keys go from day to day (planner.js)."""

from __future__ import annotations

import calendar
from collections.abc import Callable
from datetime import date

from nicegui import ui

from ui.language import _, current, mark
from ui.parts.agenda import Days, Entry, State
from ui.parts.elements import box, icon, text
from ui.parts.focus import keyed
from ui.parts.words import Tone

Choose = Callable[[date], object]
# Each state by a sign, a colour and a word: nobody has to tell colours apart.
LOOKS: dict[State, tuple[str, Tone, str]] = {
    "planned": ("local_shipping", "info", mark("Delivery")),
    "reminder": ("notifications", "warn", mark("Reminder")),
    "extra": ("bolt", "info", mark("Ordered as an extra")),
    "skipped": ("block", "plain", mark("Skipped")),
    "moved": ("redo", "plain", mark("Moved away")),
    "delivered": ("check_circle", "good", mark("Ordered")),
    "overdue": ("hourglass_top", "bad", mark("Overdue")),
    "missed": ("history_toggle_off", "warn", mark("Missed")),
    "failed": ("error", "bad", mark("Not delivered")),
}
# What fits a day; the sheet behind it shows all.
_MOST = 3


def weeks(first: date) -> list[list[date]]:
    """The weeks that show the month of `first`, whole, each from the day on which the reader's weeks begin."""
    return calendar.Calendar(current().first_weekday).monthdatescalendar(first.year, first.month)


def month(first: date, days: Days, *, today: date, choose: Choose) -> None:
    """The month that begins with `first`, with the days before and after it that complete its weeks."""
    shown = weeks(first)
    entered = today if today.month == first.month and today.year == first.year else first
    with box("cal", name=_("Deliveries in {month}", month=current().month(first))).props("role=grid"):
        with box("week").props("role=row"):
            for value in shown[0]:
                named = text(current().weekday(value, short=True), "dow").props("role=columnheader")
                named.props["aria-label"] = current().weekday(value)
        for week in shown:
            with box("week").props("role=row"):
                for value in week:
                    with box("cell").props("role=gridcell"):
                        out = " out" if value.month != first.month else ""
                        made = _day(value, days.get(value, []), today, out)
                    made.props["tabindex"] = "0" if value == entered else "-1"
                    made.on("click", lambda value=value: choose(value))


def legend(days: Days) -> None:
    """What the signs mean that are in view."""
    seen = {entry.state for entries in days.values() for entry in entries}
    with box("legend", tag="ul", name=_("What the signs mean")):
        for state in (each for each in LOOKS if each in seen):
            with box(tag="li"):
                sign(state)
                text(_(LOOKS[state][2]), tag="span")


def sign(state: State, label: str = "") -> None:
    symbol, tone, _word = LOOKS[state]
    with box(f"sign {tone} {state}", tag="span"):
        icon(symbol, "14px")
        if label:
            text(label, "cut", tag="span")


def named(entry: Entry) -> str:
    """One thing on a day, in words: "Delivery: 2 x Amul Milk 1L"."""
    return f"{_(LOOKS[entry.state][2])}: {entry.what}"


def spoken(value: date, entries: list[Entry], today: date) -> str:
    """What a screen reader says of a day."""
    day = current().full_day(value)
    said = ". ".join(named(entry) for entry in entries) or _("Nothing planned")
    return f"{_('{day}, today', day=day) if value == today else day}. {said}"


def _day(value: date, entries: list[Entry], today: date, out: str) -> ui.element:
    look = "day" + out + (" today" if value == today else "") + (" over" if value < today else "")
    look += f" has {entries[0].state}" if entries else ""
    with box(look, tag="button", name=spoken(value, entries, today)) as element:
        element.props["type"] = "button"
        if value == today:
            element.props["aria-current"] = "date"
        text(current().number(value.day), "number", tag="span")
        with box("signs", tag="span"):
            shown = _once(entries)
            for entry in shown[:_MOST]:
                sign(entry.state, "" if entry.state == "reminder" else entry.subscription.items[0].name)
            if len(shown) > _MOST:
                text(f"+{current().number(len(shown) - _MOST)}", "more", tag="span")
    return keyed(element, value.isoformat())


def _once(entries: list[Entry]) -> list[Entry]:
    """One bell is enough for all reminders of a day."""
    reminders = [e for e in entries if e.state == "reminder"]
    return [e for e in entries if e.state != "reminder"] + reminders[:1]

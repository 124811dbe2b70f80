"""A month with what happens on its days. Each day of the month is a button."""

from __future__ import annotations

import calendar
from collections.abc import Callable
from datetime import date

from ui.parts import words
from ui.parts.agenda import Entry, State
from ui.parts.elements import box, icon, text
from ui.parts.words import Tone

_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
# Each state by a sign, a colour and a word: nobody has to tell colours apart.
LOOKS: dict[State, tuple[str, Tone, str]] = {
    "planned": ("local_shipping", "info", "Delivery"),
    "reminder": ("notifications", "warn", "Reminder"),
    "skipped": ("block", "plain", "Skipped"),
    "moved": ("redo", "plain", "Moved"),
    "delivered": ("check_circle", "good", "Ordered"),
    "failed": ("error", "bad", "Not delivered"),
}
# What fits a day; the sheet behind it shows all.
_MOST = 3


def month(
    year: int,
    number: int,
    days: dict[date, list[Entry]],
    *,
    today: date,
    choose: Callable[[date], object],
) -> None:
    with box("cal", name="Deliveries in this month").props("role=group"):
        for full in _WEEKDAYS:
            text(full[:3], "dow").props(f'title="{full}"')
        for value in calendar.Calendar().itermonthdates(year, number):
            if value.month == number:
                _day(value, days.get(value, []), today=today, choose=choose)
            else:
                text(str(value.day), "day out").props("aria-hidden=true")


def legend() -> None:
    with box("legend", tag="ul", name="What the signs mean"):
        for symbol, tone, word in LOOKS.values():
            with box(tag="li"):
                with box(f"sign {tone}", tag="span"):
                    icon(symbol, "14px")
                text(word, tag="span")


def _day(value: date, entries: list[Entry], *, today: date, choose: Callable[[date], object]) -> None:
    look = "day" + (" today" if value == today else "") + (" over" if value < today else "")
    look += f" has {entries[0].state}" if entries else ""
    with box(look, tag="button", name=_name(value, entries, today)) as element:
        element.props["type"] = "button"
        if value == today:
            element.props["aria-current"] = "date"
        text(str(value.day), "number", tag="span")
        with box("signs", tag="span"):
            shown = _once(entries)
            for entry in shown[:_MOST]:
                _sign(entry)
            if len(shown) > _MOST:
                text(f"+{len(shown) - _MOST}", "more", tag="span")
    element.on("click", lambda: choose(value))


def _sign(entry: Entry) -> None:
    symbol, tone, _ = LOOKS[entry.state]
    with box(f"sign {tone} {entry.state}", tag="span"):
        icon(symbol, "14px")
        if entry.state != "reminder":
            text(entry.subscription.items[0].name, "cut", tag="span")


def _once(entries: list[Entry]) -> list[Entry]:
    """One bell is enough for all reminders of a day."""
    reminders = [e for e in entries if e.state == "reminder"]
    return [e for e in entries if e.state != "reminder"] + reminders[:1]


def _name(value: date, entries: list[Entry], today: date) -> str:
    """What a screen reader says of the day."""
    said = [f"{LOOKS[e.state][2]}: {words.what(e.subscription)}" for e in entries]
    named = words.day(value) + (", today" if value == today else "")
    return f"{named}. {'. '.join(said) or 'Nothing planned'}"

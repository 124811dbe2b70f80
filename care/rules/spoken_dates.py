"""Dates and spans as people write them. Finding needs no clock; `resolve` and `Span.end` count from a given day."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Literal, NamedTuple, cast

from care.rules.spoken_forms import FORMS, MANY, MONTHS, WEEKDAYS, counted, made

__all__ = ["WEEKDAYS", "Span", "dates_in", "resolve", "span_in", "unread_date"]

Unit = Literal["days", "weeks", "months"]
_LONG = MANY.replace(" ", r"\s+")
# "for two weeks", "the next 10 days", "pause it 3 weeks"
_SPAN = re.compile(
    rf"\b(?:(?:for|over|during)(?:\s+the)?(?:\s+next|\s+coming)?|the\s+next|(?:pause|hold|stop|suspend|freeze|skip)\w*"
    rf"(?:\s+(?!for\b)[\w-]+){{0,3}}?)\s+{_LONG}\b(?!\s+(?:ago|old|late|now|already|from|after|before)\b)",
    re.I,
)
# "I have waited for two weeks now"
_PAST = re.compile(
    r"\b(?:wait(?:ed|ing)|been|had|used|since|past|last)\b[^.!?]*$|\b(?:every|each)(?:\s+\w+)?\s*$", re.I
)


class Span(NamedTuple):
    """A length of time as said: ("weeks", 2). `end` is the first day after it, counted from its first day."""

    unit: Unit
    number: int

    def end(self, start: date) -> date:
        if self.unit == "months":
            return _months_on(start, self.number)
        return start + timedelta(days=self.number * (7 if self.unit == "weeks" else 1))


def span_in(text: str) -> Span | None:
    """How long something shall last ("pause it for two weeks"); None where no such words stand. "Until ..." is a date:
    see `dates_in`."""
    for match in _SPAN.finditer(text):
        number, unit = counted(match)
        if number and not _PAST.search(text[: match.start("n")]):
            return Span(cast(Unit, unit), number)
    return None


def dates_in(text: str) -> list[str]:
    """In the order said: ISO dates ("2026-11-27"), "27 nov" where no year was said, "the 27th" where no month was, or
    words in small letters ("next friday", "in 2 weeks", "end of this month"). `resolve` understands each of them.

    Impossible dates are left out. A day that names a rhythm ("every Friday", "the 5th of each month") is no date.
    """
    return list(dict.fromkeys(spoken for _, spoken in _forms_in(text) if spoken))


def unread_date(text: str) -> str | None:
    """The first date, as it is written, that no calendar has ("31 February") or that may be either of two ("05/11")."""
    return next((written for written, spoken in _forms_in(text) if not spoken), None)


def _forms_in(text: str) -> Iterator[tuple[str, str | None]]:
    """As it is written, and as it is kept; None where it is no date, or not one only."""
    matches = [(match, kept) for pattern, kept in FORMS for match in pattern.finditer(text)]
    end = 0
    for match, kept in sorted(matches, key=lambda each: (each[0].start(), -each[0].end())):
        if match.start() >= end and not _is_rhythm(text, match):
            end = match.end()
            yield match[0], kept(match)


def _is_rhythm(text: str, match: re.Match[str]) -> bool:
    before = re.search(r"\b(?:every|each)\s+(?:\w+\s+)?$", text[: match.start()], re.I)
    after = re.match(r"\s+(?:of\s+)?(?:every|each|monthly)\b", text[match.end() :], re.I)
    return bool(before or after)


def resolve(spoken: str, today: date) -> date | None:
    """The date meant by one of `dates_in`, on or after `today` (the customer's local date) unless a year was said.

    "next week" is a week from today, "next month" the first of the month, a weekend its Saturday.
    """
    if match := re.fullmatch(r"in (\d+) ([a-z]+?)s?", spoken):
        return _span(match).end(today)
    if match := re.fullmatch(r"(\d+) ([a-z]+?)s? from (.+)", spoken):
        base = resolve(match[3], today)
        return base and _span(match).end(base)
    if match := re.fullmatch(r"the (\d+)[a-z]{2}( of next month)?", spoken):
        return _coming_day(int(match[1]), _months_on(today.replace(day=1), 1) if match[2] else today)
    if match := re.fullmatch(r"(\d{1,2}) ([a-z]{3})", spoken):
        return _coming(int(match[1]), MONTHS.index(match[2]) + 1, today)
    return _worded(spoken, today) if spoken[0].isalpha() else _iso(spoken)


def _span(match: re.Match[str]) -> Span:
    return Span(cast(Unit, f"{match[2]}s"), int(match[1]))


def _worded(spoken: str, today: date) -> date | None:
    monday = today - timedelta(days=today.weekday())
    first = _months_on(today.replace(day=1), 1)
    words = {
        "today": today,
        "tonight": today,
        "tomorrow": today + timedelta(days=1),
        "day after tomorrow": today + timedelta(days=2),
        "next week": today + timedelta(days=7),
        "this weekend": max(today, monday + timedelta(days=5)),
        "next weekend": monday + timedelta(days=12),
        "next month": first,
        "end of this month": first - timedelta(days=1),
        "end of next month": _months_on(first, 1) - timedelta(days=1),
    }
    if spoken in words:
        return words[spoken]
    if spoken.endswith(" next week"):
        return monday + timedelta(days=7 + WEEKDAYS.index(spoken.split()[0]))
    weekday = spoken.split()[-1]
    if weekday not in WEEKDAYS:
        return None
    ahead = (WEEKDAYS.index(weekday) - today.weekday()) % 7
    # "next Friday" said on a Friday is not today.
    return today + timedelta(days=7 if ahead == 0 and spoken.startswith("next") else ahead)


def _coming(day: int, month: int, today: date) -> date | None:
    # A 29 February is at most eight years away.
    days = (made(year, month, day) for year in range(today.year, today.year + 9))
    return next((found for found in days if found and found >= today), None)


def _coming_day(day: int, today: date) -> date | None:
    """The next such day of a month, which a short month may not have."""
    firsts = (_months_on(today.replace(day=1), ahead) for ahead in range(3))
    days = (made(first.year, first.month, day) for first in firsts)
    return next((found for found in days if found and found >= today), None)


def _months_on(start: date, months: int) -> date:
    """The same day some months later, or that month's last day."""
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    return date(year, month + 1, min(start.day, monthrange(year, month + 1)[1]))


def _iso(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None

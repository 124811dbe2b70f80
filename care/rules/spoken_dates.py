"""Dates as people write them. Finding needs no clock; `resolve` turns what was found into a date, given today."""

from __future__ import annotations

import re
from datetime import date, timedelta

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = "|".join(
    ("january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
     "december", "sept", *_MONTHS)
)  # fmt: skip
_DATE = re.compile(
    rf"""\b(?:
        (?P<iso>\d{{4}}-\d{{2}}-\d{{2}})
      | (?P<day>\d{{1,2}})(?:st|nd|rd|th)?\s+(?:of\s+)?(?P<month>{_MONTH})\b(?:,?\s+(?P<year>\d{{4}}))?
      | (?P<month2>{_MONTH})\.?\s+(?P<day2>\d{{1,2}})(?:st|nd|rd|th)?\b(?:,?\s+(?P<year2>\d{{4}}))?
      | (?P<word>today|tonight|tomorrow|day\ after\ tomorrow|next\ week
          |(?:(?:next|this|coming)\s+)?(?:{"|".join(WEEKDAYS)}))
    )\b""",
    re.I | re.X,
)


def dates_in(text: str) -> list[str]:
    """ISO dates ("2026-11-27"), "27 nov" where no year was said, or words in small letters ("next friday").

    Impossible dates are left out. A weekday that names a rhythm ("every Friday") is no date.
    """
    found: list[str] = []
    for match in _DATE.finditer(text):
        rhythm = re.search(r"\b(?:every|each)\s+(?:\w+\s+)?$", text[: match.start()], re.I)
        spoken = None if rhythm else _spoken(match)
        if spoken and spoken not in found:
            found.append(spoken)
    return found


def _spoken(match: re.Match[str]) -> str | None:
    if match["iso"]:
        return match["iso"] if _iso(match["iso"]) else None
    if match["word"]:
        return " ".join(match["word"].lower().split())
    day, month = int(match["day"] or match["day2"]), (match["month"] or match["month2"]).lower()[:3]
    year = match["year"] or match["year2"]
    # 2000 is a leap year: 29 February is a date until a year says otherwise.
    known = _made(int(year or 2000), _MONTHS.index(month) + 1, day)
    if known is None:
        return None
    return known.isoformat() if year else f"{day} {month}"


def resolve(spoken: str, today: date) -> date | None:
    """The date meant by one of `dates_in`, on or after `today` (the customer's local date) unless a year was said."""
    if spoken in ("today", "tonight"):
        return today
    if spoken in ("tomorrow", "day after tomorrow", "next week"):
        return today + timedelta(days={"tomorrow": 1, "next week": 7}.get(spoken, 2))
    weekday = spoken.split()[-1]
    if weekday in WEEKDAYS:
        ahead = (WEEKDAYS.index(weekday) - today.weekday()) % 7
        # "next Friday" said on a Friday is not today.
        return today + timedelta(days=7 if ahead == 0 and spoken.startswith("next") else ahead)
    if match := re.fullmatch(r"(\d{1,2}) ([a-z]{3})", spoken):
        return _coming(int(match[1]), _MONTHS.index(match[2]) + 1, today)
    return _iso(spoken)


def _coming(day: int, month: int, today: date) -> date | None:
    # A 29 February is at most eight years away.
    for year in range(today.year, today.year + 9):
        found = _made(year, month, day)
        if found and found >= today:
            return found
    return None


def _iso(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _made(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None

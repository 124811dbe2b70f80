"""The forms in which people write dates: a table of patterns, each with the one way in which its date is kept."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Callable
from datetime import date

from care.rules.number_words import NUMBERS

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_HOLIDAYS = {"christmas eve": "24 dec", "christmas": "25 dec", "xmas": "25 dec", "new year's eve": "31 dec",
             "new years eve": "31 dec", "new year": "1 jan", "new years": "1 jan", "new year's": "1 jan"}  # fmt: skip
_COUNTS = {"a": 1, "an": 1} | NUMBERS
# A count of days, weeks or months, as `counted` reads it.
MANY = rf"(?P<n>\d{{1,3}}|(?:a )?couple(?: of)?|{'|'.join(_COUNTS)}) (?P<unit>day|week|month|fortnight)s?"

_MONTH = "|".join(
    ("january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
     "december", "sept", *MONTHS)
)  # fmt: skip
_DAY = "|".join(WEEKDAYS)
# "mon", "wed", "sat" and "sun" are words of their own as well: a short day needs such a word before it.
_SHORT = r"mon|tues?|weds?|thu(?:rs?)?|fri|sat|sun"
_TOMORROW = r"tom+or+ow|tmrw|tmr|2mor+ow|2moro"
# After "the 1st" a thing may follow that is no date ("the 1st order"); these words may follow a date.
_ENDS = (
    r"(?=\s*(?:$|[.,;:!?)]|(?:please|pls|plz|instead|and|or|to|till?|until|through|but|if|because|as|is|was|it|i|we|so"
    r"|thanks?|thx|at|in|when|since|for|not|rather|of (?:this|the) month)\b))"
)
_Kept = Callable[[re.Match[str]], str | None]


def made(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def counted(match: re.Match[str]) -> tuple[int, str]:
    """How many of which unit `MANY` found: "days", "weeks" or "months"; a fortnight is two weeks."""
    said, unit = match["n"].lower(), match["unit"].lower()
    number = int(said) if said.isdecimal() else _COUNTS.get(said, 2)
    return (2 * number, "weeks") if unit == "fortnight" else (number, f"{unit}s")


def plain(text: str) -> str:
    """Small letters, single spaces, "tomorrow" however it was spelled."""
    return re.sub(_TOMORROW, "tomorrow", " ".join(text.lower().split()))


def _dated(day: int, month: int, year: str | None) -> str | None:
    # 2000 is a leap year: 29 February is a date until a year says otherwise.
    known = made(int(year or 2000), month, day)
    if known is None:
        return None
    return known.isoformat() if year else f"{day} {MONTHS[month - 1]}"


def _iso(match: re.Match[str]) -> str | None:
    return match[0] if made(*map(int, match[0].split("-"))) else None


def _named_month(match: re.Match[str]) -> str | None:
    return _dated(int(match["day"]), MONTHS.index(match["month"].lower()[:3]) + 1, match["year"])


def _slashed(match: re.Match[str]) -> str | None:
    """ "27/11" and "11/27" mean one day; "05/11" means either of two, and is left out, as is "24/7"."""
    month, day = sorted((int(match["a"]), int(match["b"])))
    if match[0] == "24/7":
        return None
    return _dated(day, month, match["year"]) if day > 12 or day == month else None


def _dotted(match: re.Match[str]) -> str | None:
    return _dated(int(match["day"]), int(match["month"]), match["year"])


def _first_of(match: re.Match[str]) -> str:
    return f"1 {match['month'].lower()[:3]}"


def _holiday(match: re.Match[str]) -> str:
    return _HOLIDAYS[plain(match["holiday"])]


def _ordinal(match: re.Match[str]) -> str | None:
    if not 1 <= int(match["day"]) <= 31:
        return None
    return f"the {int(match['day'])}{match['suffix'].lower()}{' of next month' if match['next'] else ''}"


def _length(match: re.Match[str]) -> str:
    number, unit = counted(match)
    return f"{number} {unit.removesuffix('s') if number == 1 else unit}"


def _ahead(match: re.Match[str]) -> str:
    return f"in {_length(match)}"


def _after(match: re.Match[str]) -> str:
    base = plain(match["base"])
    return _ahead(match) if base in ("now", "today") else f"{_length(match)} from {base}"


def _edge(match: re.Match[str]) -> str:
    if match["edge"].lower() == "end":
        return f"end of {match['which'].lower()} month".replace("the month", "this month")
    return "next month"


def _edge_of(match: re.Match[str]) -> str:
    month = MONTHS.index(match["month"].lower()[:3]) + 1
    days = {"end": monthrange(2001, month)[1], "middle": 15}
    return f"{days.get(match['edge'].lower(), 1)} {MONTHS[month - 1]}"


def _next_week(match: re.Match[str]) -> str:
    return f"{(match['day'] or match['day2']).lower()} next week"


def _word(match: re.Match[str]) -> str:
    return plain(match[0]).removeprefix("the ")


def _possessive(match: re.Match[str]) -> str:
    return plain(match["word"])


def _short_day(match: re.Match[str]) -> str:
    name = next(day for day in WEEKDAYS if day.startswith(match["day"].lower()[:3]))
    return plain(f"{match['which'] or ''} {name}")


def _form(pattern: str, kept: _Kept) -> tuple[re.Pattern[str], _Kept]:
    spaced = pattern.replace(" ", r"\s+")
    return re.compile(rf"(?<![\w./-])(?:{spaced})(?!\w)", re.I), kept


# Where two fit at the same place, the longer one counts.
FORMS: list[tuple[re.Pattern[str], _Kept]] = [
    _form(r"\d{4}-\d{2}-\d{2}", _iso),
    _form(r"(?P<a>\d{1,2})/(?P<b>\d{1,2})(?:/(?P<year>\d{4}))?(?![/%]|[.,]\d)", _slashed),
    _form(r"(?P<day>\d{1,2})\.(?P<month>\d{1,2})\.(?P<year>\d{4})", _dotted),
    _form(rf"(?P<day>\d{{1,2}})(?:st|nd|rd|th)? (?:of )?(?P<month>{_MONTH})(?:,? (?P<year>\d{{4}}))?", _named_month),
    _form(rf"(?P<month>{_MONTH})\.? (?P<day>\d{{1,2}})(?:st|nd|rd|th)?(?:,? (?P<year>\d{{4}}))?", _named_month),
    _form(rf"(?:until|till?|by|before) (?P<month>{_MONTH})(?!\.? \d)", _first_of),
    _form(rf"(?:on|over|until|till?|by|before|after) (?:the )?(?P<holiday>{'|'.join(_HOLIDAYS)})", _holiday),
    _form(
        rf"(?:the|on|on the) (?P<day>\d{{1,2}})(?P<suffix>st|nd|rd|th)(?:(?P<next> of next month)|{_ENDS})", _ordinal
    ),
    _form(rf"in {MANY}", _ahead),
    _form(rf"{MANY} from (?P<base>now|today|{_TOMORROW}|(?:next )?(?:{_DAY}))", _after),
    _form(r"(?:the )?(?P<edge>end|start|beginning) of (?P<which>the|this) month", _edge),
    _form(r"(?:the )?(?P<edge>end|start|beginning) of (?P<which>next) month", _edge),
    _form(rf"(?:the )?(?P<edge>end|start|beginning|middle) of (?P<month>{_MONTH})", _edge_of),
    _form(rf"next week(?: on)? (?P<day>{_DAY})|(?P<day2>{_DAY})(?: of)? next week", _next_week),
    _form(
        rf"(?:the )?day after {_TOMORROW}|{_TOMORROW}|today|tonight|(?:next|this) weekend|next (?:week|month)", _word
    ),
    _form(rf"(?:(?:next|this|coming) )?(?:{_DAY})", _word),
    # "tomorrows delivery", "next weeks milk"
    _form(rf"(?P<word>{_TOMORROW}|next week)s", _possessive),
    _form(rf"(?P<word>{_DAY})s(?= (?:delivery|shipment|one)\b)", _possessive),
    _form(rf"(?P<which>next|this|coming) (?P<day>{_SHORT})", _short_day),
    _form(rf"(?:on|until|till?|by|from|to|or)(?P<which>) (?P<day>{_SHORT})", _short_day),
]

"""Which planned delivery of a subscription the customer's words name, and which day it is to move to. Pure.

"Friday's delivery" is the first planned one that falls on a Friday. A date without a delivery comes back as it is:
whoever asked is told of the dates that have one.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, timedelta
from itertools import islice

from care.models.subscription import Subscription
from care.models.understanding import Entities
from care.rules.number_words import NUMBERS
from care.rules.reminders import pending
from care.rules.spoken_dates import WEEKDAYS, dates_in, resolve, span_in

_MOST = 60
_COUNTS = {"a": 1, "an": 1, "couple": 2} | NUMBERS
_COUNT = rf"\d{{1,2}}|{'|'.join(_COUNTS)}"
_AFTER_NEXT = re.compile(r"\b(?:one|week|delivery) after (?:the )?next\b|\bnext but one\b|\bsecond next\b")
_FOLLOWING = re.compile(
    r"\b(?:week|one|delivery|time) after\b|\bfollowing (?:week|one|delivery|time)\b|\bafter that\b"
    r"|\ba (?:week|fortnight) later\b"
)
_NEXT_FEW = re.compile(rf"\bnext (?P<n>{_COUNT})(?: of)?(?: (?:deliver(?:y|ies)|weeks?|shipments?|ones|times)\b|\W*$)")
_BY = re.compile(rf"\b(?P<n>{_COUNT})(?: of)? (?P<unit>days?|weeks?|fortnights?|months?)\b")
_RANGE = re.compile(
    r"\b(?:from|between|starting)\b(?P<first>.{1,40}?)"
    r"(?:\b(?:to|until|till?|and|through)\b|[-\N{EN DASH}])(?P<last>.{1,40})",
    re.I | re.S,
)
_BEGINS = re.compile(r"\b(?:from|starting|beginning|as of)\b(?P<first>.{1,40})", re.I | re.S)
_LENGTHS = {"d": 1, "w": 7, "f": 14, "m": 30}
_EARLIER = re.compile(r"\b(?:earlier|sooner|forward|before)\b")
_FROM_TO = re.compile(r"^(?P<what>.*?)\b(?:to|until|onto|for)\b(?P<to>.*)$", re.S)
_INSTEAD = re.compile(r"^(?P<to>.*?)\b(?:instead of|rather than|not on|and not)\b(?P<what>.*)$", re.S)


def with_skipped(subscription: Subscription) -> list[date]:
    """The local dates ahead on which something is planned, or was until it was skipped."""
    skipped = [date.fromisoformat(key[:10]) for key in subscription.skipped]
    return sorted({*planned_dates(subscription), *skipped})


def planned_dates(subscription: Subscription, most: int = _MOST) -> list[date]:
    """The local dates ahead that have a delivery, in order; one that is overdue is the first."""
    ahead = [date.fromisoformat(o.key[:10]) for o in islice(pending(subscription), most)]
    late = [date.fromisoformat(subscription.overdue.occurrence.key[:10])] if subscription.overdue else []
    return [*late, *(day for day in ahead if day not in late)]


def deliveries_named(
    text: str, found: Entities, planned: Sequence[date], today: date, base: date | None = None
) -> list[date]:
    """The deliveries that the words name; none where they name none. `base`: the one that was spoken of before."""
    said = text.casefold()
    if _AFTER_NEXT.search(said):
        return list(planned[1:2])
    if few := _NEXT_FEW.search(said):
        return list(planned[: _count(few["n"])])
    if _FOLLOWING.search(said):
        from_here = base or (planned[0] if planned else today)
        return [day for day in planned if day > from_here][:1]
    named = [day for spoken in found.dates if (day := _named(spoken, planned, today))]
    if not named and isinstance(found.delivery_day, int):
        days = (today + timedelta(days=n) for n in range(62))
        named = [day for day in days if day.day == found.delivery_day][:1]
    return list(dict.fromkeys(named))


def target_named(text: str, found: Entities, moved: date, today: date) -> date | None:
    """The day to which the delivery of `moved` shall move: "to Saturday", "a day later", "by a week"."""
    said = text.casefold()
    if by := _BY.search(said):
        return moved - _days(by) if _EARLIER.search(said) else moved + _days(by)
    spoken = (dates_in(said) or found.dates)[-1:]
    return _near(spoken[0], moved, today) if spoken else None


def apart(text: str) -> tuple[str, str]:
    """ "Move Friday's delivery to Saturday": the words for the delivery, and those for the day it moves to."""
    for pattern in (_INSTEAD, _FROM_TO):
        if (match := pattern.search(text)) and (dates_in(match["to"]) or _BY.search(match["to"].casefold())):
            return match["what"], match["to"]
    spoken = dates_in(text)
    if _BY.search(text.casefold()) or len(spoken) > 1:
        return text, text
    return ("", text) if re.search(r"\binstead\b", text, re.I) else (text, "")


_TO = re.compile(r"\s*(?:\b(?:to|until|till?|through)\b|[-\N{EN DASH}])\s*", re.I)


def _bare_range(text: str, today: date) -> tuple[date, date] | None:
    """ "5 December to 20 December", without a "from"."""
    for match in _TO.finditer(text):
        before, after = " ".join(text[: match.start()].split()[-3:]), " ".join(text[match.end() :].split()[:3])
        first = [day for each in dates_in(before) if (day := resolve(each, today))][-1:]
        last = [day for each in dates_in(after) if (day := resolve(each, today))][:1]
        if first and last and first[0] < last[0]:
            return first[0], last[0]
    return None


def range_named(text: str, today: date) -> tuple[date, date] | None:
    """The first and the last day of "from 1 to 15 December", "between Monday and Friday", "for a month from 1 May"."""
    if match := _RANGE.search(text):
        last = [day for each in dates_in(match["last"]) if (day := resolve(each, today))]
        said = match["first"].strip()
        first = [day for each in dates_in(said) if (day := resolve(each, today))]
        if last and said.rstrip("strndh.").isdecimal():  # "1 to 15 December"
            first = [
                day
                for day in (last[0] - timedelta(days=n) for n in range(31))
                if day.day == int(said.rstrip("strndh."))
            ]
        return (first[0], last[0]) if first and last and first[0] <= last[0] else None
    if bare := _bare_range(text, today):
        return bare
    span, begins = span_in(text), _BEGINS.search(text)
    first = [day for each in dates_in(begins["first"]) if (day := resolve(each, today))] if begins else []
    return (first[0], span.end(first[0]) - timedelta(days=1)) if span and first else None


def pause_end(text: str, found: Entities, today: date) -> date | None:
    """The local date on which deliveries go on: "until 15 December", "for two weeks"; None where none is named."""
    if spoken := [day for each in found.dates if (day := resolve(each, today))]:
        return spoken[-1]
    if span := span_in(text):
        return span.end(today)
    if by := _BY.search(text.casefold()):
        return today + _days(by)
    return None


def _named(spoken: str, planned: Sequence[date], today: date) -> date | None:
    meant = resolve(spoken, today)
    if meant is None or meant in planned:
        return meant
    if spoken == "next week":
        monday = today + timedelta(days=7 - today.weekday())
        return next((day for day in planned if monday <= day < monday + timedelta(days=7)), meant)
    if spoken.split()[-1] in WEEKDAYS:
        return next((day for day in planned if day.weekday() == meant.weekday()), meant)
    return meant


def _near(spoken: str, moved: date, today: date) -> date | None:
    """A weekday is the one nearest to the delivery that is moved, and still to come."""
    if spoken.split()[-1] not in WEEKDAYS or spoken.startswith("next"):
        return resolve(spoken, today)
    ahead = (WEEKDAYS.index(spoken.split()[-1]) - moved.weekday()) % 7
    nearest = moved + timedelta(days=ahead - 7 if ahead > 3 else ahead)
    return nearest if nearest > today else nearest + timedelta(days=7)


def _days(by: re.Match[str]) -> timedelta:
    return timedelta(days=_count(by["n"]) * _LENGTHS[by["unit"][0]])


def _count(word: str) -> int:
    return int(word) if word.isdecimal() else _COUNTS[word]

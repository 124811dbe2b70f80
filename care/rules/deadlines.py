"""Deadlines in business hours: they run only while the desk is staffed. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from zoneinfo import ZoneInfo

from care.models.policy import BusinessHours

_DAY = timedelta(days=1)
_MINUTE = timedelta(minutes=1)
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def add_business_time(start: datetime, hours: int, staffed: BusinessHours) -> datetime:
    """The moment, in UTC, at which `hours` (1 or more) of staffed time have passed since the aware `start`.

    A start outside the hours waits for the next opening. A clock change makes a shift as much shorter or longer as
    it does for the people who work it. Closing at 00:00 means at the end of the day.
    """
    left = timedelta(hours=hours)
    for begin, end in _shifts(start.astimezone(UTC), staffed):
        if end - begin >= left:
            return begin + left
        left -= end - begin
    raise ValueError("the calendar has ended")


def staffed_between(start: datetime, end: datetime, staffed: BusinessHours) -> timedelta:
    """How much staffed time lies between two aware moments; none if `end` is not after `start`."""
    total = timedelta()
    for begin, finish in _shifts(start.astimezone(UTC), staffed):
        if begin >= end:
            break
        total += min(finish, end) - begin
    return total


def _shifts(start: datetime, staffed: BusinessHours) -> Iterator[tuple[datetime, datetime]]:
    """What is staffed from `start` on, as stretches in UTC, in order."""
    zone = ZoneInfo(staffed.timezone)
    day = start.astimezone(zone).date()
    while True:
        if _WEEKDAYS[day.weekday()] in staffed.days and day not in staffed.holidays:
            for begin, end in _of_day(day, staffed, zone):
                if max(begin, start) < end:
                    yield max(begin, start), end
        day += _DAY


def _of_day(day: date, staffed: BusinessHours, zone: tzinfo) -> list[tuple[datetime, datetime]]:
    """The stretches of one local day; two where the clock changes between opening and closing."""
    opens = datetime.combine(day, staffed.opens, UTC)
    closes = datetime.combine(day, staffed.closes, UTC) + (_DAY if staffed.closes == time(0) else timedelta())
    first, last = (datetime.combine(each, time(0), zone).astimezone(UTC) for each in (day, day + _DAY))
    before, after = _offset(first, zone), _offset(last - _MINUTE, zone)
    # Clipped to the day: where it begins by a clock change, its first hour may not exist.
    change = last if before == after else _change(first, last, zone)
    early = (max(opens - before, first), min(closes - before, change))
    return [early, (max(opens - after, change), min(closes - after, last))]


def _offset(at: datetime, zone: tzinfo) -> timedelta:
    return at.astimezone(zone).utcoffset() or timedelta()


def _change(first: datetime, last: datetime, zone: tzinfo) -> datetime:
    """The minute between two moments of one day, in UTC, from which on the clock shows another offset."""
    before, low, high = _offset(first, zone), 0, (last - first) // _MINUTE
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if _offset(first + middle * _MINUTE, zone) == before else (low, middle)
    return first + high * _MINUTE

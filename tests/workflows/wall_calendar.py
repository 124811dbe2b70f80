"""A calendar that anybody can check by hand: it walks one plain day after the other and asks whether it fits.

It shares nothing with care/rules: no RRULE, no schedule, no steps.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

DAY = timedelta(days=1)
FRIDAY = 4
ZONES = ("America/New_York", "Asia/Kolkata", "Australia/Lord_Howe", "UTC")

# What a customer asks for, by the name under which `fits` knows it.
WISHES: dict[str, dict[str, Any]] = {
    "daily": {"frequency": "daily"},
    "weekly": {"frequency": "weekly", "delivery_day": "friday"},
    "biweekly": {"frequency": "biweekly", "delivery_day": "friday"},
    "month's end": {"frequency": "monthly", "delivery_day": 31},
    "second friday": {"recurrence": "FREQ=MONTHLY;BYDAY=2FR"},
}


def nine(day: date, zone: str) -> datetime:
    """09:00 on that local date, in UTC."""
    return datetime.combine(day, time(9), ZoneInfo(zone)).astimezone(UTC)


def planned(kind: str, zone: str, since: datetime, until: datetime) -> Iterator[date]:
    """The local dates whose 09:00 lies after `since` and not after `until`, of a subscription made at `since`."""
    day, first = since.astimezone(ZoneInfo(zone)).date(), None
    while nine(day, zone) <= until:
        if nine(day, zone) > since and fits(kind, day, first):
            first = first or day
            yield day
        day += DAY


def fits(kind: str, day: date, first: date | None) -> bool:
    """Whether something of this kind, delivered on `first` for the first time, comes on `day`."""
    match kind:
        case "daily":
            return True
        case "weekly":
            return day.weekday() == FRIDAY
        case "biweekly":
            return day.weekday() == FRIDAY and (first is None or (day - first).days % 14 == 0)
        case "month's end":
            return (day + DAY).month != day.month
        case "second friday":
            return day.weekday() == FRIDAY and 8 <= day.day <= 14
    raise ValueError(kind)

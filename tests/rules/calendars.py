"""Calendars that customers ask for, each beside a predicate on plain dates that anybody can check by hand."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

DAY = timedelta(days=1)
NINE = time(9)
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
# Both ways, by half an hour, never, and never.
ZONES = ("Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata", "UTC")
# A few days before something happens: the clocks change in some zone, a month ends, February has 29 days.
EVES = (
    date(2026, 10, 1),  # 4 October: Lord Howe
    date(2026, 10, 22),  # 25 October: Berlin
    date(2026, 10, 28),  # 31 October, and 1 November: New York
    date(2027, 1, 27),
    date(2027, 3, 11),  # 14 March: New York
    date(2027, 3, 25),  # 28 March: Berlin
    date(2027, 4, 1),  # 4 April: Lord Howe
    date(2028, 2, 10),
    date(2028, 2, 26),
)


def due(day: date, zone: ZoneInfo) -> datetime:
    """09:00 local on this date, in UTC."""
    return datetime.combine(day, NINE, zone).astimezone(UTC)


@dataclass(frozen=True)
class Calendar:
    """`wish`: what is asked for. `fits(day, anchor)`: whether a date counted from `anchor` has a delivery."""

    wish: dict[str, Any]
    fits: Callable[[date, date], bool] = field(compare=False)

    def anchor(self, begin: date, now: datetime, zone: ZoneInfo, offset: timedelta) -> date:
        """Where it is counted from: every two weeks begins with the first such weekday that is still to come."""
        day = begin
        while self.wish.get("frequency") == "biweekly" and (
            day.strftime("%A").lower() != self.wish["delivery_day"] or due(day, zone) + offset <= now
        ):
            day += DAY
        return day


def monthly(number: int) -> Calendar:
    def fits(day: date, anchor: date) -> bool:
        return day.day == min(number, monthrange(day.year, day.month)[1])

    return Calendar({"frequency": "monthly", "delivery_day": number}, fits)


def weekly(number: int) -> Calendar:
    return Calendar(
        {"frequency": "weekly", "delivery_day": WEEKDAYS[number]}, lambda day, anchor: day.weekday() == number
    )


def biweekly(number: int) -> Calendar:
    return Calendar(
        {"frequency": "biweekly", "delivery_day": WEEKDAYS[number]}, lambda day, anchor: (day - anchor).days % 14 == 0
    )


CALENDARS = (
    Calendar({"frequency": "daily"}, lambda day, anchor: True),
    *map(weekly, (0, 4, 6)),
    *map(biweekly, (2, 5)),
    *map(monthly, (1, 15, 29, 30, 31)),
    Calendar({"recurrence": "FREQ=WEEKLY;BYDAY=MO,TH"}, lambda day, anchor: day.weekday() in (0, 3)),
    Calendar({"recurrence": "FREQ=MONTHLY;BYDAY=2FR"}, lambda day, anchor: day.weekday() == 4 and 8 <= day.day <= 14),
    Calendar({"recurrence": "FREQ=MONTHLY;BYMONTHDAY=-1"}, lambda day, anchor: (day + DAY).day == 1),
    Calendar({"recurrence": "FREQ=DAILY;INTERVAL=3"}, lambda day, anchor: (day - anchor).days % 3 == 0),
)

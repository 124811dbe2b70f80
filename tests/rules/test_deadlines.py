"""Deadlines in business hours, against an oracle that walks minute by minute and looks at the clock on the wall."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from care.models.policy import BusinessHours
from care.rules.deadlines import add_business_time, staffed_between

MINUTE = timedelta(minutes=1)
WEEK = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
# Clocks that change at night, at midnight, by half an hour, by two hours, and never.
ZONES = [
    *("Europe/Berlin", "America/New_York", "America/Havana", "Asia/Beirut", "Australia/Lord_Howe"),
    *("Antarctica/Troll", "Asia/Kolkata", "UTC"),
]
# Days around which these clocks change.
EVES = [date(2026, month, day) for month, day in [(3, 7), (3, 28), (4, 4), (10, 3), (10, 24), (10, 31)]]


def oracle(start: datetime, hours: int, staffed: BusinessHours) -> datetime:
    zone, left, at = ZoneInfo(staffed.timezone), hours * 60, start
    while left:
        wall = at.astimezone(zone)
        works = WEEK[wall.weekday()] in staffed.days and wall.date() not in staffed.holidays
        if works and staffed.opens <= wall.time() and (wall.time() < staffed.closes or staffed.closes == time(0)):
            left -= 1
        at += MINUTE
    return at


@st.composite
def desks(draw: st.DrawFn) -> BusinessHours:
    opens, closes = sorted(draw(st.sets(st.integers(0, 48), min_size=2, max_size=2)))
    eve = draw(st.sampled_from(EVES))
    return BusinessHours.model_validate(
        {
            "timezone": draw(st.sampled_from(ZONES)),
            "days": draw(st.lists(st.sampled_from(WEEK), min_size=1, unique=True)),
            "opens": time(opens // 2, opens % 2 * 30),
            "closes": time(closes // 2 % 24, closes % 2 * 30),
            "holidays": draw(st.lists(st.integers(0, 9).map(lambda n: eve + timedelta(days=n)), max_size=2)),
        }
    )


@settings(max_examples=120, deadline=None)
@given(desks(), st.sampled_from(EVES), st.integers(-1440, 3 * 1440), st.integers(1, 4))
def test_a_deadline_falls_where_counting_staffed_minutes_one_by_one_ends(
    staffed: BusinessHours, eve: date, minute: int, hours: int
) -> None:
    start = datetime.combine(eve, time(0), UTC) + minute * MINUTE
    assert add_business_time(start, hours, staffed) == oracle(start, hours, staffed)


@pytest.mark.parametrize(
    ("start", "hours", "due"),
    [
        ("2026-03-02T10:00", 4, "2026-03-02T14:00"),  # a Monday
        ("2026-03-02T16:00", 4, "2026-03-03T11:00"),
        ("2026-03-06T17:00", 4, "2026-03-09T12:00"),  # over a weekend
        ("2026-03-02T03:00", 1, "2026-03-02T10:00"),
        ("2026-03-02T18:00", 1, "2026-03-03T10:00"),
        ("2026-03-07T12:00", 9, "2026-03-09T18:00"),
        ("2026-03-02T09:00", 9, "2026-03-02T18:00"),
        ("2026-12-24T17:00", 2, "2026-12-28T10:00"),  # Christmas is a holiday here
    ],
)
def test_time_runs_while_the_desk_is_staffed_and_stands_still_otherwise(start: str, hours: int, due: str) -> None:
    berlin = ZoneInfo("Europe/Berlin")
    staffed = BusinessHours(timezone="Europe/Berlin", holidays=[date(2026, 12, 25)])
    begun, ends = (datetime.fromisoformat(each).replace(tzinfo=berlin) for each in (start, due))
    assert add_business_time(begun, hours, staffed) == ends


@settings(max_examples=60, deadline=None)
@given(desks(), st.sampled_from(EVES), st.integers(-1440, 3 * 1440), st.integers(1, 4), st.integers(0, 2880))
def test_the_time_left_is_the_time_that_was_given(
    staffed: BusinessHours, eve: date, minute: int, hours: int, late: int
) -> None:
    start = datetime.combine(eve, time(0), UTC) + minute * MINUTE
    due = add_business_time(start, hours, staffed)
    assert staffed_between(start, due, staffed) == timedelta(hours=hours)
    assert staffed_between(due + late * MINUTE, due, staffed) == timedelta(0)

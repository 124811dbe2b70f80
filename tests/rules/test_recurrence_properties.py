"""The calendar against independent ones: python-dateutil for the rules, the wall clock for the hours."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice, pairwise, takewhile
from zoneinfo import ZoneInfo

import pytest
from dateutil.rrule import rrulestr
from hypothesis import given, settings
from hypothesis import strategies as st

from care.errors import Invalid
from care.models.subscription import Frequency, Item, Schedule, SubscriptionRequest
from care.rules.recurrence import occurrence, schedule_for, upcoming
from care.rules.rrule import DAYS
from care.rules.rrule_text import parse

ZONES = st.sampled_from(["America/New_York", "Australia/Lord_Howe", "Asia/Kolkata", "UTC", "America/Santiago"])
TIMES = st.datetimes(datetime(2026, 1, 1), datetime(2032, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001
# The calendar repeats every 400 years.
CYCLES = 19 * 400
MONTH_DAYS = st.lists(st.integers(1, 31) | st.integers(-31, -1), min_size=1, max_size=3)


def wish(**fields: object) -> SubscriptionRequest:
    return SubscriptionRequest.model_validate({"customer_id": "C1", "items": [Item(sku="A", quantity=1)], **fields})


@st.composite
def rules(draw: st.DrawFn) -> str:
    """Rules that both calendars read alike, sparse and impossible ones among them."""
    freq = draw(st.sampled_from(["DAILY", "WEEKLY", "MONTHLY", "YEARLY"]))
    parts = [f"FREQ={freq}", f"INTERVAL={draw(st.integers(1, 5))}"]
    if draw(st.booleans()):
        parts.append(f"BYMONTH={_listed(draw(st.lists(st.integers(1, 12), min_size=1, max_size=4)))}")
    if freq != "WEEKLY" and draw(st.booleans()):
        parts.append(f"BYMONTHDAY={_listed(draw(MONTH_DAYS))}")
    if draw(st.booleans()):
        days = draw(st.lists(st.sampled_from(DAYS), min_size=1, max_size=4, unique=True))
        numbered = freq in ("MONTHLY", "YEARLY") and draw(st.booleans())
        nth = draw(st.sampled_from([1, 2, 4, 5, -1, -2])) if numbered else ""
        parts.append(f"BYDAY={','.join(f'{nth}{day}' for day in days)}")
    if freq == "YEARLY" and draw(st.booleans()):
        parts.append(f"BYYEARDAY={draw(st.integers(1, 366) | st.integers(-366, -1))}")
    if len(parts) > 2 and draw(st.booleans()):
        parts.append(f"BYSETPOS={draw(st.sampled_from([1, 2, -1]))}")
    if draw(st.booleans()):
        parts.append(f"WKST={draw(st.sampled_from(DAYS))}")
    return ";".join(parts)


def _listed(numbers: list[int]) -> str:
    return ",".join(map(str, numbers))


@settings(deadline=None)
@given(rules(), st.dates(date(2026, 1, 1), date(2029, 1, 1)), st.integers(0, 800))
def test_dates_are_those_of_python_dateutil(text: str, start: date, later: int) -> None:
    since = start + timedelta(days=later)
    ours = list(takewhile(lambda d: d.year < 2034, parse(text).filled(start).dates(start, since)))
    assert ours == _by_dateutil(text, start, since)


def _by_dateutil(text: str, start: date, since: date) -> list[date]:
    """In the years from 9626 on, which have the calendar of those from 2026 on: where nothing matches, dateutil walks
    to the year 9999, and this way that is near."""
    begin = datetime.combine(_moved(start, CYCLES), time())
    theirs: Iterator[datetime] = iter(rrulestr(f"{text};UNTIL={2033 + CYCLES}1231", dtstart=begin))
    return [day for day in (_moved(moment.date(), -CYCLES) for moment in theirs) if day >= since]


def _moved(day: date, years: int) -> date:
    return day.replace(year=day.year + years)


@given(
    st.sampled_from(Frequency),
    st.sampled_from([*range(1, 32), "monday", "Wednesday", "SUNDAY", None]),
    ZONES,
    TIMES,
)
def test_a_calendar_rises_by_one_date_at_a_time_always_at_nine_never_in_the_past(
    frequency: Frequency, day: int | str | None, zone: str, now: datetime
) -> None:
    try:
        schedule = _schedule(wish(frequency=frequency, delivery_day=day, timezone=zone), now)
    except Invalid:
        return
    planned = upcoming(schedule, now, 60)
    assert len(planned) == 60
    assert planned[0].due > now
    assert all(earlier.key < later.key and earlier.due < later.due for earlier, later in pairwise(planned))
    for one in planned:
        local = one.due.astimezone(ZoneInfo(zone))
        assert (local.date().isoformat(), local.time()) == (one.key, time(9))
        assert occurrence(schedule, one.key) == one


@given(st.integers(1, 31), TIMES)
def test_a_monthly_delivery_never_leaves_a_month_out(day: int, now: datetime) -> None:
    planned = upcoming(_schedule(wish(frequency="monthly", delivery_day=day), now), now, 30)
    months = [date.fromisoformat(one.key).year * 12 + date.fromisoformat(one.key).month for one in planned]
    assert {later - earlier for earlier, later in pairwise(months)} == {1}


@given(st.text(max_size=500) | st.text(alphabet="FREQ=DAILYWK;BYMONTHDAY,123-", max_size=500))
def test_no_text_does_more_than_be_refused(text: str) -> None:
    try:
        schedule = _schedule(wish(recurrence=text), datetime(2026, 11, 22, tzinfo=UTC))
    except Invalid:
        return
    assert upcoming(schedule, datetime(2026, 11, 22, tzinfo=UTC), 1)


@given(st.integers(1, 100_000), st.sampled_from(["SECONDLY", "MINUTELY"]), ZONES, TIMES, st.integers(0, 10**9))
def test_a_demonstration_keeps_its_pace_through_every_change_of_clocks(
    interval: int, freq: str, zone: str, now: datetime, later: int
) -> None:
    request = wish(recurrence=f"FREQ={freq};INTERVAL={interval}", timezone=zone)
    schedule = _schedule(request, now, allow_subdaily=True)
    after = now + timedelta(seconds=later)
    planned = upcoming(schedule, after, 50)
    pace = timedelta(seconds=interval * (60 if freq == "MINUTELY" else 1))
    assert after < planned[0].due <= after + pace
    assert {b.due - a.due for a, b in pairwise(planned)} == {pace}
    assert len({one.key for one in planned}) == 50
    assert [occurrence(schedule, one.key) for one in islice(planned, 5)] == planned[:5]


@pytest.mark.parametrize("zone", ["America/New_York", "Australia/Lord_Howe", "Asia/Kolkata", "UTC"])
def test_a_daily_delivery_stays_at_nine_for_three_years_of_clock_changes(zone: str) -> None:
    now = datetime(2026, 1, 1, 12, tzinfo=UTC)
    planned = upcoming(_schedule(wish(frequency="daily", timezone=zone), now), now, 1096)
    days = [date.fromisoformat(one.key) for one in planned]
    assert {b - a for a, b in pairwise(days)} == {timedelta(days=1)}
    assert {one.due.astimezone(ZoneInfo(zone)).time() for one in planned} == {time(9)}


def _schedule(request: SubscriptionRequest, now: datetime, *, allow_subdaily: bool = False) -> Schedule:
    return schedule_for(request, customer_timezone="UTC", now=now, allow_subdaily=allow_subdaily)

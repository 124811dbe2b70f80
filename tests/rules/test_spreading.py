"""Each subscription has a moment of its own after nine: the same dates, never earlier, and no crowd in one second."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from care.models.subscription import AgreedChange, ChangeSubscription, Schedule, Step, StepKind, Subscription
from care.rules.occurrences import upcoming
from care.rules.reminders import next_step
from care.rules.spreading import offset_of, spread_out
from care.rules.subscription_calendar import changed
from tests.rules.calendars import CALENDARS, EVES, NINE, ZONES, Calendar
from tests.rules.shop import subscribed

HOUR = timedelta(hours=1)
# Half past eight on a Friday in Berlin.
FRIDAY = datetime(2026, 11, 27, 7, 30, tzinfo=UTC)
WEEKLY = {"frequency": "weekly", "delivery_day": "friday"}
# As long as a shop may set it.
SPREADS = st.integers(0, 480).map(lambda minutes: timedelta(minutes=minutes))


@given(st.text(), SPREADS)
def test_a_moment_is_a_whole_second_within_the_spread_and_always_the_same(one: str, spread: timedelta) -> None:
    offset = offset_of(one, spread)
    assert timedelta(0) <= offset < max(spread, timedelta(seconds=1))
    assert offset % timedelta(seconds=1) == timedelta(0)
    assert offset == offset_of(one, spread)


def test_no_second_of_the_hour_gets_more_than_its_share() -> None:
    # Of 36,000, ten a second: a fair draw of 3,600 has no second with none, and none with three times its share.
    seconds = Counter(offset_of(f"SUB{n:03}", HOUR) for n in range(1, 36_001))
    assert len(seconds) == 3600
    assert max(seconds.values()) < 30


def test_ids_that_follow_each_other_do_not_go_out_together() -> None:
    moments = [offset_of(f"SUB{n:03}", HOUR).total_seconds() for n in range(1, 1001)]
    near = sum(abs(a - b) < 60 for a, b in pairwise(moments))
    assert near < 100  # of 1,000; a draw gives 33


@settings(deadline=None)
@given(st.sampled_from(CALENDARS), st.sampled_from(ZONES), st.sampled_from(EVES), st.integers(0, 3 * 1440), SPREADS)
def test_a_spread_moves_no_date_and_nothing_to_before_nine(
    calendar: Calendar, zone: str, eve: date, minute: int, spread: timedelta
) -> None:
    now = datetime.combine(eve, time(0), UTC) + timedelta(minutes=minute)
    sharp = subscribed(calendar.wish, zone, None, now).schedule
    later = spread_out(sharp, "SUB001", spread)
    offset = offset_of("SUB001", spread)
    for one, other in zip(upcoming(sharp, now, 30), upcoming(later, now, 30), strict=True):
        assert (other.key, other.due) == (one.key, one.due + offset)
        local = other.due.astimezone(ZoneInfo(zone))
        assert local.date().isoformat() == other.key
        assert NINE <= local.time() < time(17)


@settings(deadline=None)
@given(st.sampled_from(CALENDARS), st.sampled_from(ZONES), st.sampled_from(EVES), SPREADS)
def test_reminders_keep_their_days_and_come_by_daylight(
    calendar: Calendar, zone: str, eve: date, spread: timedelta
) -> None:
    now = datetime.combine(eve, time(0), ZoneInfo(zone))
    sharp = subscribed(calendar.wish, zone, None, now)
    offset = offset_of(sharp.subscription_id, spread)
    later = subscribed(calendar.wish, zone, None, now, offset)
    for _ in range(12):
        one, other = _walked(sharp), _walked(later)
        assert (other.kind, other.occurrence.key, other.lead) == (one.kind, one.occurrence.key, one.lead)
        assert other.at == one.at + offset
        assert NINE <= other.at.astimezone(ZoneInfo(zone)).time() < time(17)
        sharp, later = (s.model_copy(update={"last_step": step}) for s, step in ((sharp, one), (later, other)))


def _walked(subscription: Subscription) -> Step:
    step = next_step(subscription, subscription.last_step.at if subscription.last_step else subscription.created_at)
    assert step is not None
    assert step.kind in (StepKind.REMIND, StepKind.DELIVER)
    return step


@pytest.mark.parametrize("rule", ["FREQ=WEEKLY;COUNT=3", "FREQ=WEEKLY;UNTIL=20261211T080000Z"])
def test_a_recurrence_that_ends_at_nine_keeps_its_last_delivery(rule: str) -> None:
    sharp = subscribed({"recurrence": rule}, "Europe/Berlin", None, FRIDAY).schedule
    assert [o.key for o in upcoming(spread_out(sharp, "SUB001", 8 * HOUR), FRIDAY)] == [
        "2026-11-27",
        "2026-12-04",
        "2026-12-11",
    ]


def test_what_was_to_come_at_half_past_nine_still_does_when_the_calendar_is_changed_before() -> None:
    at = FRIDAY + HOUR - timedelta(minutes=15)  # 09:15
    friday = subscribed(WEEKLY, "Europe/Berlin", None, FRIDAY, timedelta(minutes=30))
    for wish in ({"frequency": "daily"}, {"frequency": "biweekly", "delivery_day": "friday"}):
        after = changed(friday, AgreedChange(wish=ChangeSubscription.model_validate(wish)), at)
        assert after.upcoming[0] == "2026-11-27"
        assert after.schedule.offset == timedelta(minutes=30)


def test_a_rhythm_faster_than_daily_is_not_spread() -> None:
    demo = Schedule(recurrence="FREQ=SECONDLY;INTERVAL=10", timezone="UTC", start="2026-11-27T14:00:00")
    assert spread_out(demo, "SUB001", HOUR) == demo
    daily = subscribed({"frequency": "daily", "remind_before": []}, "UTC", None, FRIDAY, timedelta(minutes=30))
    wish = AgreedChange(wish=ChangeSubscription(recurrence="FREQ=HOURLY"), allow_subdaily=True)
    assert changed(daily, wish, FRIDAY).schedule.offset == timedelta(0)


def test_a_schedule_from_before_there_was_a_spread_delivers_at_nine() -> None:
    stored = {"recurrence": "FREQ=WEEKLY;BYDAY=FR", "timezone": "Europe/Berlin", "start": "2026-11-27"}
    first = upcoming(Schedule.model_validate(stored), FRIDAY, 1)[0]
    assert first.due == datetime(2026, 11, 27, 8, tzinfo=UTC)

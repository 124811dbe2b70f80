"""What may be changed in a subscription, and what is refused."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from care.errors import CareError, Conflict, Invalid
from care.models.subscription import (
    AgreedChange,
    CancelSubscription,
    ChangeSubscription,
    Delivery,
    OneDelivery,
    PauseSubscription,
    RescheduleDelivery,
    Schedule,
    Subscription,
)
from care.rules import subscription_changes as changes
from care.rules import subscription_dates as dates
from care.rules.reminders import next_step
from care.rules.subscription import cancelled, settled
from care.rules.subscription_calendar import changed
from tests.rules.test_recurrence_steps import DAILY, FRIDAY, subscription

NOW = datetime(2026, 11, 22, 15, tzinfo=UTC)
DEMO = Schedule(recurrence="FREQ=SECONDLY;INTERVAL=10", timezone="UTC", start="2026-11-22T14:00:00", remind_before=[])


def change(before: Subscription, now: datetime = NOW, **wish: Any) -> Subscription:
    return changed(before, AgreedChange(wish=ChangeSubscription(**wish)), now)


def test_a_date_that_was_moved_away_can_be_moved_back() -> None:
    before = subscription()
    there = RescheduleDelivery(date=date(2026, 11, 27), to=date(2026, 11, 30))
    back = RescheduleDelivery(date=date(2026, 11, 30), to=date(2026, 11, 27))
    after = dates.rescheduled(dates.rescheduled(before, there, NOW), back, NOW)
    assert (after.moved, after.upcoming) == ({}, before.upcoming)


@pytest.mark.parametrize(
    ("call", "error"),
    [
        (lambda s: dates.skipped_one(s, OneDelivery(date=date(2026, 11, 28)), NOW), Invalid),
        (lambda s: dates.skipped_one(s, OneDelivery(date=date(9999, 12, 31)), NOW), Invalid),
        (lambda s: dates.skipped_one(s, OneDelivery(date=date(1, 1, 1)), NOW), Invalid),
        (lambda s: dates.unskipped(s, OneDelivery(), NOW), Conflict),
        (lambda s: changes.paused(s, PauseSubscription(until=NOW.date()), NOW), Invalid),
        (lambda s: change(s), Invalid),
        (lambda s: change(s, frequency="daily", delivery_day="friday"), Invalid),
        (lambda s: change(s, recurrence="FREQ=DAILY", frequency="daily"), Invalid),
        (lambda s: change(s, recurrence="FREQ=SECONDLY;INTERVAL=10"), Invalid),
        (lambda s: changes.ordered_now(changes.paused(s, PauseSubscription(), NOW), NOW), Conflict),
        (lambda s: changes.resumed(cancelled(s, CancelSubscription(), NOW), NOW), Conflict),
    ],
)
def test_what_makes_no_sense_is_refused(call: Any, error: type[CareError]) -> None:
    with pytest.raises(error):
        call(subscription())


def test_deliveries_faster_than_daily_are_not_changed_by_date() -> None:
    with pytest.raises(Conflict, match="several times a day"):
        dates.skipped_one(subscription(DEMO), OneDelivery(), NOW)


def test_deliveries_faster_than_daily_go_on_within_the_day_on_which_they_were_paused() -> None:
    before = subscription(DEMO)
    step = next_step(before, NOW)
    assert step is not None
    made = settled(before, step, Delivery(occurrence=step.occurrence.key, outcome="delivered", at=step.at))
    later = step.at + timedelta(seconds=61)
    after = changes.resumed(changes.paused(made, PauseSubscription(), later), later)
    assert after.next_delivery == (later + timedelta(seconds=9)).replace(tzinfo=None).isoformat()


def test_a_change_of_zone_brings_no_second_delivery_on_the_date_that_had_one() -> None:
    before = subscription(DAILY.model_copy(update={"timezone": "Asia/Kolkata"}))
    now = datetime(2026, 11, 23, 4, tzinfo=UTC)  # 09:30 in Kolkata, 23:00 the day before in New York
    step = next_step(before, now)
    assert step is not None
    made = settled(before, step, Delivery(occurrence=step.occurrence.key, outcome="delivered", at=now))
    assert step.occurrence.key == "2026-11-23"
    assert change(made, now, timezone="America/New_York").next_delivery == "2026-11-24"


def test_a_change_of_zone_keeps_the_phase() -> None:
    biweekly = FRIDAY.model_copy(update={"recurrence": "FREQ=WEEKLY;INTERVAL=2;BYDAY=FR"})
    before = subscription(biweekly)
    assert change(before, timezone="America/New_York").upcoming == before.upcoming


def test_a_delivery_that_is_late_when_the_calendar_changes_is_still_made() -> None:
    before = subscription(DAILY.model_copy(update={"remind_before": []}))
    late = datetime(2026, 11, 23, 10, tzinfo=UTC)  # two hours after it was due
    after = change(before, late, frequency="weekly", delivery_day="friday")
    assert after.upcoming[:2] == ["2026-11-23", "2026-11-27"]
    step = next_step(after, late)
    assert step is not None
    assert (step.kind, step.occurrence.key) == ("deliver", "2026-11-23")


def test_a_delivery_ordered_beside_the_calendar_is_not_the_one_a_cancellation_waits_for() -> None:
    ending = cancelled(subscription(), CancelSubscription(when="after_next_delivery"), NOW)
    ordered = changes.ordered_now(ending, NOW)
    step = next_step(ordered, NOW + timedelta(seconds=1))
    assert step is not None
    after = settled(ordered, step, Delivery(occurrence=step.occurrence.key, outcome="delivered", at=NOW))
    assert (after.status, after.upcoming) == ("active", ["2026-11-27"])


def tried(before: Subscription, now: datetime, outcome: Any) -> Subscription:
    step = next_step(before, now)
    assert step is not None
    return settled(before, step, Delivery(occurrence=step.occurrence.key, outcome=outcome, at=now))


def test_the_same_change_a_week_later_leaves_phase_and_moves_alone() -> None:
    once = change(subscription(), frequency="biweekly", delivery_day="friday")
    moved = dates.rescheduled(once, RescheduleDelivery(date=date(2026, 12, 11), to=date(2026, 12, 14)), NOW)
    assert change(moved, NOW + timedelta(days=7), frequency="biweekly", delivery_day="friday") is moved


def test_a_change_of_zone_keeps_a_delivery_that_was_moved() -> None:
    moved = dates.rescheduled(subscription(), RescheduleDelivery(date=date(2026, 11, 27), to=date(2026, 11, 30)), NOW)
    assert change(moved, timezone="America/New_York").upcoming == moved.upcoming


def test_a_late_delivery_takes_the_date_on_which_it_went_out() -> None:
    before = subscription(FRIDAY.model_copy(update={"remind_before": []}))
    saturday = datetime(2026, 11, 28, 7, tzinfo=UTC)  # 08:00 in Berlin
    late = tried(before, saturday, "delivered")
    assert change(late, saturday, frequency="weekly", delivery_day="saturday").next_delivery == "2026-12-05"


@pytest.mark.parametrize("outcome", ["awaiting_stock", "declined"])
def test_an_order_that_fails_during_a_pause_does_not_end_the_pause(outcome: str) -> None:
    paused = changes.paused(changes.ordered_now(subscription(), NOW), PauseSubscription(), NOW)
    after = tried(paused, NOW + timedelta(seconds=1), outcome)
    assert (after.status, after.overdue, after.upcoming) == ("paused", None, [])


def test_the_last_delivery_before_an_end_is_made_late_although_the_calendar_has_one_today() -> None:
    ending = cancelled(
        subscription(DAILY.model_copy(update={"remind_before": []})),
        CancelSubscription(when="after_next_delivery"),
        NOW,
    )
    step = next_step(ending, datetime(2026, 11, 24, 7, tzinfo=UTC))  # 23 hours late
    assert step is not None
    assert (step.kind, step.occurrence.key) == ("deliver", "2026-11-23")


def test_what_was_ordered_in_one_zone_is_not_ordered_again_in_another_before_it_went_out() -> None:
    early = datetime(2026, 11, 24, 1, tzinfo=UTC)  # the 24th in Berlin, the 23rd in New York
    ordered = changes.ordered_now(subscription(), early)
    with pytest.raises(Conflict, match="waiting already"):
        changes.ordered_now(change(ordered, early, timezone="America/New_York"), early)


def test_what_was_ordered_in_one_zone_takes_the_date_that_it_has_in_another() -> None:
    early = datetime(2026, 11, 24, 1, tzinfo=UTC)  # the 24th in Berlin, the 23rd in New York
    daily = subscription(DAILY.model_copy(update={"timezone": "America/New_York", "start": "2026-11-24"}))
    after = change(changes.ordered_now(daily, early), early, timezone="Europe/Berlin")
    assert after.upcoming[:2] == ["2026-11-23", "2026-11-25"]

"""When a delivery that failed is tried again."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from care.models.subscription import Delivery, Occurrence, Schedule, StepKind, Subscription, SubscriptionStatus
from care.rules.reminders import next_step
from care.rules.renewal import renewed
from care.rules.subscription import settled
from tests.rules.test_recurrence_steps import subscription, the_step

# The clocks change on 28 March 2027 in Berlin, and on 4 April in Lord Howe, by half an hour.
WEEKLY = {"recurrence": "FREQ=WEEKLY;BYDAY=FR", "start": "2027-03-26", "remind_before": []}


def due(zone: str = "Europe/Berlin", **other: Any) -> Subscription:
    schedule = Schedule(timezone=zone, **WEEKLY | other)
    return subscription(schedule).model_copy(update={"timezone": zone})


def tried(before: Subscription, outcome: Any, *, late: timedelta = timedelta(0)) -> Subscription:
    """After the next thing it does failed like this."""
    step = the_step(before, datetime(2027, 3, 26, tzinfo=UTC))
    attempt = Delivery(occurrence=step.occurrence.key, outcome=outcome, at=step.at + late)
    return settled(before, step, attempt)


def dates_of_all_tries(state: Subscription, outcome: Any) -> list[str]:
    zone = ZoneInfo(state.timezone)
    state, found = tried(state, outcome), []
    while state.overdue and state.overdue.next_try:
        found.append(state.overdue.next_try.astimezone(zone).strftime("%m-%d %H:%M"))
        state = tried(state, outcome)
    return found


@pytest.mark.parametrize("zone", ["Europe/Berlin", "Australia/Lord_Howe", "America/New_York", "UTC"])
def test_payments_are_tried_on_days_2_7_14_and_21_at_the_same_local_hour(zone: str) -> None:
    assert dates_of_all_tries(due(zone), "declined") == ["03-28 09:00", "04-02 09:00", "04-09 09:00", "04-16 09:00"]


def test_goods_are_waited_for_three_days() -> None:
    assert dates_of_all_tries(due(), "awaiting_stock") == ["03-27 09:00", "03-28 09:00", "03-29 09:00"]


def test_goods_are_never_waited_for_into_the_day_of_the_next_delivery() -> None:
    twice_a_week = due(recurrence="FREQ=WEEKLY;BYDAY=FR,SU")
    assert dates_of_all_tries(twice_a_week, "awaiting_stock") == ["03-27 09:00"]
    assert dates_of_all_tries(due(recurrence="FREQ=DAILY"), "awaiting_stock") == []


def test_while_a_payment_is_overdue_nothing_else_is_due() -> None:
    late = tried(due(), "declined")
    assert late.status is SubscriptionStatus.PAST_DUE
    assert late.next_delivery is None
    step = the_step(late, late.created_at)
    assert (step.kind, step.occurrence.key) == (StepKind.RETRY, "2027-03-26")


def test_a_worker_that_was_away_for_a_week_tries_once_and_then_goes_on_with_the_days_that_are_left() -> None:
    late = tried(due(), "declined")
    again = tried(late, "declined", late=timedelta(days=7))
    assert again.overdue
    assert again.overdue.next_try == datetime(2027, 4, 9, 7, tzinfo=UTC)


def test_goods_that_nobody_looked_for_in_time_are_given_up_before_the_next_delivery() -> None:
    waits = tried(due(), "awaiting_stock")
    step = the_step(waits, datetime(2027, 4, 2, 5, tzinfo=UTC))  # 07:00 in Berlin, on the day of the next
    assert step.kind is StepKind.GIVE_UP
    after = settled(waits, step, Delivery(occurrence=step.occurrence.key, outcome="awaiting_stock", at=step.at))
    assert [d.outcome for d in after.recent] == ["out_of_stock"]
    assert the_step(after, datetime(2027, 4, 2, 8, tzinfo=UTC)).occurrence.key == "2027-04-02"


def test_a_late_payment_never_makes_two_deliveries_on_one_date() -> None:
    late = tried(tried(due(), "declined"), "declined")
    step = the_step(late, late.created_at)
    assert step.at == datetime(2027, 4, 2, 7, tzinfo=UTC)  # a Friday, which has a delivery of its own
    paid = settled(late, step, Delivery(occurrence=step.occurrence.key, outcome="delivered", at=step.at))
    assert (paid.status, paid.next_delivery, paid.overdue) == (SubscriptionStatus.ACTIVE, "2027-04-09", None)


def test_what_was_ordered_beside_the_calendar_may_be_overdue_and_leaves_a_cancellation_waiting() -> None:
    extra = Occurrence(key="2027-03-24", due=datetime(2027, 3, 24, 12, tzinfo=UTC))
    both = due().model_copy(update={"extra": [extra], "cancel_after_next": True})
    late = tried(both, "declined")
    assert late.overdue
    assert late.overdue.extra
    paid = tried(late, "delivered")
    assert (paid.status, paid.next_delivery) == (SubscriptionStatus.ACTIVE, "2027-04-02")


def test_subscribing_again_counts_from_today_and_forgets_the_old_end() -> None:
    old = due(recurrence="FREQ=WEEKLY;BYDAY=FR;UNTIL=20270401").model_copy(
        update={"recurrence": "FREQ=WEEKLY;BYDAY=FR;UNTIL=20270401", "payment_method": "pm_card"}
    )
    again = renewed(old)
    assert (again.recurrence, again.start_date, again.payment_method) == ("FREQ=WEEKLY;BYDAY=FR", None, "pm_card")
    monthly = old.model_copy(update={"frequency": "monthly", "delivery_day": 31})
    assert (renewed(monthly).frequency, renewed(monthly).delivery_day, renewed(monthly).recurrence) == (
        *("monthly", 31),
        None,
    )


def test_a_calendar_that_has_ended_still_waits_for_what_is_overdue() -> None:
    last = due(recurrence="FREQ=WEEKLY;BYDAY=FR;UNTIL=20270326")
    late = tried(last, "awaiting_stock")
    step = next_step(late, date_time := late.created_at)
    assert step is not None
    assert step.kind is StepKind.RETRY, date_time
    assert date.fromisoformat(step.occurrence.key) == date(2027, 3, 26)

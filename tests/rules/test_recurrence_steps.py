"""What a subscription does next, and the words for it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from care.models.money import Money
from care.models.subscription import NamedItem, Schedule, Step, Subscription
from care.rules.reminders import ON_TIME, counted_at, next_step
from care.rules.subscription import missed, planned, reminded
from care.rules.subscription_notices import goods, reminder, spoken

FRIDAY = Schedule(recurrence="FREQ=WEEKLY;BYDAY=FR", timezone="Europe/Berlin", start="2026-11-27")
DAILY = Schedule(recurrence="FREQ=DAILY", timezone="Europe/Berlin", start="2026-11-23")


def subscription(schedule: Schedule = FRIDAY, *names: str, **fields: Any) -> Subscription:
    price = Money(amount=100, currency="EUR")
    items = [NamedItem(sku=f"S{n}", name=name, quantity=2, price=price) for n, name in enumerate(names or ["Milk"])]
    return planned(
        Subscription(
            subscription_id="SUB001",
            customer_id="CUST001",
            items=items,
            recurrence=schedule.recurrence,
            timezone=schedule.timezone,
            schedule=schedule,
            created_at=datetime(2026, 11, 22, 14, tzinfo=UTC),
            **fields,
        )
    )


def the_step(of: Subscription, now: datetime) -> Step:
    step = next_step(of, now)
    assert step is not None
    return step


def test_the_first_thing_is_the_reminder_two_days_before_at_nine_local() -> None:
    step = the_step(subscription(), datetime(2026, 11, 22, 14, tzinfo=UTC))
    assert (step.kind, step.occurrence.key, step.at) == ("remind", "2026-11-27", datetime(2026, 11, 25, 8, tzinfo=UTC))


@pytest.mark.parametrize("late", [timedelta(0), timedelta(seconds=30), ON_TIME - timedelta(milliseconds=1)])
def test_what_is_done_within_the_hour_counts_as_done_on_time_however_often_it_is_done(late: timedelta) -> None:
    step = the_step(subscription(), datetime(2026, 11, 22, 14, tzinfo=UTC))
    assert counted_at(step, step.at + late) == step.at
    assert counted_at(step, step.at + ON_TIME + late) == step.at + ON_TIME + late


def test_a_reminder_is_not_repeated_after_it_was_sent() -> None:
    before = subscription()
    step = the_step(before, before.created_at)
    after = the_step(reminded(before, step), step.at)
    assert (after.kind, after.at) == ("remind", datetime(2026, 11, 26, 8, tzinfo=UTC))


@pytest.mark.parametrize(
    ("now", "kind", "occurrence"),
    [
        # 18:59 and 19:01 in Berlin: nobody is reminded at night.
        (datetime(2026, 11, 26, 17, 59, tzinfo=UTC), "remind", "2026-11-27"),
        (datetime(2026, 11, 26, 18, 1, tzinfo=UTC), "deliver", "2026-11-27"),
        (datetime(2026, 11, 28, 8, 0, tzinfo=UTC), "deliver", "2026-11-27"),
        (datetime(2026, 11, 28, 8, 0, 1, tzinfo=UTC), "miss", "2026-11-27"),
    ],
)
def test_what_is_late_is_done_only_while_it_makes_sense(now: datetime, kind: str, occurrence: str) -> None:
    step = the_step(subscription(), now)
    assert (step.kind, step.occurrence.key) == (kind, occurrence)


def test_a_late_daily_delivery_is_skipped_rather_than_made_on_the_date_of_the_next() -> None:
    daily = subscription(DAILY.model_copy(update={"remind_before": []}))
    after_midnight = datetime(2026, 11, 24, 3, tzinfo=UTC)
    step = the_step(daily, after_midnight)
    assert (step.kind, step.occurrence.key) == ("miss", "2026-11-23")
    assert missed(daily, step, after_midnight).next_delivery == "2026-11-24"


@pytest.mark.parametrize(
    ("names", "spoken_names"),
    [(["Milk"], "Milk"), (["Milk", "Tea"], "Milk and Tea"), (["Milk", "Tea", "Rice"], "Milk, Tea and Rice")],
)
def test_several_items_are_named_in_one_sentence(names: list[str], spoken_names: str) -> None:
    of = subscription(FRIDAY, *names)
    assert goods(of.items) == spoken_names
    step = the_step(of, of.created_at)
    assert reminder(of, step, step.at, {}).message == (
        f"Reminder: Your subscription SUB001 will restock {spoken_names} on 2026-11-27."
    )


def test_a_demonstration_names_the_time_too() -> None:
    assert spoken("2026-11-22T10:00:10") == "2026-11-22 at 10:00:10"
    assert spoken("2026-11-01T01:30:00-04:00") == "2026-11-01 at 01:30:00 (UTC-04:00)"


def test_after_a_month_without_a_worker_only_the_newest_of_a_demonstration_are_caught_up() -> None:
    demo = Schedule(
        recurrence="FREQ=SECONDLY;INTERVAL=10", timezone="UTC", start="2026-11-22T14:00:10", remind_before=[]
    )
    before = subscription(demo)
    now = before.created_at + timedelta(days=30)
    step = the_step(before, now)
    assert (step.kind, step.at) == ("miss", now - timedelta(seconds=210))
    assert len(missed(before, step, now).recent) == 20

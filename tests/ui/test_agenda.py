"""What the calendar shows and offers: pure, without a browser."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from care.language import language_of
from care.models.subscription import (
    CancelSubscription,
    Delivery,
    Occurrence,
    OneDelivery,
    Overdue,
    PauseSubscription,
    RescheduleDelivery,
    Schedule,
    Subscription,
    SubscriptionStatus,
)
from care.rules.subscription import cancelled, planned
from care.rules.subscription_changes import ordered_now, paused
from care.rules.subscription_dates import rescheduled, skipped_one
from ui.language import speaking
from ui.parts.agenda import Entry, State, agenda
from ui.parts.calendar import spoken, weeks
from ui.parts.possible import (
    can_come,
    can_leave_out,
    can_move,
    can_order_now,
    can_skip,
    can_unskip,
    free_dates,
    left_out,
)

NOW = datetime(2026, 11, 22, 20, 0, tzinfo=UTC)
FRIDAY = date(2026, 11, 27)
WEEK = timedelta(days=7)
MILK = {"sku": "MILK", "name": "Amul Milk 1L", "quantity": 2, "price": {"amount": 169, "currency": "EUR"}}


def subscription(recurrence: str = "FREQ=WEEKLY;BYDAY=FR", **fields: Any) -> Subscription:
    start = "2026-11-22T21:00:00" if "SECONDLY" in recurrence else FRIDAY.isoformat()
    schedule = Schedule(recurrence=recurrence, timezone="Europe/Berlin", start=start)
    given = {
        "subscription_id": "SUB001",
        "customer_id": "CUST001",
        "items": [MILK],
        "recurrence": recurrence,
        "timezone": "Europe/Berlin",
        "schedule": schedule,
        "created_at": NOW,
    }
    return planned(Subscription.model_validate(given | fields))


def december(*subscriptions: Subscription, first: date = date(2026, 11, 23)) -> dict[date, list[Entry]]:
    return agenda(list(subscriptions), first, date(2026, 12, 31), NOW)


def states(days: dict[date, list[Entry]]) -> dict[date, list[State]]:
    return {day: [entry.state for entry in entries] for day, entries in sorted(days.items())}


def test_deliveries_and_their_reminders_are_shown_beyond_the_next_five() -> None:
    shown = states(december(subscription()))
    assert [day for day, found in shown.items() if "planned" in found] == [FRIDAY + WEEK * n for n in range(5)]
    assert shown[FRIDAY - timedelta(2)] == shown[FRIDAY - timedelta(1)] == ["reminder"]
    far = agenda([subscription()], date(2027, 6, 1), date(2027, 6, 30), NOW)
    assert [day for day, found in sorted(states(far).items()) if "planned" in found] == [
        date(2027, 6, day) for day in (4, 11, 18, 25)
    ]


def test_reminders_of_the_next_month_are_shown_in_this_one() -> None:
    days = agenda([subscription("FREQ=MONTHLY;BYMONTHDAY=1")], date(2026, 11, 1), date(2026, 11, 30), NOW)
    assert states(days) == {date(2026, 11, 29): ["reminder"], date(2026, 11, 30): ["reminder"]}


def test_a_skipped_day_stays_on_the_calendar_as_skipped() -> None:
    days = december(skipped_one(subscription(), OneDelivery(date=FRIDAY), NOW))
    assert states(days)[FRIDAY] == ["skipped"]
    assert FRIDAY - timedelta(1) not in days


def test_a_moved_delivery_shows_on_both_its_days() -> None:
    to = FRIDAY + timedelta(3)
    days = december(rescheduled(subscription(), RescheduleDelivery(date=FRIDAY, to=to), NOW))
    [origin] = days[FRIDAY]
    [target, *_] = days[to]
    assert (origin.state, origin.other) == ("moved", to.isoformat())
    assert (target.state, target.other) == ("planned", FRIDAY.isoformat())


@pytest.mark.parametrize(
    ("outcome", "state"),
    [
        ("delivered", "delivered"),
        ("out_of_stock", "failed"),
        ("payment_failed", "failed"),
        ("missed", "missed"),
        ("skipped", "skipped"),
    ],
)
def test_the_past_shows_how_it_ended(outcome: str, state: State) -> None:
    done = Delivery.model_validate({"occurrence": "2026-11-20", "outcome": outcome, "order_id": "ORD1", "at": NOW})
    days = december(subscription(recent=[done]), first=date(2026, 11, 1))
    assert states(days)[date(2026, 11, 20)] == [state]


def test_an_extra_order_and_an_overdue_delivery_are_told_apart_from_planned_ones() -> None:
    days = december(ordered_now(subscription(), NOW), first=date(2026, 11, 22))
    assert states(days)[date(2026, 11, 22)] == ["extra"]
    waits = Overdue(
        occurrence=Occurrence(key="2026-11-20", due=NOW - timedelta(2)),
        why="payment",
        next_try=NOW + timedelta(1),
        until=NOW + timedelta(5),
    )
    late = subscription(overdue=waits, status=SubscriptionStatus.PAST_DUE)
    assert states(december(late, first=date(2026, 11, 1))) == {date(2026, 11, 20): ["overdue"]}


def test_an_item_that_is_left_out_is_told_of_no_delivery_but_its_own() -> None:
    both = subscription(items=[MILK, MILK | {"sku": "RICE", "name": "Basmati Rice", "quantity": 1}])
    key = FRIDAY.isoformat()
    assert [item.sku for item in can_leave_out(both, key, NOW)] == ["MILK", "RICE"]
    assert can_leave_out(subscription(), key, NOW) == []
    without = skipped_one(both, OneDelivery(date=FRIDAY, sku="MILK"), NOW)
    assert can_leave_out(without, key, NOW) == []
    assert [item.sku for item in left_out(without, key)] == ["MILK"]
    days = december(without)
    assert [days[FRIDAY + WEEK * n][0].what for n in range(2)] == [
        "Basmati Rice",
        "2 \N{MULTIPLICATION SIGN} Amul Milk 1L, Basmati Rice",
    ]


@pytest.mark.parametrize(("wish", "begins"), [("en-GB", date(2026, 2, 23)), ("en-US", date(2026, 3, 1))])
def test_weeks_begin_as_the_reader_counts_them(wish: str, begins: date) -> None:
    with speaking(language_of([wish])):
        shown = weeks(date(2026, 3, 1))
        assert shown[0][0] == begins
        assert {len(week) for week in shown} == {7}
        assert spoken(FRIDAY, [], FRIDAY).endswith("2026, today. Nothing planned")


def test_nothing_is_shown_ahead_of_what_has_ended_or_waits() -> None:
    over = cancelled(subscription(), CancelSubscription(), NOW)
    waits = paused(subscription(), PauseSubscription(), NOW)
    assert december(over, waits) == {}


def test_an_ending_subscription_shows_its_last_delivery_alone() -> None:
    ending = cancelled(subscription(), CancelSubscription(when="after_next_delivery"), NOW)
    assert [day for day, found in states(december(ending)).items() if "planned" in found] == [FRIDAY]


def test_a_demonstration_of_seconds_fills_no_month() -> None:
    fast = subscription("FREQ=SECONDLY;INTERVAL=10")
    days = agenda([fast], date(2026, 11, 1), date(2026, 11, 30), NOW)
    assert sum(len(entries) for entries in days.values()) == len(fast.upcoming)


def test_only_what_the_rules_allow_is_offered() -> None:
    weekly = subscription()
    skipped = skipped_one(weekly, OneDelivery(date=FRIDAY), NOW)
    key = FRIDAY.isoformat()
    assert can_skip(weekly, key, NOW)
    assert can_unskip(skipped, key, NOW)
    assert not can_skip(weekly, "2026-11-26", NOW)
    assert can_move(weekly, key, FRIDAY + timedelta(1), NOW)
    assert not can_move(weekly, key, FRIDAY, NOW)
    assert not can_move(weekly, key, FRIDAY + WEEK, NOW)
    assert can_order_now(weekly, NOW)
    assert not can_order_now(ordered_now(weekly, NOW), NOW)
    assert not can_order_now(paused(weekly, PauseSubscription(), NOW), NOW)
    assert can_come([weekly], FRIDAY + timedelta(1), NOW) == [weekly]
    assert can_come([cancelled(weekly, CancelSubscription(), NOW)], FRIDAY + timedelta(1), NOW) == []


def test_a_delivery_can_be_moved_to_days_ahead_that_have_none() -> None:
    free = free_dates(subscription(), FRIDAY.isoformat(), NOW)
    assert free[0] == date(2026, 11, 23)
    assert FRIDAY not in free
    assert FRIDAY + WEEK not in free
    assert len(free) == len(set(free)) > 40


def test_a_daily_delivery_has_no_room_to_move_to() -> None:
    daily = subscription("FREQ=DAILY")
    assert [day for day in free_dates(daily, FRIDAY.isoformat(), NOW) if day >= FRIDAY] == []

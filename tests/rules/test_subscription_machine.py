"""A subscription under any sequence of calls and passing days, against a calendar that anybody can check by hand.

The oracle walks one day at a time over plain sets of dates. It never sees the schedule, the steps or the versions.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from care.errors import CareError
from care.models.money import Money
from care.models.subscription import (
    AgreedChange,
    ChangeSubscription,
    Delivery,
    NamedItem,
    OneDelivery,
    PauseSubscription,
    RescheduleDelivery,
    Schedule,
    StepKind,
    Subscription,
    SubscriptionStatus,
)
from care.rules import subscription_changes as changes
from care.rules.reminders import next_step
from care.rules.subscription import planned, reminded, settled
from care.rules.subscription_calendar import changed

DAY = timedelta(days=1)
START = date(2026, 10, 20)  # a Tuesday, shortly before the clocks change
DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
ahead = st.integers(min_value=0, max_value=25)


class AnySequenceOfCalls(RuleBasedStateMachine):
    @initialize(zone=st.sampled_from(["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "UTC"]))
    def begin(self, zone: str) -> None:
        self.zone = ZoneInfo(zone)
        self.now = datetime(START.year, START.month, START.day, 12, tzinfo=self.zone).astimezone(UTC)
        self.state = planned(_subscription(zone, self.now - timedelta(hours=1)))
        self.made: list[date] = []
        # The oracle: on which weekdays, from which day on, and what is different from that.
        self.weekdays = {4}
        self.since = START + DAY
        self.skipped: set[date] = set()
        self.moved: dict[date, date] = {}
        self.was: dict[date, date] = {}  # every date that a moved delivery was ever planned for, and where it is now
        self.paused: date | None = None
        self.expected: list[date] = []

    @property
    def today(self) -> date:
        return self.now.astimezone(self.zone).date()

    def effective(self, day: date) -> bool:
        """Whether the oracle delivers on this day: the day's own delivery, unless moved, or one moved here."""
        own = day.weekday() in self.weekdays and day >= self.since and day not in self.moved
        here = own or day in self.moved.values()
        return here and day not in self.skipped and not (self.paused and day < self.paused)

    def call(self, allowed: bool, change: Any) -> bool:
        """Whether the call was taken; a refusal must be foreseen, and change nothing."""
        if not allowed:
            with pytest.raises(CareError):
                change(self.state)
            return False
        self.state = change(self.state)
        return True

    @rule(n=ahead)
    def skip(self, n: int) -> None:
        day = self.today + n * DAY
        known = n > 0 and (self.effective(day) or (day in self.skipped))
        if self.call(known, lambda s: changes.skipped_one(s, OneDelivery(date=day), self.now)):
            self.skipped.add(day)

    @rule(n=ahead)
    def unskip(self, n: int) -> None:
        day = self.today + n * DAY
        known = n > 0 and (day in self.skipped or self.effective(day))
        if self.call(known, lambda s: changes.unskipped(s, OneDelivery(date=day), self.now)):
            self.skipped.discard(day)

    @rule(n=ahead, to=ahead)
    def reschedule(self, n: int, to: int) -> None:
        day, target = self.today + n * DAY, self.today + to * DAY
        again = self.was.get(day) == target
        free = target == day or (
            to > 0
            and not self.effective(target)
            and target not in self.skipped
            and not (self.paused and target < self.paused)
        )
        if not self.call(
            again or (n > 0 and self.effective(day) and free),
            lambda s: changes.rescheduled(s, RescheduleDelivery(date=day, to=target), self.now),
        ):
            return
        if not again and day != target:
            origin = next((first for first, last in self.moved.items() if last == day), day)
            self.moved.pop(origin, None)
            if origin != target:
                self.moved[origin] = target
            dates = {first for first, last in self.was.items() if last == day} | {day}
            self.was = {first: last for first, last in self.was.items() if last != day}
            self.was |= {} if target == origin else dict.fromkeys(dates - {target} - self.was.keys(), target)

    @rule(n=st.integers(min_value=-2, max_value=25))
    def pause(self, n: int) -> None:
        until = self.today + n * DAY
        if self.call(n > 0, lambda s: changes.paused(s, PauseSubscription(until=until), self.now)):
            self.paused = until

    @rule()
    def resume(self) -> None:
        self.call(True, lambda s: changes.resumed(s, self.now))
        self.paused = None

    @rule(n=st.integers(min_value=0, max_value=6))
    def change(self, n: int) -> None:
        wish = AgreedChange(wish=ChangeSubscription(frequency="weekly", delivery_day=DAYS[n]))
        before = self.state.schedule
        self.call(True, lambda s: changed(s, wish, self.now))
        if self.state.schedule != before:  # the same day asked for again leaves even the moves alone
            self.weekdays, self.since, self.moved = {n}, self.today + DAY, {}
            self.was = {}
            self.skipped = {day for day in self.skipped if day.weekday() == n}

    @rule()
    def order_now(self) -> None:
        allowed = self.paused is None and self.today not in self.made
        if self.call(allowed, lambda s: changes.ordered_now(s, self.now)):
            self.expected.append(self.today)
            self.work()

    @rule(n=st.integers(min_value=1, max_value=9))
    def days_pass(self, n: int) -> None:
        for _ in range(n):
            self.now = datetime.combine(self.today + DAY, self.now.astimezone(self.zone).time(), self.zone)
            self.now = self.now.astimezone(UTC)
            if self.paused and self.paused <= self.today:
                self.paused = None
            if self.effective(self.today):
                self.expected.append(self.today)
            self.work()

    def work(self) -> None:
        """What the worker does at noon of each day: everything that is due."""
        while (step := next_step(self.state, self.now)) is not None and step.at <= self.now:
            assert step.kind is not StepKind.MISS
            if step.kind is StepKind.RESUME:
                self.state = changes.resumed_by_itself(self.state)
            elif step.kind is StepKind.REMIND:
                self.state = reminded(self.state, step)
            else:
                key = step.occurrence.key
                self.made.append(date.fromisoformat(key))
                self.state = settled(
                    self.state, step, Delivery(occurrence=key, outcome="delivered", order_id=key, at=self.now)
                )

    @invariant()
    def every_delivery_is_made_on_its_day_and_no_other(self) -> None:
        if hasattr(self, "made"):
            assert self.made == self.expected
            assert len(set(self.made)) == len(self.made)

    @invariant()
    def what_is_announced_is_what_will_come(self) -> None:
        if hasattr(self, "made"):
            days = (self.today + n * DAY for n in range(1, 100))
            assert self.state.upcoming == [day.isoformat() for day in days if self.effective(day)][:5]


def _subscription(zone: str, now: datetime) -> Subscription:
    schedule = Schedule(recurrence="FREQ=WEEKLY;BYDAY=FR", timezone=zone, start="2026-10-23")
    milk = NamedItem(sku="MILK", name="Milk", quantity=1, price=Money(amount=100, currency="EUR"))
    return Subscription(
        subscription_id="SUB001",
        customer_id="CUST001",
        items=[milk],
        frequency="weekly",
        delivery_day="friday",
        recurrence=schedule.recurrence,
        timezone=zone,
        schedule=schedule,
        created_at=now,
    )


TestAnySequenceOfCalls = AnySequenceOfCalls.TestCase
TestAnySequenceOfCalls.settings = settings(
    max_examples=150, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck)
)


@pytest.mark.parametrize("until", [None, START + 10 * DAY])
def test_pausing_a_paused_subscription_changes_nothing(until: date | None) -> None:
    now = datetime(2026, 10, 20, 12, tzinfo=UTC)
    once = changes.paused(planned(_subscription("UTC", now)), PauseSubscription(until=until), now)
    assert once.status is SubscriptionStatus.PAUSED
    assert changes.paused(once, PauseSubscription(until=until), now) is once

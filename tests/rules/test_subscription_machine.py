"""A subscription under any sequence of calls, passing time, late workers and failing deliveries.

What it does is compared with `oracle.py`, a calendar that anybody can check by hand.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from care.errors import CareError
from care.models.subscription import (
    AgreedChange,
    CancelSubscription,
    ChangeSubscription,
    OneDelivery,
    PauseSubscription,
    RescheduleDelivery,
    Subscription,
    SubscriptionStatus,
)
from care.rules import subscription_changes as changes
from care.rules import subscription_dates as dates
from care.rules.subscription import cancelled
from care.rules.subscription_calendar import changed
from tests.rules.calendars import CALENDARS, DAY, EVES, ZONES, Calendar
from tests.rules.ends import Due, World
from tests.rules.oracle import Oracle
from tests.rules.shop import Shop, subscribed

Change = Callable[[Subscription], Subscription]
days = st.integers(min_value=0, max_value=32)
calendars, zones = st.sampled_from(CALENDARS), st.sampled_from(ZONES)

# How long after nine it delivers: at once, within an hour, and as late as a shop may have it.
OFFSETS = [timedelta(0), timedelta(minutes=37, seconds=1), timedelta(hours=7, minutes=59)]


class AnySequenceOfCalls(RuleBasedStateMachine):
    @initialize(
        calendar=calendars,
        zone=zones,
        eve=st.sampled_from(EVES),
        minute=st.integers(0, 3 * 1440),
        later=st.none() | st.integers(0, 20),
        offset=st.sampled_from(OFFSETS),
    )
    def begin(
        self, calendar: Calendar, zone: str, eve: date, minute: int, later: int | None, offset: timedelta
    ) -> None:
        self.now = datetime.combine(eve, time(0), UTC) + timedelta(minutes=minute)
        today = self.now.astimezone(ZoneInfo(zone)).date()
        start = None if later is None else today + later * DAY
        self.world = World()
        self.shop = Shop(subscribed(calendar.wish, zone, start, self.now, offset))
        self.oracle = Oracle(calendar, ZoneInfo(zone), start or today, self.now, offset)

    @property
    def today(self) -> date:
        return self.oracle.today

    def call(self, allowed: bool, change: Change, *, repeats: bool = True) -> bool:
        """Whether the call was taken. A refusal must be foreseen, and change nothing; nor does the same call again."""
        before = self.shop.state.model_copy(deep=True)
        if not allowed or self.oracle.over:
            with pytest.raises(CareError):
                change(self.shop.state)
            assert self.shop.state == before
            return False
        after = change(self.shop.state)
        assert self.shop.state == before
        self.shop.become(after)
        if repeats:
            assert change(after) is after
        return True

    @rule(n=days)
    def skip(self, n: int) -> None:
        oracle, day = self.oracle, self.today + n * DAY
        waits = oracle.overdue is not None and oracle.overdue.what.day == day
        let_go = any((e.key, e.outcome) == (day.isoformat(), "skipped") for e in oracle.ends)
        known = oracle.is_ahead(day) and (day in oracle.skipped or (oracle.planned(day) and not oracle.sleeps(day)))
        if day in oracle.skipped and not oracle.is_ahead(day):
            return
        if self.call(waits or let_go or known, lambda s: dates.skipped_one(s, OneDelivery(date=day), self.now)):
            if waits:
                oracle.let_go()
            elif not let_go:
                oracle.skipped.add(day)

    @rule(n=days)
    def unskip(self, n: int) -> None:
        oracle, day = self.oracle, self.today + n * DAY
        known = (day in oracle.skipped and not oracle.had(day)) or (oracle.planned(day) and not oracle.sleeps(day))
        change: Change = lambda s: dates.unskipped(s, OneDelivery(date=day), self.now)  # noqa: E731
        # Again, it finds no delivery on a date that a pause covers, and says so.
        if self.call(oracle.is_ahead(day) and known, change, repeats=not oracle.sleeps(day)):
            oracle.skipped.discard(day)

    @rule(n=days, to=days)
    def reschedule(self, n: int, to: int) -> None:
        oracle, day, target = self.oracle, self.today + n * DAY, self.today + to * DAY
        again = oracle.was.get(day) == target
        known = oracle.is_ahead(day) and oracle.planned(day) and day not in oracle.skipped and not oracle.sleeps(day)
        taken = oracle.planned(target) or oracle.had(target) or any(one.day == target for one in oracle.queue)
        free = oracle.is_ahead(target) and not taken and target not in oracle.skipped and not oracle.sleeps(target)
        wish = RescheduleDelivery(date=day, to=target)
        allowed = again or (known and (free or day == target))
        if self.call(allowed, lambda s: dates.rescheduled(s, wish, self.now)) and not again and day != target:
            origin = next((first for first, last in oracle.moved.items() if last == day), day)
            oracle.moved.pop(origin, None)
            if origin != target:
                oracle.moved[origin] = target
            ever = {first for first, last in oracle.was.items() if last == day} | {day}
            oracle.was = {first: last for first, last in oracle.was.items() if last != day}
            oracle.was |= {} if target == origin else dict.fromkeys(ever - {target} - oracle.was.keys(), target)

    @rule(n=st.none() | st.integers(min_value=-2, max_value=40))
    def pause(self, n: int | None) -> None:
        until = None if n is None else self.today + n * DAY
        wish = PauseSubscription(until=until)
        if self.call(n is None or n > 0, lambda s: changes.paused(s, wish, self.now)):
            self.oracle.let_go()
            self.oracle.queue = [one for one in self.oracle.queue if one.extra]
            self.oracle.paused, self.oracle.until = True, until

    @rule()
    def resume(self) -> None:
        if self.call(True, lambda s: changes.resumed(s, self.now)) and self.oracle.paused:
            self.oracle.paused, self.oracle.until = False, None
            self.oracle.since = max(self.oracle.since, self.now)

    @rule(calendar=st.none() | calendars, zone=st.none() | zones)
    def change(self, calendar: Calendar | None, zone: str | None) -> None:
        oracle = self.oracle
        wish = (calendar.wish if calendar else {}) | ({"timezone": zone} if zone else {})
        agreed = AgreedChange(wish=ChangeSubscription(**wish))
        if not self.call(bool(wish), lambda s: changed(s, agreed, self.now)):
            return
        new = calendar is not None and calendar != oracle.calendar
        if not new and zone in (None, str(oracle.zone)):
            return
        had = [date.fromisoformat(e.key) for e in oracle.ends] + [one.day for one in oracle.queue]
        had += [oracle.overdue.what.day] if oracle.overdue else []
        oracle.zone = ZoneInfo(zone) if zone else oracle.zone
        had += [oracle.local(e.at) for e in oracle.ends if e.outcome == "delivered"]
        had += [oracle.local(one.at) for one in oracle.queue]
        if new and calendar:
            oracle.follow(calendar, self.today)
            oracle.moved, oracle.was = {}, {}
            oracle.skipped = {d for d in oracle.skipped if calendar.fits(d, oracle.anchor) and d >= oracle.anchor}
        oracle.since = max([self.now, *(oracle.midnight(day + DAY) for day in had)])

    @rule(number=st.integers(1, 3))
    def change_payment_method(self, number: int) -> None:
        before = self.shop.state.payment_method
        wish = AgreedChange(wish=ChangeSubscription(payment_method=f"pm_{number}"))
        if self.call(True, lambda s: changed(s, wish, self.now)) and before != f"pm_{number}":
            self.oracle.try_again_now()

    @rule()
    def order_now(self) -> None:
        oracle, today = self.oracle, self.today
        own = oracle.planned(today) and today not in oracle.skipped
        allowed = not (oracle.paused or oracle.overdue or oracle.queue or oracle.had(today) or own)
        if self.call(allowed, lambda s: changes.ordered_now(s, self.now), repeats=False):
            oracle.queue.append(Due(today, self.shop.state.extra[-1].due, extra=True))

    @rule()
    def cancel_after_next(self) -> None:
        if self.cancels(CancelSubscription(when="after_next_delivery")):
            self.oracle.cancelling = True

    @rule()
    def uncancel(self) -> None:
        if self.call(True, changes.uncancelled):
            self.oracle.cancelling = False

    @precondition(lambda self: len(self.oracle.ends) > 5)
    @rule()
    def cancel_now(self) -> None:
        if self.cancels(CancelSubscription()):
            self.oracle.let_go()
            self.oracle.stop()

    def cancels(self, wish: CancelSubscription) -> bool:
        """What has ended is cancelled already: asking again is no mistake, and changes nothing."""
        if self.oracle.over:
            assert cancelled(self.shop.state, wish, self.now) is self.shop.state
            return False
        return self.call(True, lambda s: cancelled(s, wish, self.now))

    @rule(stock=st.booleans(), bank=st.sampled_from(["ok", "ok", "declined", "declined_for_good"]))
    def the_world_changes(self, stock: bool, bank: str) -> None:
        self.world = World(stock, bank)

    @rule(hours=st.integers(1, 200), minutes=st.integers(0, 59), on_time=st.booleans())
    def time_passes(self, hours: int, minutes: int, on_time: bool) -> None:
        """With a worker that is there all the time, or with one that only comes back at the end."""
        end = self.now + timedelta(hours=hours, minutes=minutes)
        while on_time and (next_due := self.oracle.next_moment()) < end:
            self.work(next_due)
        self.work(end)

    def work(self, now: datetime) -> None:
        before = self.oracle.made(), self.shop.missed_notices
        self.now = now
        self.oracle.pass_time(now)
        self.oracle.work(self.world)
        self.shop.work(now, self.world)
        assert self.oracle.made() - before[0] <= 1
        assert self.shop.missed_notices - before[1] <= 1

    @invariant()
    def everything_ends_as_expected(self) -> None:
        if hasattr(self, "shop"):
            assert self.shop.ends == self.oracle.ends
            assert (self.shop.state.status is SubscriptionStatus.CANCELLED) == self.oracle.over
            made = [e.key for e in self.shop.ends if e.outcome == "delivered"]
            assert len(set(made)) == len(made)

    @invariant()
    def what_is_announced_is_what_will_come(self) -> None:
        if hasattr(self, "shop"):
            assert self.shop.state.upcoming == self.oracle.upcoming()


TestAnySequenceOfCalls = AnySequenceOfCalls.TestCase
TestAnySequenceOfCalls.settings = settings(
    max_examples=100, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck)
)


@pytest.mark.parametrize("until", [None, date(2026, 10, 30)])
def test_pausing_a_paused_subscription_changes_nothing(until: date | None) -> None:
    now = datetime(2026, 10, 20, 12, tzinfo=UTC)
    friday = subscribed({"frequency": "weekly", "delivery_day": "friday"}, "UTC", None, now)
    once = changes.paused(friday, PauseSubscription(until=until), now)
    assert once.status is SubscriptionStatus.PAUSED
    assert changes.paused(once, PauseSubscription(until=until), now) is once

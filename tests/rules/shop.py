"""A subscription as its workflow keeps it, with a worker that may be late and a world in which deliveries fail."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from care.models.money import Money
from care.models.subscription import (
    Delivery,
    Frequency,
    Item,
    NamedItem,
    Step,
    StepKind,
    Subscription,
    SubscriptionRequest,
)
from care.rules import subscription_changes as changes
from care.rules.recurrence import delivery_day, schedule_for
from care.rules.reminders import is_resting, next_step
from care.rules.subscription import is_over, missed, planned, reminded, settled
from tests.rules.ends import End, World

MILK = NamedItem(sku="MILK", name="Milk", quantity=1, price=Money(amount=100, currency="EUR"))


def subscribed(
    wish: dict[str, Any], zone: str, start: date | None, now: datetime, offset: timedelta = timedelta(0)
) -> Subscription:
    request = SubscriptionRequest(
        customer_id="CUST001", items=[Item(sku="MILK", quantity=1)], timezone=zone, start_date=start, **wish
    )
    schedule = schedule_for(request, customer_timezone=zone, now=now, allow_subdaily=False)
    schedule = schedule.model_copy(update={"offset": offset})
    frequency = Frequency(wish["frequency"]) if "frequency" in wish else None
    return planned(
        Subscription(
            subscription_id="SUB001",
            customer_id="CUST001",
            items=[MILK],
            frequency=frequency,
            delivery_day=delivery_day(frequency, schedule),
            recurrence=schedule.recurrence,
            timezone=zone,
            schedule=schedule,
            created_at=now,
        )
    )


class Shop:
    """Plays the part of `SubscriptionWorkflow` and its activities."""

    def __init__(self, state: Subscription) -> None:
        self.state = state
        self.ends: list[End] = []
        self.ordered: set[str] = set()
        self.reminders: list[tuple[str, timedelta]] = []
        self.missed_notices = 0

    def become(self, after: Subscription) -> None:
        """Takes a state over, and notes what has ended with it."""
        assert after is self.state or after.version > self.state.version
        known = self.state.recent
        new = [d for d in after.recent if d not in known]
        self.ends += [End(d.occurrence, str(d.outcome), d.at) for d in new]
        self.state = after

    def work(self, now: datetime, world: World) -> None:
        """Step by step, as long as something is due."""
        while not is_over(self.state) and not (is_resting(self.state) and not self.state.extra):
            step = next_step(self.state, now)
            assert step is not None  # no calendar of these tests ends
            if step.at > now:
                return
            self._take(step, now, world)

    def _take(self, step: Step, now: datetime, world: World) -> None:
        match step.kind:
            case StepKind.REMIND:
                assert step.occurrence.due > now
                assert step.occurrence.key in self.state.upcoming
                self.reminders.append((step.occurrence.key, step.lead))
                self.become(reminded(self.state, step))
            case StepKind.MISS:
                self.missed_notices += 1
                self.become(missed(self.state, step, now))
            case StepKind.RESUME:
                self.become(changes.resumed_by_itself(self.state))
            case _:
                self._deliver(step, now, world)

    def _deliver(self, step: Step, now: datetime, world: World) -> None:
        key = step.occurrence.key
        outcome: Any = "awaiting_stock"
        if step.kind is StepKind.GIVE_UP:
            outcome = "declined" if key in self.ordered else "awaiting_stock"
        elif key in self.ordered or world.stock:
            self.ordered.add(key)
            outcome = "delivered" if world.bank == "ok" else world.bank
        if outcome == "delivered":
            assert step.occurrence.due <= now, "before its time"
            zone = ZoneInfo(self.state.timezone)
            assert date.fromisoformat(key) <= now.astimezone(zone).date() + timedelta(days=1)
            assert step.kind is StepKind.RETRY or now - step.occurrence.due <= timedelta(hours=24)
        self.become(settled(self.state, step, Delivery(occurrence=key, outcome=outcome, order_id=key, at=now)))

"""What falls on which day, over all subscriptions of a customer. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import islice, takewhile
from typing import Literal
from zoneinfo import ZoneInfo

from care.models.subscription import Occurrence, Subscription
from care.rules.occurrences import stride
from care.rules.recurrence import LONGEST_LEAD
from care.rules.reminders import coming, remind_at
from care.rules.subscription import is_over, items_of
from ui.parts import words

State = Literal["overdue", "failed", "missed", "planned", "extra", "delivered", "skipped", "moved", "reminder"]
_ORDER: tuple[State, ...] = (
    *("overdue", "failed", "missed", "planned", "extra"),
    *("delivered", "skipped", "moved", "reminder"),
)
# How a delivery ended, where its name is not that of the state.
_ENDED: dict[str, State] = {"delivered": "delivered", "missed": "missed", "skipped": "skipped"}


@dataclass(frozen=True)
class Entry:
    """One thing on a day. `key` is the occurrence; `other` a date it was moved to or from, or a past one's order."""

    subscription: Subscription
    state: State
    key: str
    other: str = ""
    outcome: str = ""

    @property
    def what(self) -> str:
        """What it brings, without what is left out of it."""
        if self.state not in ("planned", "reminder"):
            return words.what(self.subscription)
        items = items_of(self.subscription, self.key)
        return words.what(self.subscription.model_copy(update={"items": items}))


Days = dict[date, list[Entry]]


def agenda(subscriptions: list[Subscription], first: date, last: date, now: datetime) -> Days:
    """The days from `first` to `last` on which something happens, the weightiest first."""
    days: Days = defaultdict(list)
    for subscription in subscriptions:
        for day, entry in _entries(subscription, last, now):
            if first <= day <= last:
                days[day].append(entry)
    return {day: sorted(days[day], key=lambda e: _ORDER.index(e.state)) for day in sorted(days)}


def day_of(key: str) -> date:
    """The local date of an occurrence."""
    return date.fromisoformat(key[:10])


def by_date(subscription: Subscription) -> bool:
    """False for demonstrations that deliver several times a day: their deliveries cannot be told apart by date."""
    return stride(subscription.schedule) is None


def _entries(subscription: Subscription, last: date, now: datetime) -> Iterator[tuple[date, Entry]]:
    for done in subscription.recent:
        state = _ENDED.get(done.outcome, "failed")
        yield day_of(done.occurrence), Entry(subscription, state, done.occurrence, done.order_id or "", done.outcome)
    if is_over(subscription):
        return
    if overdue := subscription.overdue:
        late = overdue.occurrence.key
        yield day_of(late), Entry(subscription, "overdue", late, overdue.order_id or "")
    came_from = {to: origin for origin, to in subscription.moved.items()}
    for key in subscription.skipped:
        yield day_of(key), Entry(subscription, "skipped", key)
    for origin, to in subscription.moved.items():
        yield day_of(origin), Entry(subscription, "moved", origin, to)
    for planned in _planned(subscription, last + LONGEST_LEAD):
        ahead: State = "extra" if planned in subscription.extra else "planned"
        yield day_of(planned.key), Entry(subscription, ahead, planned.key, came_from.get(planned.key, ""))
        for day in sorted(_reminded(subscription, planned, now)):
            yield day, Entry(subscription, "reminder", planned.key)


def _planned(subscription: Subscription, last: date) -> Iterator[Occurrence]:
    """The deliveries ahead up to that date; of an ending subscription only those that still come."""
    if not by_date(subscription):
        return islice(coming(subscription), len(subscription.upcoming))
    ahead = coming(subscription)
    if subscription.cancel_after_next:
        ahead = islice(ahead, 1 + len(subscription.extra))
    return takewhile(lambda planned: day_of(planned.key) <= last, ahead)


def _reminded(subscription: Subscription, planned: Occurrence, now: datetime) -> set[date]:
    """The local dates of reminders that are still to go out."""
    if not by_date(subscription):
        return set()
    zone = ZoneInfo(subscription.timezone)
    leads: list[timedelta] = subscription.schedule.remind_before
    instants = (remind_at(subscription.schedule, planned, lead) for lead in leads)
    return {at.astimezone(zone).date() for at in instants if now < at < planned.due}

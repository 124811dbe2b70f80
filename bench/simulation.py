"""When so many subscriptions are due: the product's own calendars for a year. Pure.

Nothing is drawn by lot. A mix is a few hundred kinds of subscriptions, each with its share; the rules of the product
say when each is due.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import takewhile
from math import sqrt
from typing import Any

from care.models.subscription import Frequency, Item, Schedule, SubscriptionRequest
from care.rules.occurrences import following
from care.rules.recurrence import schedule_for
from care.rules.reminders import remind_at

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
# It begins on a Friday that is the first of a month, and has both changes of clocks.
YEAR = (datetime(2027, 1, 1, tzinfo=UTC), datetime(2028, 1, 1, tzinfo=UTC))
# Of the seconds of an hour, drawn fairly, the fullest has its mean and so many standard deviations.
_FULLEST = 3.5


@dataclass(frozen=True)
class Mix:
    """Shares, each group of which makes one. An assumption: put your own shop's in."""

    zones: Mapping[str, float] = field(
        default_factory=lambda: {
            "Europe/Berlin": 0.4,
            "Europe/London": 0.15,
            "America/New_York": 0.15,
            "America/Los_Angeles": 0.1,
            "Asia/Kolkata": 0.2,
        }
    )
    frequencies: Mapping[Frequency, float] = field(
        default_factory=lambda: {
            Frequency.DAILY: 0.03,
            Frequency.WEEKLY: 0.5,
            Frequency.BIWEEKLY: 0.17,
            Frequency.MONTHLY: 0.3,
        }
    )
    weekdays: tuple[float, ...] = (0.15, 0.1, 0.1, 0.12, 0.35, 0.15, 0.03)
    # Of those that are delivered once a month; the other days share the rest.
    month_days: Mapping[int, float] = field(default_factory=lambda: {1: 0.35, 15: 0.15, 31: 0.1})
    refunds: float = 0.02  # of deliveries; half of them are ruled by people
    messages: float = 0.3  # by a subscription, in a month
    top_product: float = 0.05  # of deliveries that bring the most wanted product


@dataclass(frozen=True)
class Calendar:
    """How much of the subscriptions is due when, as if all of a day were due at 09:00 local."""

    deliveries: Mapping[datetime, float]
    reminders: Mapping[datetime, float]

    def peak(self, spread: timedelta, *, delivery: float = 0, reminder: float = 0) -> float:
        """The greatest sum in one second of what a delivery and a reminder weigh; over a spread its mean, without what
        chance adds."""
        seconds = max(1.0, spread.total_seconds())
        width = timedelta(seconds=seconds)
        due = {
            at: delivery * self.deliveries.get(at, 0) + reminder * self.reminders.get(at, 0)
            for at in sorted(self.deliveries.keys() | self.reminders.keys())
        }
        best, begun, running = 0.0, list(due), 0.0
        first = 0
        for at in begun:
            running += due[at]
            while begun[first] <= at - width:
                running -= due[begun[first]]
                first += 1
            best = max(best, running)
        return best / seconds

    def busiest_day(self) -> float:
        """The greatest share that is delivered on one day (UTC)."""
        days: dict[date, float] = defaultdict(float)
        for at, share in self.deliveries.items():
            days[at.date()] += share
        return max(days.values())


def calendar(mix: Mix, begin: datetime = YEAR[0], end: datetime = YEAR[1]) -> Calendar:
    """From `begin` to before `end`."""
    deliveries: dict[datetime, float] = defaultdict(float)
    reminders: dict[datetime, float] = defaultdict(float)
    for schedule, share in _kinds(mix, begin):
        # What is delivered in the days after the end is announced before it.
        for planned in takewhile(lambda o: o.due < end + timedelta(days=3), following(schedule, begin)):
            if planned.due < end:
                deliveries[planned.due] += share
            for lead in schedule.remind_before:
                at = remind_at(schedule, planned, lead)
                if begin <= at < end:
                    reminders[at] += share
    return Calendar(deliveries, reminders)


def fullest(mean: float) -> float:
    """Of what so many a second are in the mean, drawn fairly, how many the fullest second of an hour has."""
    return mean + _FULLEST * sqrt(mean)


def _kinds(mix: Mix, begin: datetime) -> Iterator[tuple[Schedule, float]]:
    for zone, people in mix.zones.items():
        for wish, share in _wishes(mix, begin.date() - timedelta(days=14)):
            request = SubscriptionRequest(customer_id="C1", items=[Item(sku="MILK", quantity=1)], timezone=zone, **wish)
            before = begin - timedelta(days=20)
            yield schedule_for(request, customer_timezone=zone, now=before, allow_subdaily=False), people * share


def _wishes(mix: Mix, start: date) -> Iterator[tuple[dict[str, Any], float]]:
    other = (1 - sum(mix.month_days.values())) / (31 - len(mix.month_days))
    for frequency, share in mix.frequencies.items():
        match frequency:
            case Frequency.DAILY:
                yield {"frequency": frequency}, share
            case Frequency.MONTHLY:
                for day in range(1, 32):
                    yield {"frequency": frequency, "delivery_day": day}, share * mix.month_days.get(day, other)
            case _:
                # Of those who want every second week, half begin in each.
                starts = [start, start + timedelta(days=7)] if frequency is Frequency.BIWEEKLY else [start]
                for weekday, part in zip(WEEKDAYS, mix.weekdays, strict=True):
                    for first in starts:
                        wish = {"frequency": frequency, "delivery_day": weekday, "start_date": first}
                        yield wish, share * part / len(starts)

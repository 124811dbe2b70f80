"""What a subscription should do, for anybody to check by hand: it walks one day at a time over plain sets of dates.

It never sees the product's schedules, steps or versions.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import chain, islice
from zoneinfo import ZoneInfo

from tests.rules.calendars import DAY, Calendar, due
from tests.rules.ends import Due, End, Overdue, World

PAYMENT_DAYS, STOCK_DAYS = (2, 7, 14, 21), (1, 2, 3)
LATE = timedelta(hours=24)
MOMENT = timedelta(seconds=1)
FAR = 250


class Oracle:
    def __init__(
        self, calendar: Calendar, zone: ZoneInfo, begin: date, now: datetime, offset: timedelta = timedelta(0)
    ) -> None:
        """`offset`: how long after nine it delivers. Which dates it begins with does not hang on that."""
        self.zone, self.since, self.seen, self.offset = zone, now, now, timedelta(0)
        self.follow(calendar, begin)
        self.offset = offset
        self.skipped: set[date] = set()
        self.moved: dict[date, date] = {}
        self.was: dict[date, date] = {}  # every date that a moved delivery was ever planned for, and where it is now
        self.paused = self.cancelling = self.over = False
        self.until: date | None = None
        self.queue: list[Due] = []
        self.overdue: Overdue | None = None
        self.ends: list[End] = []

    def follow(self, calendar: Calendar, begin: date) -> None:
        """A new calendar, which begins with its first delivery to come from `begin` on."""
        self.calendar, self.anchor = calendar, calendar.anchor(begin, self.seen, self.zone, self.offset)
        days = (self.anchor + n * DAY for n in range(FAR))
        self.first = next(day for day in days if self.is_ahead(day) and calendar.fits(day, self.anchor))

    def local(self, at: datetime) -> date:
        return at.astimezone(self.zone).date()

    @property
    def today(self) -> date:
        return self.local(self.seen)

    def midnight(self, day: date) -> datetime:
        return datetime.combine(day, time(0), self.zone).astimezone(UTC)

    def due(self, day: date) -> datetime:
        return due(day, self.zone) + self.offset

    def is_ahead(self, day: date) -> bool:
        return self.due(day) > self.seen

    @property
    def past_due(self) -> bool:
        return self.overdue is not None and self.overdue.why == "payment"

    def had(self, day: date) -> bool:
        """Whether the date had a delivery, its own or another one, or has one that is late or tried again."""
        waits = any(one.day == day for one in (*self.queue, *([self.overdue.what] if self.overdue else [])))
        key = day.isoformat()
        return waits or any(e.key == key or (e.outcome == "delivered" and self.local(e.at) == day) for e in self.ends)

    def planned(self, day: date) -> bool:
        """Whether the calendar with its moves has a delivery on this day, skipped or not, paused or not."""
        own = day not in self.moved and day >= self.first and self.calendar.fits(day, self.anchor)
        here = own or day in self.moved.values()
        return here and self.due(day) >= self.since and not self.had(day)

    def sleeps(self, day: date) -> bool:
        """Before the day on which a pause ends by itself."""
        return self.until is not None and day < self.until

    def comes(self, day: date) -> bool:
        """Whether it delivers on this day, as things stand."""
        stops = self.over or self.past_due or (self.paused and self.until is None) or self._ends_before()
        return not stops and day not in self.skipped and not self.sleeps(day) and self.planned(day)

    def _ends_before(self) -> bool:
        """Nothing comes after the one that a cancellation waits for."""
        regular = [*self.queue, *([self.overdue.what] if self.overdue else [])]
        return self.cancelling and any(not one.extra for one in regular)

    def ahead(self) -> Iterator[date]:
        """The dates still to come on which it will deliver."""
        for day in (self.today + n * DAY for n in range(FAR)):
            if self.is_ahead(day) and self.comes(day):
                yield day
                if self.cancelling:
                    return

    def upcoming(self) -> list[str]:
        return [day.isoformat() for day in islice(chain((one.day for one in self.queue), self.ahead()), 5)]

    def made(self) -> int:
        return sum(e.outcome == "delivered" for e in self.ends)

    def next_moment(self) -> datetime:
        """When a worker that is there all the time has something to do at the latest."""
        if self.queue or (self.overdue and self.overdue.next <= self.seen):
            return self.seen + MOMENT
        nine = self.due(self.today)
        moments = [nine if nine > self.seen else self.due(self.today + DAY)]
        return min([*moments, *([self.overdue.next] if self.overdue else [])])

    def try_again_now(self) -> None:
        """There is another payment method."""
        if self.overdue and self.overdue.why == "payment":
            self.overdue = replace(self.overdue, tries=[self.seen, *self.overdue.tries], hard=False)

    def pass_time(self, now: datetime) -> None:
        """What falls due up to `now`, worker or none."""
        day = self.today
        while self.midnight(day) <= now:
            if self.until and self.until <= day and (resumes := self.midnight(self.until) + self.offset) <= now:
                self.since = max(self.since, resumes)
                self.paused, self.until = False, None
            if self.is_ahead(day) and self.due(day) <= now and self.comes(day):
                self.queue.append(Due(day, self.due(day)))
            day += DAY
        self.seen = now

    def work(self, world: World) -> None:
        """What a worker does that comes by at the time that was passed last."""
        while not self.over:
            if self.overdue and self.overdue.next <= self.seen:
                self._retry(self.overdue, world)
            elif self.queue and (lost := [one for one in self.queue if one.at < self._too_late()]):
                self.queue = self.queue[len(lost) :]
                self.end(lost, "missed")
            elif self.queue:
                self._try(self.queue.pop(0), world)
            else:
                return

    def _too_late(self) -> datetime:
        """Over a day late, or from before today if today has one: never two on one date."""
        has_today = any(self.local(one.at) == self.today for one in self.queue) or (
            self.is_ahead(self.today) and self.comes(self.today)
        )
        return max(self.seen - LATE, self.midnight(self.today)) if has_today else self.seen - LATE

    def _try(self, one: Due, world: World) -> None:
        if not world.stock and not self.past_due:  # once ordered, the goods are put aside
            limit = self._next_regular(one)
            tries = [at for at in self._days_after(one, STOCK_DAYS) if limit is None or self.local(at) < limit]
            self._wait(Overdue(one, "stock", tries))
        elif world.bank == "ok":
            self.end([one], "delivered")
        else:
            tries = self._days_after(one, PAYMENT_DAYS)
            self._wait(Overdue(one, "payment", tries, hard=world.bank == "declined_for_good"))

    def _days_after(self, one: Due, days: tuple[int, ...]) -> list[datetime]:
        return [(one.at.astimezone(self.zone) + n * DAY).astimezone(UTC) for n in days]

    def _wait(self, late: Overdue) -> None:
        ahead = [at for at in late.tries if at > self.seen]
        if ahead and not self.paused:
            self.overdue = replace(late, tries=ahead)
        else:
            self.end([late.what], "out_of_stock" if late.why == "stock" else "payment_failed")

    def _retry(self, late: Overdue, world: World) -> None:
        limit = self._next_regular(late.what)
        too_late = self.seen > late.tries[-1] + LATE or (limit is not None and self.today >= limit)
        if late.why == "stock" and too_late:
            self.end([late.what], "out_of_stock")
        elif late.hard:
            self.end([late.what], "payment_failed")
        else:
            self._try(late.what, world)

    def _next_regular(self, one: Due) -> date | None:
        """The local date of the next delivery of the calendar besides this one."""
        if self.cancelling and not one.extra:
            return None
        waiting = [other.day for other in self.queue if not other.extra]
        return next(chain(waiting, self.ahead()), None)

    def end(self, ones: list[Due], outcome: str) -> None:
        """These deliveries end like this, now."""
        if self.past_due:  # what it held back is left out
            self.since = max(self.since, self.seen)
        self.overdue = None
        self.ends += [End(one.day.isoformat(), outcome, self.seen) for one in ones]
        if outcome == "payment_failed" and not self.paused:
            self.paused, self.until = True, None
        if self.cancelling and outcome != "skipped" and any(not one.extra for one in ones):
            self.stop()

    def let_go(self) -> None:
        """The customer does not want what is overdue any more."""
        if self.overdue:
            self.end([self.overdue.what], "skipped")

    def stop(self) -> None:
        self.over, self.cancelling, self.overdue, self.queue = True, False, None, []

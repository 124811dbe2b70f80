"""A recurrence rule (RFC 5545) over plain dates: what it means. How it is written is in rrule_text.py.

Every expansion is bounded: it jumps to the period asked for and looks LOOKAHEAD further, no more. python-dateutil walks
a rule that never matches up to the year 9999, so it is the oracle of the tests and not the engine here.
"""

from __future__ import annotations

from calendar import isleap, monthrange
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import count

LOOKAHEAD = timedelta(days=3653)
DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
# Frequencies faster than daily, in seconds.
SECONDS = {"HOURLY": 3600, "MINUTELY": 60, "SECONDLY": 1}
_LISTS = ("bymonth", "byweekno", "byyearday", "bymonthday", "bysetpos")


@dataclass(frozen=True)
class Rule:
    """One RRULE. `byday` holds (ordinal or 0, weekday with Monday 0); `until` is the text of UNTIL."""

    freq: str
    interval: int = 1
    count: int | None = None
    until: str | None = None
    wkst: int = 0
    bymonth: tuple[int, ...] = ()
    bymonthday: tuple[int, ...] = ()
    byyearday: tuple[int, ...] = ()
    byweekno: tuple[int, ...] = ()
    byday: tuple[tuple[int, int], ...] = ()
    bysetpos: tuple[int, ...] = ()

    @property
    def step(self) -> timedelta | None:
        """Time from one occurrence to the next of a rule faster than daily; None for the others."""
        seconds = SECONDS.get(self.freq)
        return timedelta(seconds=seconds * self.interval) if seconds else None

    def __str__(self) -> str:
        parts: dict[str, object] = {"FREQ": self.freq, "UNTIL": self.until, "COUNT": self.count}
        parts["INTERVAL"] = self.interval if self.interval > 1 else None
        for name in _LISTS:
            parts[name.upper()] = ",".join(map(str, getattr(self, name)))
        parts["BYDAY"] = ",".join(f"{n or ''}{DAYS[d]}" for n, d in self.byday)
        parts["WKST"] = DAYS[self.wkst] if self.wkst else None
        return ";".join(f"{name}={value}" for name, value in parts.items() if value)

    def filled(self, anchor: date) -> Rule:
        """With what RFC 5545 takes from the start date written out, so that the start may move along the rule."""
        if self.freq == "WEEKLY" and not self.byday:
            return replace(self, byday=((0, anchor.weekday()),))
        if self.freq == "MONTHLY" and not (self.byday or self.bymonthday):
            return replace(self, bymonthday=(anchor.day,))
        if self.freq == "YEARLY" and self.byweekno and not self.byday:
            return replace(self, byday=((0, anchor.weekday()),))
        if self.freq == "YEARLY" and not (self.byday or self.bymonthday or self.byyearday):
            return replace(self, bymonth=self.bymonth or (anchor.month,), bymonthday=(anchor.day,))
        return self

    def dates(self, start: date, since: date) -> Iterator[date]:
        """The dates on or after both `start` and `since`, rising, as far as LOOKAHEAD. Knows no COUNT and no UNTIL."""
        since = max(start, since)
        for k in count(self._period_of(start, since)):
            days = self._period(start, k)
            if days[0] > since + LOOKAHEAD:
                return
            yield from (d for d in self._chosen(days) if d >= since)

    def _period_of(self, start: date, day: date) -> int:
        """Number of the last period that begins on or before `day`; the one of `start` is 0."""
        if self.freq == "DAILY":
            return (day - start).days // self.interval
        if self.freq == "WEEKLY":
            return (day - self._week(start)).days // (7 * self.interval)
        if self.freq == "MONTHLY":
            return (_month(day) - _month(start)) // self.interval
        return (day.year - start.year) // self.interval

    def _period(self, start: date, k: int) -> list[date]:
        steps = k * self.interval
        if self.freq == "DAILY":
            return [start + timedelta(days=steps)]
        if self.freq == "WEEKLY":
            return [self._week(start) + timedelta(days=7 * steps + n) for n in range(7)]
        if self.freq == "MONTHLY":
            year, month = divmod(_month(start) + steps, 12)
            return [date(year, month + 1, 1 + n) for n in range(monthrange(year, month + 1)[1])]
        first = date(start.year + steps, 1, 1)
        return [first + timedelta(days=n) for n in range(_year_length(first.year))]

    def _week(self, day: date) -> date:
        return day - timedelta(days=(day.weekday() - self.wkst) % 7)

    def _chosen(self, days: list[date]) -> list[date]:
        matching = [d for d in days if self._matches(d)]
        if not self.bysetpos:
            return matching
        wanted = {p - 1 if p > 0 else len(matching) + p for p in self.bysetpos}
        return [d for n, d in enumerate(matching) if n in wanted]

    def _matches(self, d: date) -> bool:
        last = monthrange(d.year, d.month)[1]
        return (
            (not self.bymonth or d.month in self.bymonth)
            and (not self.bymonthday or d.day in self.bymonthday or d.day - last - 1 in self.bymonthday)
            and (not self.byday or any(day == d.weekday() and self._is_nth(d, n) for n, day in self.byday))
            and (
                not self.byyearday
                or not {_yearday(d), _yearday(d) - _year_length(d.year) - 1}.isdisjoint(self.byyearday)
            )
            and (not self.byweekno or not _week_numbers(d).isdisjoint(self.byweekno))
        )

    def _is_nth(self, d: date, nth: int) -> bool:
        """Whether `d` is the nth of its weekday, counted in the month, or in the year if YEARLY names no month."""
        if self.freq == "YEARLY" and not self.bymonth:
            index, length = _yearday(d) - 1, _year_length(d.year)
        else:
            index, length = d.day - 1, monthrange(d.year, d.month)[1]
        return nth in (0, index // 7 + 1, -((length - index - 1) // 7 + 1))


def _month(d: date) -> int:
    return d.year * 12 + d.month - 1


def _yearday(d: date) -> int:
    return d.timetuple().tm_yday


def _year_length(year: int) -> int:
    return 366 if isleap(year) else 365


def _week_numbers(d: date) -> set[int]:
    """The ISO week of `d`, from the front and from the back of its ISO year."""
    year, week, _ = d.isocalendar()
    return {week, week - date(year, 12, 28).isocalendar().week - 1}

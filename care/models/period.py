"""The time that figures are about."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

from care.errors import Invalid
from care.models.common import Model, Utc

LONGEST = 366  # days: a leap year
EARLIEST = date(2000, 1, 1)
_DAY = timedelta(days=1)


class Period(Model):
    """From `since` on and before `until`. What is kept by day is taken of `first` to `last`, so many `days` (UTC)."""

    since: Utc
    until: Utc
    first: date
    last: date

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1

    @property
    def each_day(self) -> list[date]:
        return [self.first + n * _DAY for n in range(self.days)]

    @classmethod
    def latest(cls, days: int, now: datetime) -> Period:
        """The last `days` times 24 hours, and what comes while they are asked for."""
        today = now.astimezone(UTC).date()
        return cls(since=now - days * _DAY, until=now + _DAY, first=today - (days - 1) * _DAY, last=today)

    @classmethod
    def of_days(cls, first: date, last: date, today: date) -> Period:
        """Whole UTC days, both included. Raises Invalid naming `from` or `to`."""
        if last < first:
            raise _invalid("to", "The last day lies before the first.")
        if last > today:
            raise _invalid("to", "The last day is still to come.")
        if (last - first).days >= LONGEST:
            raise _invalid("from", f"Please choose at most {LONGEST} days.")
        if first < EARLIEST:
            raise _invalid("from", f"Please choose days from {EARLIEST} on.")
        return cls(since=_midnight(first), until=_midnight(last) + _DAY, first=first, last=last)

    @classmethod
    def written(cls, first: str, last: str, today: date) -> Period:
        """The same from two dates like "2026-11-27". Raises Invalid."""
        return cls.of_days(_read("from", first), _read("to", last), today)


def _read(field: str, text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise _invalid(field, "Please choose two dates, like 2026-11-27.") from None


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(0), UTC)


def _invalid(field: str, detail: str) -> Invalid:
    return Invalid(detail, fields={field: detail})

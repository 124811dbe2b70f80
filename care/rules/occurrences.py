"""When deliveries fall: from what the customer asked for to occurrences on the calendar and on the clock.

Daily and slower rules are pure local dates, delivered from 09:00 in the customer's zone, each subscription `offset`
later (spreading.py). Faster ones (demonstrations) are counted in elapsed time from their start, so that a change of
clocks neither doubles nor drops one.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import count, islice, takewhile
from zoneinfo import ZoneInfo

from care.errors import Invalid
from care.models.subscription import Occurrence, Schedule
from care.rules.rrule import Rule
from care.rules.rrule_text import parse

DELIVERY_TIME = time(9)
MOMENT = timedelta(microseconds=1)


def next_occurrence(schedule: Schedule, after: datetime) -> Occurrence | None:
    """The first occurrence strictly after `after`; None once the rule has ended."""
    return next(following(schedule, after), None)


def upcoming(schedule: Schedule, after: datetime, n: int = 5) -> list[Occurrence]:
    """Up to `n` occurrences strictly after `after`, in order."""
    return list(islice(following(schedule, after), n))


def occurrence(schedule: Schedule, key: str) -> Occurrence:
    """The occurrence with this key. Raises Invalid if there is none on the calendar."""
    try:
        found = next_occurrence(schedule, occurrence_due(schedule, key) - MOMENT)
    except (ValueError, OverflowError):  # not a date, or one beyond the calendar
        found = None
    if found is None or found.key != key:
        detail = f"There is no delivery planned for {key[:40]}."
        raise Invalid(detail, fields={"date": detail})
    return found


def stride(schedule: Schedule) -> timedelta | None:
    """Time between deliveries that are faster than daily; None for the daily and slower."""
    return parse(schedule.recurrence).step


def occurrence_due(schedule: Schedule, key: str) -> datetime:
    """The instant (UTC) that a key names, whether or not it is on the calendar. Raises ValueError for other text."""
    if "T" in key:
        local = datetime.fromisoformat(key)
        return (local if local.tzinfo else local.replace(tzinfo=ZoneInfo(schedule.timezone))).astimezone(UTC)
    return morning(schedule, date.fromisoformat(key))


def morning(schedule: Schedule, day: date) -> datetime:
    """The instant (UTC) at which deliveries and reminders of a local date go out.

    The offset is elapsed time: it never leads to before nine, whatever the clocks do.
    """
    return datetime.combine(day, DELIVERY_TIME, ZoneInfo(schedule.timezone)).astimezone(UTC) + schedule.offset


def moved_here(schedule: Schedule, key: str) -> Occurrence:
    """A delivery on the local date `key`, whether or not the schedule plans one."""
    return Occurrence(key=key, due=occurrence_due(schedule, key))


def midnight(schedule: Schedule, day: date) -> datetime:
    """The instant (UTC) at which the local date begins."""
    return datetime.combine(day, time(0), ZoneInfo(schedule.timezone)).astimezone(UTC)


@dataclass(frozen=True)
class Passed:
    """Occurrences that went by: how many, the first, and the newest few in order."""

    count: int
    first: Occurrence
    newest: list[Occurrence]


def passed(schedule: Schedule, first: Occurrence, before: datetime, keep: int = 20) -> Passed:
    """The occurrences from `first` (always counted) to those due before `before`."""
    step = stride(schedule)
    last = [first]
    total = 1
    if step and before > first.due:
        total = max(1, -((first.due - before) // step))
        start = first.due + step * max(0, total - keep)
        last = [_at(schedule, start + step * n) for n in range(min(total, keep))]
    elif not step:
        later = list(takewhile(lambda o: o.due < before, following(schedule, first.due)))
        total, last = 1 + len(later), [first, *later][-keep:]
    return Passed(total, first, last)


def following(schedule: Schedule, after: datetime) -> Iterator[Occurrence]:
    """The occurrences strictly after `after`, as they are asked for."""
    rule = parse(schedule.recurrence)
    until = _until(rule, schedule.timezone)
    found = _by_clock(schedule, rule.step, after) if rule.step else _by_date(schedule, rule, after)
    # An UNTIL that names nine o'clock, as the end of a COUNT does, takes that day in.
    return takewhile(lambda o: o.due - schedule.offset <= until, found)


def _by_date(schedule: Schedule, rule: Rule, after: datetime) -> Iterator[Occurrence]:
    zone = ZoneInfo(schedule.timezone)
    for day in rule.dates(date.fromisoformat(schedule.start), after.astimezone(zone).date()):
        due = occurrence_due(schedule, day.isoformat())
        # A zone that crosses the date line leaves out a whole day: nothing can be delivered on it.
        if due > after and due.astimezone(zone).date() == day:
            yield Occurrence(key=day.isoformat(), due=due)


def _by_clock(schedule: Schedule, step: timedelta, after: datetime) -> Iterator[Occurrence]:
    start = occurrence_due(schedule, schedule.start)
    first = max(0, (after - start) // step + 1)
    return (_at(schedule, start + step * n) for n in count(first))


def _at(schedule: Schedule, due: datetime) -> Occurrence:
    """Local date and time as the key; the UTC offset only in the hour that a change of clocks repeats."""
    local = due.astimezone(ZoneInfo(schedule.timezone))
    repeated = local.replace(fold=0).utcoffset() != local.replace(fold=1).utcoffset()
    return Occurrence(
        key=local.isoformat() if repeated else local.replace(tzinfo=None).isoformat(), due=due.astimezone(UTC)
    )


def _until(rule: Rule, timezone: str) -> datetime:
    """The last instant that UNTIL allows; a date means the whole local day."""
    if rule.until is None:
        return datetime.max.replace(tzinfo=UTC)
    at = datetime.fromisoformat(rule.until if "T" in rule.until else f"{rule.until}T235959")
    return (at if at.tzinfo else at.replace(tzinfo=ZoneInfo(timezone))).astimezone(UTC)

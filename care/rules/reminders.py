"""What a subscription does next: remind, deliver, or own up that a delivery was missed. Pure.

Steps lie on one line, ordered by when they are due; `Subscription.last_step` marks how far the line has been walked.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from care.models.subscription import Occurrence, Schedule, Step, StepKind, Subscription
from care.rules.occurrences import DELIVERY_TIME, MOMENT, following, passed, stride

# Later than this a delivery is skipped: the customer has helped themselves, and nobody wants a pile at the door.
LATE = timedelta(hours=24)
# Of deliveries faster than daily (demonstrations), how many are caught up.
CATCH_UP = 20
# Reminders go out in the customer's daytime, from 09:00 until this hour of their local date.
EVENING = time(19)

_DAY = timedelta(days=1)
_Position = tuple[datetime, datetime]


def next_step(subscription: Subscription, now: datetime) -> Step | None:
    """The first step that is not settled, due at its `at` (which may have passed); None once the calendar has ended."""
    best: Step | None = None
    for planned in following(subscription.schedule, _begin(subscription) - MOMENT):
        if best is not None and _earliest(subscription.schedule, planned) > best.at:
            break
        for step in _steps(subscription.schedule, planned, now):
            if _position(step) > _settled(subscription) and (best is None or _position(step) < _position(best)):
                best = step
    if best is not None and best.kind is StepKind.DELIVER:
        return _unless_too_late(subscription.schedule, best, now)
    return best


def pending(subscription: Subscription) -> Iterator[Occurrence]:
    """The occurrences that are not settled, in order."""
    for planned in following(subscription.schedule, _begin(subscription) - MOMENT):
        if (planned.due, planned.due) > _settled(subscription):
            yield planned


def _settled(subscription: Subscription) -> _Position:
    """Nothing up to here is done any more. Reminders that were due before a subscription began are not sent."""
    last = subscription.last_step
    return _position(last) if last else (subscription.created_at, subscription.created_at)


def _begin(subscription: Subscription) -> datetime:
    return subscription.last_step.at if subscription.last_step else subscription.created_at


def _position(step: Step) -> _Position:
    """Deliveries come before reminders of later ones that are due at the same instant."""
    return step.at, step.occurrence.due


def _steps(schedule: Schedule, planned: Occurrence, now: datetime) -> list[Step]:
    reminders: dict[datetime, Step] = {}
    for lead in schedule.remind_before:
        at = remind_at(schedule, planned, lead)
        if now <= _remind_until(schedule, planned, at):
            reminders.setdefault(at, Step(kind=StepKind.REMIND, occurrence=planned, at=at, lead=lead))
    return [*reminders.values(), Step(kind=StepKind.DELIVER, occurrence=planned, at=planned.due)]


def remind_at(schedule: Schedule, planned: Occurrence, lead: timedelta) -> datetime:
    """Exactly `lead` before a delivery faster than daily; else 09:00 local, that many days before, rounded up."""
    if stride(schedule):
        return planned.due - lead
    zone = ZoneInfo(schedule.timezone)
    day = planned.due.astimezone(zone).date() - timedelta(days=-(-lead // _DAY))
    return datetime.combine(day, DELIVERY_TIME, zone).astimezone(UTC)


def _remind_until(schedule: Schedule, planned: Occurrence, at: datetime) -> datetime:
    """After this a reminder that is late is left out: the evening of its day, or the delivery itself."""
    if stride(schedule):
        return planned.due
    zone = ZoneInfo(schedule.timezone)
    return min(planned.due, datetime.combine(at.astimezone(zone).date(), EVENING, zone).astimezone(UTC))


def _earliest(schedule: Schedule, planned: Occurrence) -> datetime:
    """Before this no step of the occurrence can be due."""
    longest = max(schedule.remind_before, default=timedelta(0))
    return planned.due - longest - (timedelta(0) if stride(schedule) else 2 * _DAY)


def _unless_too_late(schedule: Schedule, step: Step, now: datetime) -> Step:
    """The step, or, if its time is over, one step for all deliveries missed in a row: one notice, no burst."""
    cutoff = too_late(schedule, now)
    if step.occurrence.due >= cutoff:
        return step
    last = passed(schedule, step.occurrence, before=cutoff).newest[-1]
    return Step(kind=StepKind.MISS, occurrence=last, at=last.due)


def too_late(schedule: Schedule, now: datetime) -> datetime:
    """What was due before this is skipped: over a day late, or too near today's delivery (never two on one date)."""
    step = stride(schedule)
    if step:
        return max(now - LATE, now - CATCH_UP * step)
    zone = ZoneInfo(schedule.timezone)
    midnight = datetime.combine(now.astimezone(zone).date(), time(0), zone).astimezone(UTC)
    today = next(following(schedule, midnight - MOMENT), None)
    has_today = today is not None and today.due.astimezone(zone).date() == now.astimezone(zone).date()
    return max(now - LATE, midnight) if has_today else now - LATE

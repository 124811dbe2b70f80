"""What a subscription does next: remind, deliver, or own up that a delivery was missed. Pure.

Steps lie on one line, ordered by when they are due; `Subscription.last_step` marks how far the line has been walked.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from heapq import merge
from itertools import islice, takewhile
from zoneinfo import ZoneInfo

from care.models.subscription import Occurrence, Schedule, Step, StepKind, Subscription, SubscriptionStatus
from care.rules.occurrences import (
    MOMENT,
    Passed,
    following,
    midnight,
    morning,
    moved_here,
    passed,
    stride,
)
from care.rules.prepaid import to_come
from care.rules.retries import LATE, is_past_due, retry

# Of deliveries faster than daily (demonstrations), how many are caught up.
CATCH_UP = 20
# Reminders go out in the customer's daytime, from 09:00 until this hour of their local date.
EVENING = time(19)

# What is done so soon after its time counts as done on time.
ON_TIME = timedelta(hours=1)

_DAY = timedelta(days=1)
_Position = tuple[datetime, datetime]


def next_step(subscription: Subscription, now: datetime) -> Step | None:
    """The first step that is not settled, due at its `at` (which may have passed); None once the calendar has ended."""
    best: Step | None = None
    for planned in coming(subscription):
        if best is not None and _earliest(subscription.schedule, planned) > best.at:
            break
        for step in _steps(subscription.schedule, planned, now):
            if _position(step) > _settled(subscription) and (best is None or _position(step) < _position(best)):
                best = step
    special = _resume(subscription) or _retry(subscription, now)
    if special is not None and (best is None or special.at <= best.at):
        return special
    if best is not None and best.kind is StepKind.DELIVER:
        return _unless_too_late(subscription, best, now)
    return best


def counted_at(step: Step, now: datetime) -> datetime:
    """When a step counts as taken. Its own time, if it is taken soon after that: what is done once more, because a
    worker ended before it could say so, then says what it said before."""
    return step.at if now - step.at < ON_TIME else now


def pending(subscription: Subscription) -> Iterator[Occurrence]:
    """The occurrences that are not settled, in order, as far as a cancellation lets them come."""
    for planned in calendar(subscription):
        if (planned.due, planned.due) > _settled(subscription):
            yield planned
            if subscription.cancel_after_next and planned not in subscription.extra:
                return


def coming(subscription: Subscription) -> Iterator[Occurrence]:
    """Those of them that will be made: where prepaid deliveries are not renewed, no more than are paid."""
    return islice(pending(subscription), to_come(subscription))


def place(subscription: Subscription, planned: Occurrence) -> int:
    """How many deliveries come before this one; one that is tried again counts as one of them."""
    before = sum(1 for _ in takewhile(lambda o: o.due < planned.due, pending(subscription)))
    return before + (subscription.overdue is not None)


def following_delivery(subscription: Subscription) -> Occurrence | None:
    """The next delivery besides the one that is overdue; None when that is the last."""
    return next((o for o in pending(subscription) if o not in subscription.extra), None)


def calendar(subscription: Subscription) -> Iterator[Occurrence]:
    """What is planned from the last step on: the schedule with its exceptions, in order. Nothing while past due."""
    if is_past_due(subscription):
        return iter(())
    extra = sorted(subscription.extra, key=_due)
    if is_resting(subscription) or _ends_with_overdue(subscription):
        return iter(extra)
    schedule, begin = subscription.schedule, max(_begin(subscription), floor(subscription)) - MOMENT
    stays = (o for o in following(schedule, begin) if o.key not in subscription.moved)
    moves = (moved_here(schedule, key) for key in set(subscription.moved.values()))
    moves_on = sorted((o for o in moves if o.due > begin), key=_due)
    return merge(extra, (o for o in merge(stays, moves_on, key=_due) if o.key not in subscription.skipped), key=_due)


def _ends_with_overdue(subscription: Subscription) -> bool:
    overdue = subscription.overdue
    return subscription.cancel_after_next and overdue is not None and not overdue.extra


def is_resting(subscription: Subscription) -> bool:
    """Paused, and nothing but the customer will wake it."""
    return subscription.status is SubscriptionStatus.PAUSED and subscription.paused_until is None


def floor(subscription: Subscription) -> datetime:
    """Before this the schedule delivers nothing: it was, or is, paused or replaced."""
    resume = _resume(subscription)
    return max(subscription.not_before or subscription.created_at, resume.at if resume else subscription.created_at)


def given_up(subscription: Subscription, before: datetime) -> Passed:
    """The first pending occurrence and those after it that were due before `before`."""
    first = next(pending(subscription))
    if stride(subscription.schedule):
        return passed(subscription.schedule, first, before, keep=CATCH_UP)
    found = list(takewhile(lambda o: o.due < before, pending(subscription))) or [first]
    return Passed(len(found), first, found[-CATCH_UP:])


def _retry(subscription: Subscription, now: datetime) -> Step | None:
    return retry(subscription, now, following_delivery(subscription)) if subscription.overdue else None


def _due(planned: Occurrence) -> datetime:
    return planned.due


def _resume(subscription: Subscription) -> Step | None:
    """The end of a pause that names it: as that local date begins, each at its own moment."""
    day = subscription.paused_until
    if subscription.status is not SubscriptionStatus.PAUSED or day is None:
        return None
    at = midnight(subscription.schedule, day) + subscription.schedule.offset
    return Step(kind=StepKind.RESUME, occurrence=Occurrence(key=day.isoformat(), due=at), at=at)


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
    """Exactly `lead` before a delivery faster than daily; else so many days before, rounded up, from 09:00 local."""
    if stride(schedule):
        return planned.due - lead
    zone = ZoneInfo(schedule.timezone)
    return morning(schedule, planned.due.astimezone(zone).date() - timedelta(days=-(-lead // _DAY)))


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


def _unless_too_late(subscription: Subscription, step: Step, now: datetime) -> Step:
    """The step, or, if its time is over, one step for all deliveries missed in a row: one notice, no burst."""
    cutoff = too_late(subscription, now)
    if step.occurrence.due >= cutoff:
        return step
    last = given_up(subscription, cutoff).newest[-1]
    return Step(kind=StepKind.MISS, occurrence=last, at=last.due)


def too_late(subscription: Subscription, now: datetime) -> datetime:
    """What was due before this is skipped: over a day late, or too near today's delivery (never two on one date)."""
    schedule = subscription.schedule
    step = stride(schedule)
    if step:
        return max(now - LATE, now - CATCH_UP * step)
    zone = ZoneInfo(schedule.timezone)
    today = now.astimezone(zone).date()
    begins = midnight(schedule, today)
    first = next((o for o in pending(subscription) if o.due >= begins), None)
    has_today = first is not None and first.due.astimezone(zone).date() == today
    return max(now - LATE, begins) if has_today else now - LATE

"""What a customer may change in a running subscription. Pure: each gives the state after, or raises what is refused.

Asking for what is so already gives the state as it is: a second click changes nothing. Single dates are changed in
subscription_dates.py, what is delivered and when in subscription_calendar.py.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta

from care.errors import Conflict
from care.models.common import milliseconds
from care.models.subscription import Occurrence, PauseSubscription, Subscription, SubscriptionStatus
from care.rules.occurrences import midnight, stride
from care.rules.reminders import floor
from care.rules.subscription import let_go, planned
from care.rules.subscription_checks import (
    FURTHEST,
    alive,
    awake,
    by_date,
    delivered_on,
    free,
    invalid,
    local_date,
    with_fields,
)

_MILLISECOND = timedelta(milliseconds=1)


def paused(subscription: Subscription, request: PauseSubscription, now: datetime) -> Subscription:
    """No deliveries until `resume`, or until the named local date begins. Raises Conflict, Invalid."""
    alive(subscription)
    if request.until is not None:
        _check_until(request.until, local_date(subscription, now))
    wanted = {"status": SubscriptionStatus.PAUSED, "paused_until": request.until}
    if subscription.overdue:
        return planned(let_go(subscription, now).model_copy(update=wanted))
    return with_fields(subscription, **wanted)


def resumed(subscription: Subscription, now: datetime, *, by_the_day: bool = False) -> Subscription:
    """Deliveries go on with the first one after `now`; those that the pause covered stay left out.

    `by_the_day`: as it once was for deliveries that are faster than daily, too: after one, no other on the same day.
    """
    alive(subscription)
    if subscription.status is not SubscriptionStatus.PAUSED:
        return subscription
    begins, today = max(now, floor(awake(subscription))), local_date(subscription, now)
    if (by_the_day or stride(subscription.schedule) is None) and delivered_on(subscription, today):
        begins = max(begins, midnight(subscription.schedule, today + timedelta(days=1)))
    return with_fields(subscription, status=SubscriptionStatus.ACTIVE, paused_until=None, not_before=begins)


def resumed_by_itself(subscription: Subscription) -> Subscription:
    """At the end of a pause that named it."""
    return with_fields(
        subscription, status=SubscriptionStatus.ACTIVE, paused_until=None, not_before=floor(subscription)
    )


def ordered_now(subscription: Subscription, now: datetime) -> Subscription:
    """One delivery today, beside the calendar. Raises Conflict where today has one."""
    by_date(subscription)
    if subscription.status is SubscriptionStatus.PAUSED:
        raise Conflict("This subscription is paused: resume it first.")
    today = local_date(subscription, now).isoformat()
    free(subscription, today)
    if subscription.overdue or subscription.extra:
        raise Conflict("A delivery is waiting already: skip it first, or wait until it has gone out.")
    due = milliseconds(now)  # as it is stored
    last = subscription.last_step
    due = max(due, (last.at if last else subscription.created_at) + _MILLISECOND)
    return with_fields(subscription, extra=[*subscription.extra, Occurrence(key=today, due=due)])


def uncancelled(subscription: Subscription) -> Subscription:
    """Takes back an end after the next delivery. Raises Conflict once it has ended."""
    alive(subscription)
    if not subscription.cancel_after_next:
        return subscription
    return with_fields(subscription, cancel_after_next=False, cancel_reason=None)


def _check_until(until: date, today: date) -> None:
    if not today < until <= today + FURTHEST:
        raise invalid("until", "Choose a date after today, within two years.")

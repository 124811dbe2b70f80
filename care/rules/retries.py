"""Deliveries that are tried again: payments that were declined, goods that are out of stock. Pure.

A declined payment makes a subscription past due: no other delivery is made until it is paid, skipped or given up.
Goods that are out of stock only hold up their own delivery, and never beyond the day of the next one.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from care.models.subscription import Delivery, Occurrence, Overdue, Step, StepKind, Subscription, SubscriptionStatus
from care.rules.prepaid import Paying, paying

# Days after the day it was due, at the same local hour.
PAYMENT_DAYS = (2, 7, 14, 21)
STOCK_DAYS = (1, 2, 3)
# Later than this a delivery is not made: the customer has helped themselves, and nobody wants a pile at the door.
LATE = timedelta(hours=24)

SETBACKS = {"declined": "payment_failed", "declined_for_good": "payment_failed", "awaiting_stock": "out_of_stock"}


def tried_again(
    subscription: Subscription, step: Step, attempt: Delivery, following: Occurrence | None
) -> Overdue | None:
    """What becomes of a try that failed as `attempt` says; None when it was the last.

    `following` is the next delivery of the calendar: goods that come back in stock do not go out on its day.
    """
    if step.kind is StepKind.GIVE_UP:
        return None
    due, before = step.occurrence, subscription.overdue
    stock = attempt.outcome == "awaiting_stock"
    tries = _days(subscription, due, STOCK_DAYS if stock else PAYMENT_DAYS)
    if stock:
        tries = [at for at in tries if not _reaches(subscription, at, following)]
    ahead = [at for at in tries if at > attempt.at]
    if not ahead:
        return None
    extra = before.extra if before else due in subscription.extra
    return Overdue(
        occurrence=due,
        why="stock" if stock else "payment",
        order_id=attempt.order_id,
        tries=before.tries + 1 if before else 1,
        next_try=None if attempt.outcome == "declined_for_good" else ahead[0],
        until=tries[-1],
        extra=extra,
        term=not stock and paying(subscription, beside=extra) is Paying.NEXT_TERM,
    )


def retry(subscription: Subscription, now: datetime, following: Occurrence | None) -> Step | None:
    """The next try of what is overdue, or its end; None when nothing is."""
    overdue = subscription.overdue
    if overdue is None:
        return None
    at = overdue.next_try or overdue.until
    stale = overdue.why == "stock" and (now > overdue.until + LATE or _reaches(subscription, now, following))
    kind = StepKind.GIVE_UP if stale or overdue.next_try is None else StepKind.RETRY
    return Step(kind=kind, occurrence=overdue.occurrence, at=at)


def is_past_due(subscription: Subscription) -> bool:
    return subscription.status is SubscriptionStatus.PAST_DUE


def _days(subscription: Subscription, due: Occurrence, days: tuple[int, ...]) -> list[datetime]:
    """The same local hour, so many days later."""
    local = due.due.astimezone(ZoneInfo(subscription.timezone))
    return [(local + timedelta(days=n)).astimezone(due.due.tzinfo) for n in days]


def _reaches(subscription: Subscription, at: datetime, following: Occurrence | None) -> bool:
    """Whether the local date of the next delivery has begun at that time."""
    zone = ZoneInfo(subscription.timezone)
    return following is not None and at.astimezone(zone).date() >= following.due.astimezone(zone).date()

"""How the state of a subscription changes. Pure: the state before, what happened, and when, give the state after.

Every change counts `version` up by one, so that the projection can tell the newer from the older.
"""

from __future__ import annotations

from datetime import datetime
from itertools import islice
from typing import Any

from care.errors import Conflict
from care.models.subscription import (
    CancelSubscription,
    Delivery,
    Step,
    Subscription,
    SubscriptionStatus,
)
from care.rules.occurrences import MOMENT, Passed
from care.rules.reminders import given_up, pending

RECENT = 20
UPCOMING = 5


def planned(subscription: Subscription) -> Subscription:
    """With its next dates, and a new version."""
    ahead = 1 + len(subscription.extra) if subscription.cancel_after_next else UPCOMING
    dates = [] if is_over(subscription) else [o.key for o in islice(pending(subscription), ahead)]
    return _next(subscription, upcoming=dates, next_delivery=dates[0] if dates else None)


def is_over(subscription: Subscription) -> bool:
    return subscription.status is SubscriptionStatus.CANCELLED


def reminded(subscription: Subscription, step: Step) -> Subscription:
    return _next(subscription, last_step=step)


def settled(subscription: Subscription, step: Step, delivery: Delivery) -> Subscription:
    """After the delivery of `step` ended as `delivery` says."""
    made = subscription.deliveries + (delivery.outcome == "delivered")
    return _walked(subscription, step, [delivery], made, delivery.at)


def missed(subscription: Subscription, step: Step, at: datetime) -> Subscription:
    """After a row of deliveries, the last of them in `step`, was given up."""
    lost = [Delivery(occurrence=o.key, outcome="missed", at=at) for o in skipped(subscription, step).newest]
    return _walked(subscription, step, lost, subscription.deliveries, at)


def skipped(subscription: Subscription, step: Step) -> Passed:
    """The deliveries that a step of kind MISS gives up."""
    return given_up(subscription, step.occurrence.due + MOMENT)


def cancelled(subscription: Subscription, request: CancelSubscription, at: datetime) -> Subscription:
    """Cancelled now, or marked to end with the next delivery. Raises Conflict if it has ended already."""
    if is_over(subscription):
        raise Conflict(f"Subscription {subscription.subscription_id} is already cancelled.")
    if request.when == "now":
        return _ended(subscription, request.reason or subscription.cancel_reason, at)
    return planned(
        _with(subscription, cancel_after_next=True, cancel_reason=request.reason or subscription.cancel_reason)
    )


def completed(subscription: Subscription, at: datetime) -> Subscription:
    """After the last date of a recurrence that ends by itself."""
    return _ended(subscription, "completed", at)


def _with(subscription: Subscription, **fields: Any) -> Subscription:
    return subscription.model_copy(update=fields)


def _next(subscription: Subscription, **fields: Any) -> Subscription:
    """The next version."""
    return _with(subscription, version=subscription.version + 1, **fields)


def _walked(subscription: Subscription, step: Step, ends: list[Delivery], made: int, at: datetime) -> Subscription:
    recent = [*subscription.recent, *ends][-RECENT:]
    extra = [o for o in subscription.extra if o.due > step.occurrence.due]
    after = _with(_tidied(subscription, step), last_step=step, recent=recent, deliveries=made, extra=extra)
    # A delivery that was ordered beside the calendar is not the one that a cancellation waits for.
    if after.cancel_after_next and len(extra) == len(subscription.extra):
        return _ended(after, after.cancel_reason, at)
    return planned(after)


def _tidied(subscription: Subscription, step: Step) -> Subscription:
    """Without the exceptions that lie behind."""
    here = step.occurrence.key
    return _with(
        subscription,
        skipped=[key for key in subscription.skipped if key >= here],
        moved={key: to for key, to in subscription.moved.items() if max(key, to) >= here},
    )


def _ended(subscription: Subscription, reason: str | None, at: datetime) -> Subscription:
    over = {"status": SubscriptionStatus.CANCELLED, "cancelled_at": at, "cancel_reason": reason}
    return planned(_with(subscription, **over, cancel_after_next=False))

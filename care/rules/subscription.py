"""How the state of a subscription changes. Pure: the state before, what happened, and when, give the state after.

Every change counts `version` up by one, so that the projection can tell the newer from the older.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from itertools import islice
from typing import Any
from zoneinfo import ZoneInfo

from care.models.money import Money
from care.models.subscription import (
    CancelSubscription,
    Delivery,
    NamedItem,
    Overdue,
    Step,
    StepKind,
    Subscription,
    SubscriptionStatus,
)
from care.rules.occurrences import MOMENT, Passed, midnight, occurrence_due
from care.rules.prepaid import Paying, given_back, is_used_up, paying, used
from care.rules.reminders import coming, floor, following_delivery, given_up
from care.rules.retries import SETBACKS, is_past_due, tried_again

RECENT = 20
UPCOMING = 5


def planned(subscription: Subscription) -> Subscription:
    """With its next dates, and a new version."""
    dates = [] if is_over(subscription) else [o.key for o in islice(coming(subscription), UPCOMING)]
    return _next(subscription, upcoming=dates, next_delivery=dates[0] if dates else None)


def next_due(subscription: Subscription) -> datetime | None:
    """The instant of `next_delivery`."""
    key = subscription.next_delivery
    if key is None:
        return None
    ordered_beside = (each.due for each in subscription.extra if each.key == key)
    return next(ordered_beside, None) or occurrence_due(subscription.schedule, key)


def is_over(subscription: Subscription) -> bool:
    return subscription.status is SubscriptionStatus.CANCELLED


def items_of(subscription: Subscription, key: str) -> list[NamedItem]:
    """What one delivery brings: the items that are not left out of it."""
    out = subscription.left_out.get(key, [])
    return [item for item in subscription.items if item.sku not in out]


def reminded(subscription: Subscription, step: Step, prices: Mapping[str, Money] | None = None) -> Subscription:
    """After a reminder, which announced these prices by sku."""
    items = [
        item.model_copy(update={"price": prices[item.sku]}) if prices and item.sku in prices else item
        for item in subscription.items
    ]
    return _next(subscription, last_step=step, items=items)


def settled(subscription: Subscription, step: Step, attempt: Delivery) -> Subscription:
    """After a try of the delivery of `step` went as `attempt` says: it is done, tried again later, or given up."""
    subscription = used(subscription, attempt, way_of(subscription, step))
    attempt = attempt.model_copy(update={"term": None})
    if attempt.outcome in SETBACKS:
        here = _with(subscription, last_step=step, overdue=None)
        ends = subscription.cancel_after_next and not is_beside(subscription, step)
        again = tried_again(subscription, step, attempt, None if ends else following_delivery(here))
        # One that was ordered before a pause is given up: it neither ends the pause nor comes in the midst of it.
        if again is not None and subscription.status is not SubscriptionStatus.PAUSED:
            return _waiting(subscription, step, again)
        attempt = attempt.model_copy(update={"outcome": SETBACKS[attempt.outcome]})
    made = subscription.deliveries + (attempt.outcome == "delivered")
    return _walked(subscription, step, [attempt], made, attempt.at)


def let_go(subscription: Subscription, at: datetime) -> Subscription:
    """Without the delivery that is overdue: its customer does not want it any more. Not yet a new version."""
    overdue = subscription.overdue
    if overdue is None:
        return subscription
    end = Delivery(occurrence=overdue.occurrence.key, outcome="skipped", order_id=overdue.order_id, at=at)
    recent = [*subscription.recent, end][-RECENT:]
    return _with(subscription, recent=recent, **_no_longer_overdue(subscription, end))


def missed(subscription: Subscription, step: Step, at: datetime) -> Subscription:
    """After a row of deliveries, the last of them in `step`, was given up."""
    lost = [Delivery(occurrence=o.key, outcome="missed", at=at) for o in skipped(subscription, step).newest]
    return _walked(subscription, step, lost, subscription.deliveries, at)


def skipped(subscription: Subscription, step: Step) -> Passed:
    """The deliveries that a step of kind MISS gives up."""
    return given_up(subscription, step.occurrence.due + MOMENT)


def cancelled(subscription: Subscription, request: CancelSubscription, at: datetime) -> Subscription:
    """Cancelled now, or marked to end with the next delivery. What has ended, or is marked so, stays as it is."""
    if is_over(subscription):
        return subscription
    reason = request.reason or subscription.cancel_reason
    if request.when == "now":
        return _ended(let_go(subscription, at), reason, at)
    if subscription.cancel_after_next and reason == subscription.cancel_reason:
        return subscription
    return planned(_with(subscription, cancel_after_next=True, cancel_reason=reason))


def completed(subscription: Subscription, at: datetime) -> Subscription:
    """After the last date of a recurrence that ends by itself, or the last delivery that is paid."""
    return _ended(let_go(subscription, at), "completed", at)


def _with(subscription: Subscription, **fields: Any) -> Subscription:
    return subscription.model_copy(update=fields)


def _next(subscription: Subscription, **fields: Any) -> Subscription:
    """The next version."""
    return _with(subscription, version=subscription.version + 1, **fields)


def _walked(subscription: Subscription, step: Step, ends: list[Delivery], made: int, at: datetime) -> Subscription:
    recent = [*subscription.recent, *ends][-RECENT:]
    extra = [o for o in subscription.extra if o.due > step.occurrence.due]
    after = _with(_tidied(subscription, step), last_step=step, recent=recent, deliveries=made, extra=extra)
    if step.kind in (StepKind.RETRY, StepKind.GIVE_UP) and subscription.overdue:
        after = _with(after, **_no_longer_overdue(subscription, ends[-1]))
    if after.cancel_after_next and not is_beside(subscription, step):
        return _ended(after, after.cancel_reason, at)
    return completed(after, at) if is_used_up(after) else planned(after)


def way_of(subscription: Subscription, step: Step) -> Paying:
    """How the delivery of this step is paid."""
    return paying(subscription, beside=is_beside(subscription, step))


def is_beside(subscription: Subscription, step: Step) -> bool:
    """Whether it was ordered beside the calendar: then it is not the one that a cancellation waits for."""
    if step.kind in (StepKind.RETRY, StepKind.GIVE_UP) and subscription.overdue:
        return subscription.overdue.extra
    return step.occurrence in subscription.extra


def _waiting(subscription: Subscription, step: Step, again: Overdue) -> Subscription:
    status = SubscriptionStatus.PAST_DUE if again.why == "payment" else SubscriptionStatus.ACTIVE
    extra = [o for o in subscription.extra if o.due > step.occurrence.due]
    return planned(_with(_tidied(subscription, step), last_step=step, extra=extra, overdue=again, status=status))


def _no_longer_overdue(subscription: Subscription, end: Delivery) -> dict[str, Any]:
    """What held the calendar back is over. The dates that it held back are left out, and none gets a second delivery.

    A payment that was given up pauses the subscription, so that the next one is not tried in vain.
    """
    open_again: dict[str, Any] = {"overdue": None, "status": SubscriptionStatus.ACTIVE}
    if end.outcome == "delivered":
        tomorrow = end.at.astimezone(ZoneInfo(subscription.timezone)).date() + timedelta(days=1)
        return open_again | {"not_before": max(floor(subscription), midnight(subscription.schedule, tomorrow))}
    if not is_past_due(subscription):
        return open_again
    held_back = {"not_before": max(floor(subscription), end.at)}
    if end.outcome == "payment_failed":
        return open_again | held_back | {"status": SubscriptionStatus.PAUSED, "paused_until": None}
    return open_again | held_back


def _tidied(subscription: Subscription, step: Step) -> Subscription:
    """Without the exceptions that lie behind."""
    here = step.occurrence.key
    return _with(
        subscription,
        skipped=[key for key in subscription.skipped if key >= here],
        left_out={key: skus for key, skus in subscription.left_out.items() if key >= here},
        moved={key: to for key, to in subscription.moved.items() if max(key, to) >= here},
    )


def _ended(subscription: Subscription, reason: str | None, at: datetime) -> Subscription:
    over = {"status": SubscriptionStatus.CANCELLED, "cancelled_at": at, "cancel_reason": reason}
    return planned(_with(subscription, **over, paid=given_back(subscription.paid), cancel_after_next=False))

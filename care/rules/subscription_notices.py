"""What a customer is told about a subscription: plain sentences, and ids that make telling twice tell once."""

from __future__ import annotations

from datetime import datetime

from care.models.notification import Notification
from care.models.subscription import Step, Subscription
from care.rules.occurrences import Passed


def reminder(subscription: Subscription, step: Step, at: datetime) -> Notification:
    when = spoken(step.occurrence.key)
    text = f"Reminder: Your subscription {subscription.subscription_id} will restock {goods(subscription)} {when}."
    days, seconds = step.lead.days, step.lead.seconds
    lead = f"{days}d" + (f"{seconds}s" if seconds else "")
    return _notice(subscription, step, "reminder", text, at, detail=f"-{lead}")


def out_of_stock(subscription: Subscription, step: Step, at: datetime) -> Notification:
    text = (
        f"Your delivery of {goods(subscription)} {spoken(step.occurrence.key)} could not go out, "
        f"because it is out of stock. You were not charged.{_next_date(subscription)}"
    )
    return _notice(subscription, step, "out_of_stock", text, at)


def payment_failed(subscription: Subscription, step: Step, at: datetime) -> Notification:
    text = (
        f"Your payment for {goods(subscription)} {spoken(step.occurrence.key)} was declined, so nothing was sent. "
        f"Please check your payment method.{_next_date(subscription)}"
    )
    return _notice(subscription, step, "payment_failed", text, at)


def missed(subscription: Subscription, step: Step, lost: Passed, at: datetime) -> Notification:
    if lost.count == 1:
        what = f"your delivery of {goods(subscription)} {spoken(step.occurrence.key)}"
        end = "It was skipped, and you were not charged."
    else:
        span = f"planned {spoken(lost.first.key)} to {spoken(step.occurrence.key).removeprefix('on ')}"
        what = f"{lost.count:,} deliveries of {goods(subscription)} {span}"
        end = "They were skipped, and you were not charged."
    return _notice(
        subscription, step, "missed", f"We are sorry: we could not make {what}. {end}{_next_date(subscription)}", at
    )


def goods(subscription: Subscription) -> str:
    """The items by name: "A", "A and B", "A, B and C"."""
    *first, last = [item.name for item in subscription.items]
    return f"{', '.join(first)} and {last}" if first else last


def spoken(key: str) -> str:
    """An occurrence in a sentence: "on 2026-11-27", "on 2026-11-27 at 10:00:10"."""
    day, _, clock = key.partition("T")
    offset = f" (UTC{clock[8:]})" if clock[8:] else ""
    return f"on {day} at {clock[:8]}{offset}" if clock else f"on {day}"


def compact(key: str) -> str:
    """An occurrence inside an id: "20261127", "20261127T100010"."""
    return "".join(c for c in key if c.isalnum())


def order_id(subscription: Subscription, step: Step) -> str:
    """One order an occurrence, however often its delivery is tried."""
    return f"ORD-{subscription.subscription_id}-{compact(step.occurrence.key)}"


def _next_date(subscription: Subscription) -> str:
    """Said of the state after the step."""
    return f" Your next delivery is {spoken(subscription.next_delivery)}." if subscription.next_delivery else ""


def _notice(
    subscription: Subscription, step: Step, kind: str, message: str, at: datetime, *, detail: str = ""
) -> Notification:
    key = step.occurrence.key
    return Notification(
        notification_id=f"{subscription.subscription_id}-{compact(key)}-{kind}{detail}",
        customer_id=subscription.customer_id,
        kind=kind,
        message=message,
        created_at=at,
        subscription_id=subscription.subscription_id,
        occurrence=key,
    )

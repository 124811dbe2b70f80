"""What all changes of a subscription ask before they are made. Pure."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from itertools import takewhile
from typing import Any
from zoneinfo import ZoneInfo

from care.errors import Conflict, Invalid
from care.models.subscription import Subscription, SubscriptionStatus
from care.rules.occurrences import moved_here, stride
from care.rules.reminders import pending
from care.rules.subscription import is_over, planned

FURTHEST = timedelta(days=2 * 366)


def local_date(subscription: Subscription, at: datetime) -> date:
    return at.astimezone(ZoneInfo(subscription.timezone)).date()


def with_fields(subscription: Subscription, **fields: Any) -> Subscription:
    if all(getattr(subscription, name) == value for name, value in fields.items()):
        return subscription
    return planned(subscription.model_copy(update=fields))


def alive(subscription: Subscription) -> None:
    if is_over(subscription):
        raise Conflict(f"Subscription {subscription.subscription_id} is cancelled.")


def by_date(subscription: Subscription) -> None:
    alive(subscription)
    if stride(subscription.schedule):
        raise Conflict("This subscription delivers several times a day: its deliveries cannot be changed by date.")


def free(subscription: Subscription, key: str) -> None:
    """Raises Conflict where the date has a delivery; one that is skipped is none."""
    if taken(subscription, key):
        raise Conflict(f"There is a delivery on {key} already.")


def taken(subscription: Subscription, key: str) -> bool:
    """Whether the local date has, had, or is about to have a delivery."""
    overdue = subscription.overdue
    done = any(d.occurrence == key for d in subscription.recent) or delivered_on(subscription, date.fromisoformat(key))
    if done or (overdue and overdue.occurrence.key == key):
        return True
    end = moved_here(subscription.schedule, key).due + timedelta(days=1)
    return any(o.key == key for o in takewhile(lambda o: o.due < end, pending(awake(subscription))))


def delivered_on(subscription: Subscription, day: date) -> bool:
    """Whether a delivery went out on this local date, perhaps a late one of the date before."""
    return any(d.outcome == "delivered" and local_date(subscription, d.at) == day for d in subscription.recent)


def awake(subscription: Subscription) -> Subscription:
    """As if it were neither paused nor cancelled: what that holds back may come again."""
    awake = {"status": SubscriptionStatus.ACTIVE, "paused_until": None, "cancel_after_next": False}
    return subscription.model_copy(update=awake)


def invalid(field: str, detail: str) -> Invalid:
    return Invalid(detail, fields={field: detail})

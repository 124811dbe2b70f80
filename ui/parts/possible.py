"""What a customer may do on a day: asked of the rules that the workflow itself asks. Pure."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from itertools import takewhile

from care.errors import CareError
from care.models.subscription import NamedItem, OneDelivery, RescheduleDelivery, Subscription
from care.rules import subscription_dates as dates
from care.rules.reminders import pending
from care.rules.subscription import is_over, items_of
from care.rules.subscription_changes import ordered_now
from care.rules.subscription_checks import local_date
from ui.parts.agenda import by_date, day_of

# How far from its date a delivery can be moved with the date picker.
REACH = timedelta(days=60)


def can_skip(subscription: Subscription, key: str, now: datetime) -> bool:
    return _passes(lambda: dates.skipped_one(subscription, OneDelivery(date=day_of(key)), now))


def can_leave_out(subscription: Subscription, key: str, now: datetime) -> list[NamedItem]:
    """The items of a delivery that can stay out of it while the others come."""
    items = items_of(subscription, key)
    if len(items) < 2 or not by_date(subscription):
        return []

    def passes(item: NamedItem) -> bool:
        wish = OneDelivery(date=day_of(key), sku=item.sku)
        return _passes(lambda: dates.skipped_one(subscription, wish, now))

    return [item for item in items if passes(item)]


def left_out(subscription: Subscription, key: str) -> list[NamedItem]:
    """Those that a customer has left out of this delivery."""
    return [item for item in subscription.items if item.sku in subscription.left_out.get(key, [])]


def can_unskip(subscription: Subscription, key: str, now: datetime) -> bool:
    return _passes(lambda: dates.unskipped(subscription, OneDelivery(date=day_of(key)), now))


def can_move(subscription: Subscription, key: str, to: date, now: datetime) -> bool:
    return to != day_of(key) and _passes(
        lambda: dates.rescheduled(subscription, RescheduleDelivery(date=day_of(key), to=to), now)
    )


def can_order_now(subscription: Subscription, now: datetime) -> bool:
    return _passes(lambda: ordered_now(subscription, now))


def free_dates(subscription: Subscription, key: str, now: datetime) -> list[date]:
    """The dates to which this delivery can be moved, in order."""
    planned_for, today = day_of(key), local_date(subscription, now)
    first, last = max(planned_for - REACH, today), max(planned_for, today) + REACH
    # Those with a delivery need no rule to be told; asking it of each would be slow for a daily subscription.
    busy = {day_of(o.key) for o in takewhile(lambda o: day_of(o.key) <= last, pending(subscription))}
    near = (first + timedelta(days=n) for n in range((last - first).days + 1))
    return [day for day in near if day not in busy and can_move(subscription, key, day, now)]


def can_come(subscriptions: list[Subscription], day: date, now: datetime) -> list[Subscription]:
    """Those whose next delivery could be moved to this day."""
    return [
        s
        for s in subscriptions
        if not is_over(s) and by_date(s) and s.next_delivery and can_move(s, s.next_delivery, day, now)
    ]


def _passes(change: Callable[[], Subscription]) -> bool:
    try:
        change()
    except CareError:
        return False
    return True

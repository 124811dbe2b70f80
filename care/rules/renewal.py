"""Subscribing again. Pure."""

from __future__ import annotations

from typing import Any

from care.models.subscription import Item, Subscription, SubscriptionRequest


def renewed(old: Subscription) -> SubscriptionRequest:
    """The request for a subscription like `old`, whose dates are counted anew from today."""
    when: dict[str, Any] = {"recurrence": _endless(old.recurrence)}
    if old.frequency:
        when = {"frequency": old.frequency, "delivery_day": old.delivery_day}
    return SubscriptionRequest(
        customer_id=old.customer_id,
        items=[Item(sku=item.sku, quantity=item.quantity) for item in old.items],
        timezone=old.timezone,
        remind_before=old.schedule.remind_before,
        address=old.address,
        payment_method=old.payment_method,
        prepaid=old.prepaid,
        **when,
    )


def _endless(recurrence: str) -> str:
    """Without the date on which the old one was to end: it may be over."""
    return ";".join(part for part in recurrence.split(";") if not part.startswith("UNTIL="))

"""Changing what a subscription delivers, where and when: recomputed from the next occurrence. Pure."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from itertools import islice, takewhile
from typing import Any
from zoneinfo import ZoneInfo

from care.errors import Conflict, Invalid
from care.models.common import milliseconds
from care.models.subscription import (
    AgreedChange,
    Frequency,
    Item,
    NamedItem,
    Occurrence,
    Overdue,
    Schedule,
    Subscription,
    SubscriptionRequest,
)
from care.rules.occurrences import midnight, next_occurrence, occurrence_due, stride
from care.rules.prepaid import check_items_may_change, check_terms, left, still_needed
from care.rules.recurrence import delivery_day, schedule_for
from care.rules.reminders import pending
from care.rules.subscription import is_over, planned

_DAY = timedelta(days=1)


def changed(subscription: Subscription, change: AgreedChange, now: datetime) -> Subscription:
    """The state with everything that the change names. Raises Conflict if it has ended, Invalid for bad fields."""
    if is_over(subscription):
        raise Conflict(f"Subscription {subscription.subscription_id} is cancelled.")
    wish = change.wish
    if not wish.model_fields_set or all(getattr(wish, name) is None for name in wish.model_fields_set):
        raise Invalid(
            "Say what to change: items, frequency, delivery_day, recurrence, timezone, address or payment_method."
        )
    fields: dict[str, Any] = {}
    if change.items is not None and not _fixed(subscription, change.items):
        fields |= {"items": change.items, "left_out": {}}
    if wish.address is not None:
        fields["address"] = wish.address
    if wish.payment_method not in (None, subscription.payment_method):
        fields |= {"payment_method": wish.payment_method, "overdue": _at_once(subscription, now)}
    if wish.frequency or wish.delivery_day is not None or wish.recurrence or wish.timezone:
        fields |= _replanned(subscription, change, now)
    if all(getattr(subscription, name) == value for name, value in fields.items()):
        return subscription
    return planned(subscription.model_copy(update=fields))


def _fixed(subscription: Subscription, items: list[NamedItem]) -> bool:
    """Whether prepaid deliveries keep the items, and their price, as they are. Raises Conflict for other items."""
    same = {item.sku: item.quantity for item in items} == {item.sku: item.quantity for item in subscription.items}
    if not same:
        ahead = list(islice(pending(subscription), left(subscription)))
        check_items_may_change(subscription, ahead[-1].key if ahead else None)
    return same and left(subscription) > 0


def _at_once(subscription: Subscription, now: datetime) -> Overdue | None:
    """Another payment method: what was declined, for good or not, is tried again now."""
    overdue, last = subscription.overdue, subscription.last_step
    if overdue is None or overdue.why != "payment":
        return overdue
    at = max(milliseconds(now), last.at) if last else milliseconds(now)
    return overdue.model_copy(update={"next_try": at})


def _replanned(subscription: Subscription, change: AgreedChange, now: datetime) -> dict[str, Any]:
    """The new calendar. What is due already is still delivered, and no date that had a delivery gets another."""
    schedule, frequency = _new_schedule(subscription, change, now)
    if schedule == subscription.schedule:
        return {}
    begins = _first_free(subscription, schedule, now)
    if next_occurrence(schedule, begins) is None:
        raise Invalid("This schedule has no delivery in the future.", fields={"recurrence": "no future date"})
    if subscription.prepaid and schedule.recurrence != subscription.recurrence:
        check_terms(subscription.prepaid, schedule, still_needed(subscription), begins)
    by_date = not stride(schedule) and not stride(subscription.schedule)
    only_zone = schedule.model_copy(update={"timezone": subscription.timezone}) == subscription.schedule
    return {
        "schedule": schedule,
        "recurrence": schedule.recurrence,
        "timezone": schedule.timezone,
        "frequency": frequency,
        "delivery_day": delivery_day(frequency, schedule),
        "extra": _late(subscription, now) if by_date else [],
        "moved": subscription.moved if only_zone else {},
        "skipped": [key for key in subscription.skipped if only_zone or _stays(schedule, key)],
        "left_out": {key: skus for key, skus in subscription.left_out.items() if only_zone or _stays(schedule, key)},
        "not_before": begins,
    }


def _new_schedule(subscription: Subscription, change: AgreedChange, now: datetime) -> tuple[Schedule, Frequency | None]:
    wish = change.wish
    old = subscription.schedule
    zone = wish.timezone or subscription.timezone
    same_rule = not (wish.frequency or wish.recurrence) and wish.delivery_day is None
    frequency = None if wish.recurrence else wish.frequency or subscription.frequency
    if same_rule:
        wanted: dict[str, Any] = {"recurrence": old.recurrence}
    elif wish.recurrence:
        wanted = {"recurrence": wish.recurrence, **_given(wish.frequency, wish.delivery_day)}
    else:
        wanted = {"frequency": frequency, "delivery_day": _day(subscription, frequency, wish.delivery_day)}
    request = SubscriptionRequest(
        customer_id=subscription.customer_id,
        items=[Item(sku=item.sku, quantity=item.quantity) for item in subscription.items],
        timezone=zone,
        remind_before=old.remind_before,
        **wanted,
    )
    made = schedule_for(
        request, customer_timezone=zone, now=now, allow_subdaily=change.allow_subdaily, offset=old.offset
    )
    if same_rule or made.recurrence == old.recurrence:  # the phase stays: every second Friday is still the same Friday
        return old.model_copy(update={"timezone": made.timezone}), frequency
    return made, frequency


def _given(frequency: Frequency | None, day: int | str | None) -> dict[str, Any]:
    named = {"frequency": frequency, "delivery_day": day}
    return {name: value for name, value in named.items() if value is not None}


def _day(subscription: Subscription, frequency: Frequency | None, asked: int | str | None) -> int | str | None:
    """The day asked for, else the day it has, else the day of its next delivery."""
    if asked is not None or frequency in (None, Frequency.DAILY):
        return asked
    old = subscription.delivery_day
    weekly = frequency is not Frequency.MONTHLY
    if old is not None and isinstance(old, str) == weekly:
        return old
    next_key = next((o.key for o in pending(subscription)), None)
    if next_key is None:
        return None
    day = date.fromisoformat(next_key[:10])
    return day.strftime("%A").lower() if weekly else day.day


def _first_free(subscription: Subscription, schedule: Schedule, now: datetime) -> datetime:
    """From here on the new schedule counts: after now, and after the last date that had a delivery."""
    if stride(schedule):
        return now
    late = [] if stride(subscription.schedule) else _late(subscription, now)
    waits = [subscription.overdue.occurrence] if subscription.overdue else []
    had = [each.occurrence[:10] for each in subscription.recent] + [o.key[:10] for o in (*late, *waits)]
    zone = ZoneInfo(schedule.timezone)
    went_out = [d.at for d in subscription.recent if d.outcome == "delivered"] + [o.due for o in late]
    had += [at.astimezone(zone).date().isoformat() for at in went_out]
    if not had:
        return now
    return max(now, midnight(schedule, date.fromisoformat(max(had)) + _DAY))


def _late(subscription: Subscription, now: datetime) -> list[Occurrence]:
    """What was due, or ordered beside the calendar, and is not done yet."""
    due = takewhile(lambda o: o.due <= now, pending(subscription))
    return [*subscription.extra, *(o for o in due if o not in subscription.extra)]


def _stays(schedule: Schedule, key: str) -> bool:
    due = occurrence_due(schedule, key)
    found = next_occurrence(schedule, due - timedelta(milliseconds=1))
    return found is not None and found.key == key

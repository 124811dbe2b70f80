"""What a customer may change in a running subscription. Pure: each gives the state after, or raises what is refused.

Asking for what is so already gives the state as it is: a second click changes nothing.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime, timedelta
from itertools import takewhile
from typing import Any
from zoneinfo import ZoneInfo

from care.errors import Conflict, Invalid
from care.models.common import milliseconds
from care.models.subscription import (
    Occurrence,
    OneDelivery,
    PauseSubscription,
    RescheduleDelivery,
    Subscription,
    SubscriptionStatus,
)
from care.rules.occurrences import midnight, moved_here, next_occurrence, stride
from care.rules.reminders import floor, pending
from care.rules.subscription import is_over, let_go, planned

MOST_EXCEPTIONS = 100
FURTHEST = timedelta(days=2 * 366)
_MILLISECOND = timedelta(milliseconds=1)


def paused(subscription: Subscription, request: PauseSubscription, now: datetime) -> Subscription:
    """No deliveries until `resume`, or until the named local date begins. Raises Conflict, Invalid."""
    _alive(subscription)
    if request.until is not None:
        _check_until(request.until, local_date(subscription, now))
    wanted = {"status": SubscriptionStatus.PAUSED, "paused_until": request.until}
    if subscription.overdue:
        return planned(let_go(subscription, now).model_copy(update=wanted))
    return _changed(subscription, **wanted)


def resumed(subscription: Subscription, now: datetime) -> Subscription:
    """Deliveries go on with the first one after `now`; those that the pause covered stay left out."""
    _alive(subscription)
    if subscription.status is not SubscriptionStatus.PAUSED:
        return subscription
    begins, today = max(now, floor(_awake(subscription))), local_date(subscription, now)
    if _delivered_on(subscription, today):
        begins = max(begins, midnight(subscription.schedule, today + timedelta(days=1)))
    return _changed(subscription, status=SubscriptionStatus.ACTIVE, paused_until=None, not_before=begins)


def skipped_one(subscription: Subscription, request: OneDelivery, now: datetime) -> Subscription:
    """Leaves out the delivery of one date; later ones stay. Raises Conflict, Invalid."""
    _alive(subscription)
    overdue = subscription.overdue
    if overdue and (request.date is None or overdue.occurrence.key == _key(request.date)):
        return planned(let_go(subscription, now))
    _by_date(subscription)
    key = _key(request.date) if request.date else _next_key(subscription, now)
    if key in subscription.skipped or _let_go_before(subscription, key):
        return subscription
    _planned_at(subscription, key, now)
    if request.sku is not None and (rest := _without(subscription, key, request.sku)):
        left_out = subscription.left_out | {key: rest}
        _room(left_out)
        return _changed(subscription, left_out=left_out)
    skipped = sorted([*subscription.skipped, key])
    _room(skipped)
    return _changed(subscription, skipped=skipped, left_out=_whole(subscription, key))


def unskipped(subscription: Subscription, request: OneDelivery, now: datetime) -> Subscription:
    """Takes a skip back, of the named date or of the nearest one. Raises Conflict, Invalid."""
    _by_date(subscription)
    key = _key(request.date) if request.date else next(iter(_skipped_ahead(subscription, now)), None)
    if key is None:
        raise Conflict("No delivery is skipped.")
    if key not in subscription.skipped:
        _planned_at(subscription, key, now)
        rest = [sku for sku in subscription.left_out.get(key, []) if request.sku not in (None, sku)]
        whole = _whole(subscription, key)
        return _changed(subscription, left_out=whole | {key: rest} if rest else whole)
    if moved_here(subscription.schedule, key).due <= now:
        raise _invalid("date", f"{key} is over: only a later delivery can be taken back.")
    _free(subscription, key)
    return _changed(subscription, skipped=[each for each in subscription.skipped if each != key])


def rescheduled(subscription: Subscription, request: RescheduleDelivery, now: datetime) -> Subscription:
    """Moves one delivery to another date. Raises Conflict, Invalid."""
    _by_date(subscription)
    key, to = _key(request.date), _key(request.to)
    if subscription.moved.get(key) == to:
        return subscription
    _planned_at(subscription, key, now)
    if key == to:
        return subscription
    _check_target(subscription, to, now)
    moved = _repointed(subscription, key, to)
    _room(moved)
    items = {to: subscription.left_out[key]} if key in subscription.left_out else {}
    return _changed(subscription, moved=moved, left_out=_whole(subscription, key) | items)


def _repointed(subscription: Subscription, key: str, to: str) -> dict[str, str]:
    """The moves with the delivery of `key` at `to`.

    All dates that it was ever planned for point there, so that the same request again finds it done.
    """
    others = {first: last for first, last in subscription.moved.items() if last != key}
    dates = {first for first, last in subscription.moved.items() if last == key} | ({key} - others.keys())
    if to in dates and _on_schedule(subscription, to):  # back where it came from
        return others
    return others | dict.fromkeys(sorted(dates - {to}), to)


def ordered_now(subscription: Subscription, now: datetime) -> Subscription:
    """One delivery today, beside the calendar. Raises Conflict where today has one."""
    _by_date(subscription)
    if subscription.status is SubscriptionStatus.PAUSED:
        raise Conflict("This subscription is paused: resume it first.")
    if subscription.overdue or subscription.extra:
        raise Conflict("A delivery is waiting already: skip it first, or wait until it has gone out.")
    today = local_date(subscription, now).isoformat()
    _free(subscription, today)
    due = milliseconds(now)  # as it is stored
    last = subscription.last_step
    due = max(due, (last.at if last else subscription.created_at) + _MILLISECOND)
    return _changed(subscription, extra=[*subscription.extra, Occurrence(key=today, due=due)])


def uncancelled(subscription: Subscription) -> Subscription:
    """Takes back an end after the next delivery. Raises Conflict once it has ended."""
    _alive(subscription)
    if not subscription.cancel_after_next:
        return subscription
    return _changed(subscription, cancel_after_next=False, cancel_reason=None)


def resumed_by_itself(subscription: Subscription) -> Subscription:
    """At the end of a pause that named it."""
    return _changed(subscription, status=SubscriptionStatus.ACTIVE, paused_until=None, not_before=floor(subscription))


def local_date(subscription: Subscription, at: datetime) -> date:
    return at.astimezone(ZoneInfo(subscription.timezone)).date()


def taken(subscription: Subscription, key: str) -> bool:
    """Whether the local date has, had, or is about to have a delivery."""
    overdue = subscription.overdue
    done = any(d.occurrence == key for d in subscription.recent) or _delivered_on(subscription, date.fromisoformat(key))
    if done or (overdue and overdue.occurrence.key == key):
        return True
    end = moved_here(subscription.schedule, key).due + timedelta(days=1)
    return any(o.key == key for o in takewhile(lambda o: o.due < end, pending(_awake(subscription))))


def _delivered_on(subscription: Subscription, day: date) -> bool:
    """Whether a delivery went out on this local date, perhaps a late one of the date before."""
    return any(d.outcome == "delivered" and local_date(subscription, d.at) == day for d in subscription.recent)


def _awake(subscription: Subscription) -> Subscription:
    """As if it were neither paused nor cancelled: what that holds back may come again."""
    awake = {"status": SubscriptionStatus.ACTIVE, "paused_until": None, "cancel_after_next": False}
    return subscription.model_copy(update=awake)


def _changed(subscription: Subscription, **fields: Any) -> Subscription:
    if all(getattr(subscription, name) == value for name, value in fields.items()):
        return subscription
    return planned(subscription.model_copy(update=fields))


def _alive(subscription: Subscription) -> None:
    if is_over(subscription):
        raise Conflict(f"Subscription {subscription.subscription_id} is cancelled.")


def _by_date(subscription: Subscription) -> None:
    _alive(subscription)
    if stride(subscription.schedule):
        raise Conflict("This subscription delivers several times a day: its deliveries cannot be changed by date.")


def _key(day: date) -> str:
    return day.isoformat()


def _next_key(subscription: Subscription, now: datetime) -> str:
    """The next delivery, skipped or not."""
    unskipped = subscription.model_copy(update={"skipped": []})
    found = next((o.key for o in pending(unskipped) if o.due > now and o not in subscription.extra), None)
    if found is None:
        raise Conflict("No delivery is planned.")
    return found


def _without(subscription: Subscription, key: str, sku: str) -> list[str]:
    """What is left out of the delivery with this item; empty when that would be all of it. Raises Invalid."""
    items = [item.sku for item in subscription.items]
    if sku not in items:
        raise _invalid("sku", f"{sku} is not part of this subscription.")
    out = {*subscription.left_out.get(key, []), sku}
    return [each for each in items if each in out] if out < set(items) else []


def _whole(subscription: Subscription, key: str) -> dict[str, list[str]]:
    """What is left out, of other deliveries."""
    return {other: skus for other, skus in subscription.left_out.items() if other != key}


def _let_go_before(subscription: Subscription, key: str) -> bool:
    return any(d.occurrence == key and d.outcome == "skipped" for d in subscription.recent)


def _skipped_ahead(subscription: Subscription, now: datetime) -> list[str]:
    exceptions = sorted({*subscription.skipped, *subscription.left_out})
    return [key for key in exceptions if moved_here(subscription.schedule, key).due > now]


def _planned_at(subscription: Subscription, key: str, now: datetime) -> None:
    """Raises Invalid unless the schedule with its moves has a delivery ahead on this date, skipped ones aside."""
    detail = f"There is no delivery planned for {key}."
    if not _within_reach(subscription, key, now):
        raise _invalid("date", detail)
    planned_here = moved_here(subscription.schedule, key)
    fits = planned_here.due >= floor(subscription) and key not in subscription.skipped
    stays = key not in subscription.moved and _on_schedule(subscription, key)
    if not fits or not (stays or key in subscription.moved.values()):
        raise _invalid("date", detail)


def _on_schedule(subscription: Subscription, key: str) -> bool:
    here = moved_here(subscription.schedule, key)
    return next_occurrence(subscription.schedule, here.due - _MILLISECOND) == here


def _within_reach(subscription: Subscription, key: str, now: datetime) -> bool:
    # Dates at the ends of the calendar have no instant in every zone.
    if not date(1971, 1, 1) < date.fromisoformat(key) <= now.date() + FURTHEST:
        return False
    return moved_here(subscription.schedule, key).due > now


def _check_target(subscription: Subscription, to: str, now: datetime) -> None:
    if not _within_reach(subscription, to, now):
        raise _invalid("to", "Choose a date that is still to come, within two years.")
    due = moved_here(subscription.schedule, to).due
    if local_date(subscription, due).isoformat() != to:
        raise _invalid("to", f"{to} does not exist in the time zone {subscription.timezone}.")
    if due < floor(subscription):
        raise Conflict(f"The subscription is paused on {to}.")
    if to in subscription.skipped:
        raise Conflict(f"The delivery of {to} is skipped: take that back instead.")
    _free(subscription, to)


def _free(subscription: Subscription, key: str) -> None:
    """Raises Conflict where the date has a delivery; one that is skipped is none."""
    if taken(subscription, key):
        raise Conflict(f"There is a delivery on {key} already.")


def _room(exceptions: Collection[str]) -> None:
    if len(exceptions) > MOST_EXCEPTIONS:
        raise Conflict(f"At most {MOST_EXCEPTIONS} deliveries can be changed ahead: pause or change it instead.")


def _check_until(until: date, today: date) -> None:
    if not today < until <= today + FURTHEST:
        raise _invalid("until", "Choose a date after today, within two years.")


def _invalid(field: str, detail: str) -> Invalid:
    return Invalid(detail, fields={field: detail})

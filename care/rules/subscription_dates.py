"""Skipping, taking back and moving single deliveries. Pure: each gives the state after, or raises what is refused.

Asking for what is so already gives the state as it is: a second click changes nothing.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime

from care.errors import Conflict
from care.models.subscription import OneDelivery, RescheduleDelivery, Subscription
from care.rules.occurrences import MOMENT, moved_here, next_occurrence
from care.rules.prepaid import check_whole
from care.rules.reminders import floor, pending
from care.rules.subscription import let_go, planned
from care.rules.subscription_checks import FURTHEST, alive, by_date, free, invalid, local_date, with_fields

MOST_EXCEPTIONS = 100


def skipped_one(subscription: Subscription, request: OneDelivery, now: datetime) -> Subscription:
    """Leaves out the delivery of one date; later ones stay. Raises Conflict, Invalid."""
    alive(subscription)
    overdue = subscription.overdue
    if overdue and (request.date is None or overdue.occurrence.key == _key(request.date)):
        return planned(let_go(subscription, now))
    by_date(subscription)
    key = _key(request.date) if request.date else _next_key(subscription, now)
    if key in subscription.skipped or _let_go_before(subscription, key):
        return subscription
    _planned_at(subscription, key, now)
    if request.sku is not None and (rest := _without(subscription, key, request.sku)):
        check_whole(subscription)
        left_out = subscription.left_out | {key: rest}
        _room(left_out)
        return with_fields(subscription, left_out=left_out)
    skipped = sorted([*subscription.skipped, key])
    _room(skipped)
    return with_fields(subscription, skipped=skipped, left_out=_whole(subscription, key))


def unskipped(subscription: Subscription, request: OneDelivery, now: datetime) -> Subscription:
    """Takes a skip back, of the named date or of the nearest one. Raises Conflict, Invalid."""
    by_date(subscription)
    key = _key(request.date) if request.date else next(iter(_skipped_ahead(subscription, now)), None)
    if key is None:
        raise Conflict("No delivery is skipped.")
    if key not in subscription.skipped:
        _planned_at(subscription, key, now)
        rest = [sku for sku in subscription.left_out.get(key, []) if request.sku not in (None, sku)]
        whole = _whole(subscription, key)
        return with_fields(subscription, left_out=whole | {key: rest} if rest else whole)
    if moved_here(subscription.schedule, key).due <= now:
        raise invalid("date", f"{key} is over: only a later delivery can be taken back.")
    free(subscription, key)
    return with_fields(subscription, skipped=[each for each in subscription.skipped if each != key])


def rescheduled(subscription: Subscription, request: RescheduleDelivery, now: datetime) -> Subscription:
    """Moves one delivery to another date. Raises Conflict, Invalid."""
    by_date(subscription)
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
    return with_fields(subscription, moved=moved, left_out=_whole(subscription, key) | items)


def _repointed(subscription: Subscription, key: str, to: str) -> dict[str, str]:
    """The moves with the delivery of `key` at `to`.

    All dates that it was ever planned for point there, so that the same request again finds it done.
    """
    others = {first: last for first, last in subscription.moved.items() if last != key}
    dates = {first for first, last in subscription.moved.items() if last == key} | ({key} - others.keys())
    if to in dates and _on_schedule(subscription, to):  # back where it came from
        return others
    return others | dict.fromkeys(sorted(dates - {to}), to)


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
        raise invalid("sku", f"{sku} is not part of this subscription.")
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
        raise invalid("date", detail)
    planned_here = moved_here(subscription.schedule, key)
    fits = planned_here.due >= floor(subscription) and key not in subscription.skipped
    stays = key not in subscription.moved and _on_schedule(subscription, key)
    if not fits or not (stays or key in subscription.moved.values()):
        raise invalid("date", detail)


def _on_schedule(subscription: Subscription, key: str) -> bool:
    here = moved_here(subscription.schedule, key)
    return next_occurrence(subscription.schedule, here.due - MOMENT) == here


def _within_reach(subscription: Subscription, key: str, now: datetime) -> bool:
    # Dates at the ends of the calendar have no instant in every zone.
    if not date(1971, 1, 1) < date.fromisoformat(key) <= now.date() + FURTHEST:
        return False
    return moved_here(subscription.schedule, key).due > now


def _check_target(subscription: Subscription, to: str, now: datetime) -> None:
    if not _within_reach(subscription, to, now):
        raise invalid("to", "Choose a date that is still to come, within two years.")
    due = moved_here(subscription.schedule, to).due
    if local_date(subscription, due).isoformat() != to:
        raise invalid("to", f"{to} does not exist in the time zone {subscription.timezone}.")
    if due < floor(subscription):
        raise Conflict(f"The subscription is paused on {to}.")
    if to in subscription.skipped:
        raise Conflict(f"The delivery of {to} is skipped: take that back instead.")
    free(subscription, to)


def _room(exceptions: Collection[str]) -> None:
    if len(exceptions) > MOST_EXCEPTIONS:
        raise Conflict(f"At most {MOST_EXCEPTIONS} deliveries can be changed ahead: pause or change it instead.")

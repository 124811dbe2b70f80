"""Subscriptions: every delivery that was asked for came once, or it was said why not; and no other came."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from tests.chaos.asking import Call, Record
from tests.chaos.auditor.shop import Document, Shop

SKIPPED = re.compile(r"Skipped: the delivery of (\d+ \w+ \d{4}) of (SUB\d+)")
_BEAT = re.compile(r"FREQ=SECONDLY;INTERVAL=(\d+);UNTIL=(\w+)")
_SPAN = re.compile(r"planned from (\S+) at (\S+) to (\S+) at (\S+)\.")
_EXPLAINS = {"missed", "out_of_stock", "payment_failed"}
# Updates and timers of one moment are done in no order that anybody was promised.
_MOMENT = timedelta(seconds=1)


def wrong_with_subscriptions(record: Record, before: Shop, after: Shop) -> Iterator[str]:
    made = [call for call, _ in record.of("POST", "/subscription") if call.done]
    again = [call for call, _ in record.of("POST", r"/subscription/resubscribe/\w+") if call.done]
    yield from _lost(record, [*made, *again], before, after)
    for call in made:
        one = call.answer["subscription_id"]
        if (stored := after["subscriptions"].get(one)) is None:
            continue  # said already
        changes = [each for each in _changes(record, one) if each.done]
        if beat := _BEAT.fullmatch(call.body.get("recurrence", "")):
            yield from _beats(call, stored, changes, int(beat[1]), beat[2], after)
        else:
            yield from _calendar(call, stored, changes, _skipped_in_chats(record, one), after)
        yield from _promises(record, one, stored, after)
    for one, stored in after.new("subscriptions", before).items():
        yield from _counted(one, stored, after)


def _changes(record: Record, one: str) -> list[Call]:
    return [call for call, _ in record.of("POST", rf"/subscription/[a-z-]+/{one}")]


def _lost(record: Record, made: list[Call], before: Shop, after: Shop) -> Iterator[str]:
    ids = Counter(call.answer["subscription_id"] for call in made)
    for one, n in ids.items():
        if one not in after["subscriptions"]:
            yield f"{one} was promised and is not there."
        if n > 1:
            yield f"{n} calls with keys of their own were answered with {one}."
    unknown = set(after.new("subscriptions", before)) - set(ids)
    if len(unknown) > len(record.unanswered):
        yield f"Nobody has asked for {', '.join(sorted(unknown))}."
    for one in set(before["subscriptions"]) - set(after["subscriptions"]):
        yield f"{one} is gone."


def _beats(call: Call, stored: Document, changes: list[Call], step: int, until: str, after: Shop) -> Iterator[str]:
    """Counted in elapsed time from nine o'clock of the first day; each is named by its local time."""
    one, zone = stored["_id"], ZoneInfo(call.body["timezone"])
    first = datetime.combine(date.fromisoformat(call.body["start_date"]), time(9), zone).astimezone(UTC)
    end = datetime.strptime(until, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    created = datetime.fromisoformat(call.answer["created_at"])
    number = (created - first) // timedelta(seconds=step) + 1
    due: dict[str, datetime] = {}
    while (at := first + number * timedelta(seconds=step)) <= end:
        due[at.astimezone(zone).replace(tzinfo=None).isoformat()] = at
        number += 1
    orders = {each["occurrence"]: each for each in after["orders"].values() if each["subscription_id"] == one}
    for occurrence in set(orders) - set(due):
        yield f"{one} was ordered for {occurrence}, when nothing is due."
    told = _told(one, list(due), after)
    latest = max((due[each] for each in orders if each in due), default=created)
    for occurrence, at in due.items():
        yield from _occurrence(one, occurrence, at, orders.get(occurrence), told, _asleep(changes, at, latest))
    yield from _items(call, changes, due, orders)


def _occurrence(
    one: str, occurrence: str, at: datetime, order: Document | None, told: dict[str, set[str]], asleep: bool | None
) -> Iterator[str]:
    """`asleep`: whether its customer had stopped deliveries; None where it raced with that."""
    explained = told.get(occurrence, set()) & _EXPLAINS
    delivered = order is not None and order["payment"]["status"] in ("paid", "refunded")
    held_back = any("payment_failed" in kinds for each, kinds in told.items() if each <= occurrence)
    if delivered and asleep:
        yield f"{one} was delivered on {occurrence}, after its customer had been told that nothing more comes."
    if delivered and explained - {"payment_failed"}:
        yield f"{one} was delivered on {occurrence}, and its customer was told that it is not: {explained}."
    if order is None and asleep is False and not explained and not held_back:
        yield f"{one} was neither delivered on {occurrence} nor was anybody told why."
    if order is not None and not delivered and order["status"] != "cancelled" and not held_back:
        yield f"{one} has an order for {occurrence} that is {order['payment']['status']}, and nobody was told."


def _told(one: str, keys: list[str], after: Shop) -> dict[str, set[str]]:
    """What the customer was told of each occurrence; a row of missed ones is told at once."""
    told: dict[str, set[str]] = {}
    for notice in after["notifications"].values():
        if notice["subscription_id"] != one:
            continue
        row = [notice["occurrence"]]
        if span := _SPAN.search(notice["message"]):
            begin, end = f"{span[1]}T{span[2]}", f"{span[3]}T{span[4]}"
            row = [key for key in keys if begin <= key <= end]
        for key in row:
            told.setdefault(key, set()).add(notice["kind"])
    return told


def _asleep(changes: list[Call], at: datetime, latest: datetime) -> bool | None:
    """Whether deliveries were stopped when this one was due. What was due before a stop, and had not come yet because
    somebody was down, may come or be dropped by it: but nothing of before it comes once later ones have."""
    state: bool | None = False
    for call in changes:
        assert call.ended is not None
        verb = call.path.split("/")[2]
        stops = verb == "pause" or (verb == "cancel" and call.body.get("when", "now") == "now")
        ends = verb == "cancel" and not stops
        if stops and (call.ended + _MOMENT < at):
            state = True
        elif (stops or ends) and (at > min(call.began, latest) or call.began - _MOMENT <= at):
            state = None if state is False else state
        elif verb in ("resume", "uncancel") and call.ended + _MOMENT < at and state is not None:
            state = False
        elif verb in ("resume", "uncancel", "change") and call.began - 60 * _MOMENT <= at <= call.ended + _MOMENT:
            state = None
        if ends and call.ended < at:
            state = None
    return state


def _items(call: Call, changes: list[Call], due: dict[str, datetime], orders: dict[str, Document]) -> Iterator[str]:
    """What was asked for last before an order was due, or, where they raced, one of the two."""
    asking = [call, *(each for each in changes if each.body and "items" in each.body)]
    wishes = [(each.began, each.ended or each.began, each.body["items"]) for each in asking]
    for occurrence, order in orders.items():
        at = due.get(occurrence)
        got = [{"sku": line["sku"], "quantity": line["quantity"]} for line in order["items"]]
        if at is None:
            continue
        certain = [items for _, ended, items in wishes if ended < at]
        allowed = certain[-1:] + [items for began, ended, items in wishes if ended >= at]
        if got not in allowed:
            yield f"{order['_id']} holds {got}, and {allowed} was asked for."


def _skipped_in_chats(record: Record, one: str) -> set[str]:
    """The dates of which a conversation has said that they are skipped."""
    replies = [call.answer["reply"] for call, _ in record.of("POST", r"/chat/\w+(?:/stream)?") if call.done]
    found = [day for reply in replies for day, named in SKIPPED.findall(reply) if named == one]
    return {told_day(day) for day in found}


def told_day(day: str) -> str:
    """ "5 December 2026" as "2026-12-05" """
    return datetime.strptime(f"{day} +0000", "%d %B %Y %z").date().isoformat()


def _calendar(call: Call, stored: Document, changes: list[Call], skipped: set[str], after: Shop) -> Iterator[str]:
    """The dates that are left of a schedule whose first one has not come yet."""
    one, start = stored["_id"], date.fromisoformat(call.body["start_date"])
    step = timedelta(days=7 if call.body["frequency"] == "weekly" else 1)
    moved: dict[str, str] = {}
    today: set[str] = set()
    over = False
    for each in changes:
        assert each.ended is not None
        match each.path.split("/")[2]:
            case "skip":
                dates = [_day(start + n * step, moved) for n in range(9)]
                skipped.add((each.body or {}).get("date") or min(dates))
            case "unskip":
                skipped.discard(each.body["date"])
            case "reschedule":
                moved = _moves(moved, each.body["date"], each.body["to"])
            case "order-now":
                zone = ZoneInfo(call.body["timezone"])
                today |= {at.astimezone(zone).date().isoformat() for at in (each.began, each.ended)}
            case "cancel":
                over = over or each.body.get("when", "now") == "now"
            case _:
                pass
    planned = sorted(_day(start + n * step, moved) for n in range(30))
    ahead = [] if over else [day for day in planned if day not in skipped][:5]
    shown = [day for day in stored["upcoming"] if day not in today]
    if shown != ahead[: len(shown)] or len(shown) < min(len(ahead), 4):
        yield f"{one} shows {shown} as its next dates, and its customer has asked for {ahead}."
    orders = Counter(each["occurrence"] for each in after["orders"].values() if each["subscription_id"] == one)
    for day in set(orders) - today:
        yield f"{one} was ordered for {day}, and nobody has asked for that."
    asked = sum(each.path.startswith("/subscription/order-now/") for each in changes)
    if bool(asked) != bool(orders) and not (over and not orders):
        yield f"{one} was to be ordered at once {asked} times, and was {sum(orders.values())} times."


def _day(day: date, moved: dict[str, str]) -> str:
    return moved.get(day.isoformat(), day.isoformat())


def _moves(moved: dict[str, str], there: str, to: str) -> dict[str, str]:
    """With the delivery of a date elsewhere; one that was moved before is moved on."""
    first = {origin for origin, now in moved.items() if now == there} or {there}
    return {**moved, **dict.fromkeys(first, to)}


def _promises(record: Record, one: str, stored: Document, after: Shop) -> Iterator[str]:
    cancels = [call for call in _changes(record, one) if call.done and call.path.startswith("/subscription/cancel/")]
    for call in cancels:
        if (call.body or {}).get("when", "now") != "now":
            continue
        if stored["status"] != "cancelled":
            yield f"{one} is {stored['status']}, and its customer was told that it is cancelled."
        late = [
            each["_id"]
            for each in after["orders"].values()
            if each["subscription_id"] == one and each["placed_at"] > call.ended
        ]
        if late:
            yield f"{one} was ordered after it had been cancelled: {', '.join(late)}."


def _counted(one: str, stored: Document, after: Shop) -> Iterator[str]:
    orders = [each for each in after["orders"].values() if each["subscription_id"] == one]
    ever = sum(each["payment"]["status"] in ("paid", "refunded") for each in orders)
    stays = sum(each["payment"]["status"] == "paid" and each["status"] != "cancelled" for each in orders)
    if not stays <= stored["deliveries"] <= ever:
        yield f"{one} counts {stored['deliveries']} deliveries, and has {stays} orders that are paid."
    ends = Counter(each["occurrence"] for each in stored["recent"])
    for occurrence, n in ends.items():
        if n > 1:
            yield f"{one} tells {n} times how {occurrence} ended."
    for end in stored["recent"]:
        if end["outcome"] == "delivered" and end["order_id"] not in after["orders"]:
            yield f"{one} says that {end['occurrence']} was delivered, and there is no such order."
    passed = max((each["occurrence"] for each in stored["recent"]), default="")
    for notice in after["notifications"].values():
        if notice["kind"] != "reminder" or notice["subscription_id"] != one or notice["occurrence"] <= passed:
            continue
        upcoming = stored["upcoming"]
        if notice["occurrence"] not in upcoming and (len(upcoming) < 5 or notice["occurrence"] < upcoming[-1]):
            yield f"{one} reminds of {notice['occurrence']}, when nothing comes."

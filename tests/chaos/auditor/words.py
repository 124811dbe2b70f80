"""What customers were told, in conversations and notices: each word is held against what is."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator

from tests.chaos.asking import Call, Record
from tests.chaos.auditor.shop import Document, Shop
from tests.chaos.auditor.subscriptions import SKIPPED, told_day

_ORDER = re.compile(r"\bORD-[A-Z0-9-]+(?:T\d{6})?")
_THING = re.compile(r"\b(?:SUB|REF)\d+\b")
_STATUS = {
    "is being prepared": "pending",
    "is on its way": "shipped",
    "has been cancelled": "cancelled",
    "was delivered": "delivered",
}
_STANDING = re.compile(rf"order (ORD-\S+) \(.*?\) (?:was placed on [^.]*? and )?({'|'.join(_STATUS)})")
_MONEY = re.compile(r"€([\d,]+)\.(\d\d)")
_PAID_BACK = re.compile(r"(?:paid back|have added) €([\d,]+)\.(\d\d)")


def wrong_with_words(record: Record, before: Shop, after: Shop) -> Iterator[str]:
    yield from _conversations(record, before, after)
    for call, _ in record.of("POST", r"/chat/\w+(?:/stream)?"):
        if call.done:
            yield from _reply(record, call, after)
    for one, notice in after.new("notifications", before).items():
        yield from _notice(one, notice, after)
    yield from _told_twice(before, after)


def _conversations(record: Record, before: Shop, after: Shop) -> Iterator[str]:
    """Each message that was answered stands there once, with its answer behind it, and no other."""
    said: defaultdict[str, list[tuple[str, str]]] = defaultdict(list)
    for call, _ in record.of("POST", r"/chat/\w+(?:/stream)?"):
        if call.done:
            said[call.answer["conversation_id"]].append((call.body["message"], call.answer["reply"]))
    turns: defaultdict[str, list[Document]] = defaultdict(list)
    for each in after["messages"].values():
        turns[each["conversation_id"]].append(each)
    for one, pairs in said.items():
        head = after["conversations"].get(one)
        if head is None:
            yield f"The conversation {one} was promised and is not there."
            continue
        mine = sorted(turns[one], key=lambda each: each["turn"])
        if [each["turn"] for each in mine] != list(range(1, len(mine) + 1)):
            yield f"The turns of {one} are {[each['turn'] for each in mine]}."
        if head["state"]["turn"] != len(mine):
            yield f"{one} remembers {head['state']['turn']} turns, and has {len(mine)}."
        stored = Counter(_pair(each["messages"]) for each in mine)
        lost, more = Counter(pairs) - stored, stored - Counter(pairs)
        yield from (f"{one} has lost what was said and answered: {pair}" for pair in lost)
        if sum(more.values()) > len(record.unanswered):
            yield from (f"{one} holds {n} times more than anybody heard: {pair}" for pair, n in more.items())
    unknown = set(after.new("conversations", before)) - set(said)
    if len(unknown) > len(record.unanswered):
        yield f"Nobody has begun {', '.join(sorted(unknown))}."


def _pair(messages: list[Document]) -> tuple[str, str]:
    texts = {each["role"]: each["text"] for each in messages}
    return texts.get("customer", ""), texts.get("assistant", "")


def _reply(record: Record, call: Call, after: Shop) -> Iterator[str]:
    reply, who = call.answer["reply"], call.who
    yield from _named(f"{call}: {reply}", reply, who, after)
    for order_id, standing in _STANDING.findall(reply):
        order = after["orders"].get(order_id)
        status = _STATUS[standing]
        if order and status != order["status"] and not _was(record, order_id, status, order, call):
            yield f"{who} was told that {order_id} {standing}, and it is {order['status']}: {reply}"
    for day, one in SKIPPED.findall(reply):
        date = told_day(day)
        stored = after["subscriptions"].get(one)
        if stored and (date not in stored["skipped"] or date in stored["upcoming"]):
            yield f"{who} was told that {one} skips {date}, and it skips {stored['skipped']}."
    for action in call.answer["actions"]:
        if action["status"] == "done":
            yield from _deed(call, action, after)


def _was(record: Record, order_id: str, status: str, order: Document, call: Call) -> bool:
    """Of a status that is another one by now: pending orders are cancelled by calls and conversations."""
    if (status, order["status"]) != ("pending", "cancelled"):
        return False
    told = [each for each, _ in record.of("POST", f"/order/cancel/{order_id}") if each.done]
    told += [
        each
        for each, _ in record.of("POST", r"/chat/\w+(?:/stream)?")
        if each.done and {"kind": "order_cancelled", "status": "done", "id": order_id} in each.answer["actions"]
    ]
    return not any(each.ended and each.ended < call.began for each in told)


def _deed(call: Call, action: Document, after: Shop) -> Iterator[str]:
    one, reply = action["id"], call.answer["reply"]
    match action["kind"]:
        case "order_cancelled":
            order = after["orders"].get(one)
            if order is None or order["status"] != "cancelled":
                yield f"{call.who} was told that {one} is cancelled, and it is {order and order['status']}: {reply}"
            elif not {*_cents(reply)} <= {order["total"]["amount"]}:
                yield f"{call.who} was told of {_cents(reply)} for {one}, which came to {order['total']['amount']}."
        case "delivery_skipped":
            if one not in after["subscriptions"]:
                yield f"{call.who} was told that {one} skips a delivery, and there is no such subscription."
        case _:
            pass


def _named(where: str, text: str, who: str, after: Shop) -> Iterator[str]:
    """What is named by its id is there, and belongs to whom it was told."""
    for order_id in _ORDER.findall(text):
        order = after["orders"].get(order_id.rstrip("-"))
        if order is None or order["customer_id"] != who:
            yield f"{order_id} is no order of {who}: {where}"
    for one in _THING.findall(text):
        home = after["subscriptions" if one.startswith("SUB") else "refunds"]
        if one not in home or home[one]["customer_id"] != who:
            yield f"{one} is nothing of {who}: {where}"


def _cents(text: str) -> list[int]:
    return [int(whole.replace(",", "")) * 100 + int(cents) for whole, cents in _MONEY.findall(text)]


def _notice(one: str, notice: Document, after: Shop) -> Iterator[str]:
    who, kind, text = notice["customer_id"], notice["kind"], notice["message"]
    yield from _named(f"notice {one}: {text}", text, who, after)
    if kind == "refund_paid" and (case := after["refunds"].get(notice["refund_id"])):
        told = [int(whole.replace(",", "")) * 100 + int(cents) for whole, cents in _PAID_BACK.findall(text)]
        if case["remedy"] != "replacement" and told != [case["amount"]["amount"]]:
            yield f"The customer of {notice['refund_id']} was told of {told}, and {case['amount']['amount']} was paid."
    of = [
        each
        for each in after["orders"].values()
        if each["subscription_id"] == notice["subscription_id"] and each["occurrence"] == notice["occurrence"]
    ]
    paid = any(each["payment"]["status"] in ("paid", "refunded") for each in of)
    if kind == "payment_recovered" and not paid:
        yield f"The notice {one} says that a payment went through, and none did."
    tries = [f"order:{each['_id']}" for each in of]
    declined = any(
        each["status"] == "declined" and any(name == key or name.startswith(f"{key}:") for key in tries)
        for name, each in after["movements"].items()
    )
    if kind == "payment_failed" and not declined:
        yield f"The notice {one} says that a payment was declined, and none was."


def _told_twice(before: Shop, after: Shop) -> Iterator[str]:
    told = Counter(
        (each["customer_id"], each["kind"], each["message"], each["occurrence"])
        for each in after.new("notifications", before).values()
        if each["kind"] not in ("refund_needs_evidence", "refund_in_review", "refund_reminder", "reminder")
    )
    yield from (f"{what[0]} was told {n} times: {what[2]}" for what, n in told.items() if n > 1)

"""The auditor finds what it looks for: books that agree pass, and each kind of damage is named in a sentence."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from copy import deepcopy
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.chaos.asking import Call, Record
from tests.chaos.auditor import Shop, differences, wrong_with_provider
from tests.chaos.auditor.shop import Document

Damage = Callable[[Record, Shop], object]

NOON = datetime(2026, 11, 22, 12, 0, 1, tzinfo=UTC)
KEYS = ("2026-11-22T12:00:05", "2026-11-22T12:00:10")
MILK = [{"sku": "MILK", "quantity": 2}]


def eur(amount: int) -> Document:
    return {"amount": amount, "currency": "EUR"}


def call(path: str, body: Any, answer: Any, *, status: int = 200, who: str = "C1", at: datetime = NOON) -> Call:
    made = Call(who, "POST", path, body, f"key {path} {body}", at, at + timedelta(milliseconds=200))
    made.status, made.answer = status, answer
    return made


def moved(kind: str, key: str, amount: int, account: str) -> tuple[Document, Document]:
    sign = -1 if kind == "charge" else 1
    movement = {"_id": key, "kind": kind, "status": "succeeded", "amount": eur(amount), "reference": f"ref {key}"}
    lines = [{"account": account, "amount": sign * amount}, {"account": "shop:x", "amount": -sign * amount}]
    return movement | {"customer_id": "C1"}, {"_id": key, "lines": lines}


def order(one: str, **more: Any) -> Document:
    return {
        "_id": one,
        "customer_id": "C1",
        "status": "pending",
        "items": [{"sku": "MILK", "quantity": 2}],
        "total": eur(300),
        "payment": {"status": "paid", "reference": f"ref order:{one}"},
        "subscription_id": None,
        "occurrence": None,
        "placed_at": NOON,
        "refunded": eur(0),
        "reserved": eur(0),
    } | more


def notice(one: str, kind: str, message: str, **about: Any) -> Document:
    named = {"subscription_id": None, "occurrence": None, "refund_id": None, "order_id": None}
    return {"_id": one, "customer_id": "C1", "kind": kind, "message": message} | named | about


def line(number: int, before: str, **about: Any) -> Document:
    told = {"act": "case_decided", "by": "amy", "about": "REF1", "detail": about, "once": f"once {number}"}
    whole = told | {"number": number, "at": "2026-11-22T12:00:01.000Z"}
    text = json.dumps(whole, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return told | {"_id": number, "at": NOON, "hash": hashlib.sha256(f"{before}\n{text}".encode()).hexdigest()}


def sound() -> tuple[Record, Shop, Shop]:
    """A subscription of two beats, of which the customer cancels the second's order, a refund that was paid, and a
    conversation about both."""
    bought = {"ORD-OLD": order("ORD-OLD", status="delivered")}
    charge, entry = moved("charge", "order:ORD-OLD", 300, "customer:C1:card")
    before = Shop(
        {
            "orders": bought,
            "movements": {charge["_id"]: charge},
            "ledger": {entry["_id"]: entry},
            "products": {"MILK": {"stock": 10}},
        }
    )
    after = deepcopy(before)
    for key in KEYS:
        one = f"ORD-SUB1-{key.replace('-', '').replace(':', '')}"
        after["orders"][one] = order(one, subscription_id="SUB1", occurrence=key)
        _book(after, *moved("charge", f"order:{one}", 300, "customer:C1:card"))
    last = after["orders"][one]
    last |= {"status": "cancelled", "payment": last["payment"] | {"status": "refunded"}}
    _book(after, *moved("refund", f"cancel-{one}", 300, "customer:C1:card"))
    after["products"]["MILK"] = {"stock": 8}
    _book(after, *moved("refund", "refund:REF1", 300, "customer:C1:card"))
    after["orders"]["ORD-OLD"]["refunded"] = eur(300)
    after["orders"]["ORD-OLD"]["payment"]["status"] = "refunded"
    after["refunds"]["REF1"] = case()
    ends = [
        {"occurrence": each["occurrence"], "outcome": "delivered", "order_id": each["_id"]} for each in _mine(after)
    ]
    after["subscriptions"]["SUB1"] = {
        "_id": "SUB1",
        "customer_id": "C1",
        "status": "cancelled",
        "deliveries": 2,
        "recent": ends,
        "upcoming": [],
        "skipped": [],
    }
    told = "We have paid back €3.00 (refund REF1, order ORD-OLD)."
    after["notifications"]["N1"] = notice("N1", "refund_paid", told, refund_id="REF1")
    first = line(1, "0" * 64, decision="approve", way="update")
    after["audit"][1] = first
    after["audit_head"]["head"] = {"number": 1, "hash": first["hash"]}
    after["conversations"]["CNV1"] = {"_id": "CNV1", "customer_id": "C1", "state": {"turn": 1}}
    said = [{"role": "customer", "text": "yes"}, {"role": "assistant", "text": f"{one} is cancelled: €3.00."}]
    after["messages"]["M1"] = {"conversation_id": "CNV1", "turn": 1, "messages": said}
    after["evidence"]["EV1"] = {"customer_id": "C1"}
    after["files.files"]["EV1"] = {}
    after.hashes["EV1"] = "sha"
    after["idempotency"]["I1"] = {"state": "done"}
    after["dispatches"]["D1"] = {"status": "sent", "notification_id": "N1", "next_at": NOON}
    return _asked(one), before, after


def _mine(after: Shop) -> list[Document]:
    return [each for each in after["orders"].values() if each["subscription_id"] == "SUB1"]


def _book(after: Shop, movement: Document, entry: Document) -> None:
    after["movements"][movement["_id"]] = movement
    after["ledger"][entry["_id"]] = entry


def case() -> Document:
    def step(event: str, status: str, second: int) -> Document:
        at = NOON + timedelta(seconds=second)
        return {"at": at, "event": event, "actor": "machine", "detail": "", "status": status}

    return {
        "_id": "REF1",
        "customer_id": "C1",
        "order_id": "ORD-OLD",
        "status": "paid",
        "hold": "paid",
        "held_amount": 300,
        "amount": eur(300),
        "remedy": "refund",
        "payment_reference": "ref refund:REF1",
        "evidence_ids": ["EV1"],
        "retry_at": None,
        "queue_at": NOON,
        "rulings": [{"reviewer": "amy", "decision": "approve"}],
        "timeline": [step("opened", "assessing", 0), step("approved", "approved", 1), step("paid", "paid", 2)],
        "version": 2,
    }


def _asked(cancelled: str) -> Record:
    record = Record()
    beat = {
        "items": MILK,
        "recurrence": "FREQ=SECONDLY;INTERVAL=5;UNTIL=20261122T120012Z",
        "timezone": "UTC",
        "start_date": "2026-11-20",
    }
    made = {"subscription_id": "SUB1", "created_at": NOON.isoformat()}
    done = {"kind": "order_cancelled", "status": "done", "id": cancelled}
    reply = {"conversation_id": "CNV1", "reply": f"{cancelled} is cancelled: €3.00.", "actions": [done]}
    opened = {"order_id": "ORD-OLD", "evidence_ids": ["EV1"]}
    record.calls = [
        call("/subscription", beat, made, status=201),
        call("/evidence", "a.jpg", {"evidence_id": "EV1", "sha256": "sha"}, status=201),
        call("/refund", opened, {"refund_id": "REF1"}, status=202),
        call("/review/decide/REF1", {"decision": "approve"}, {"status": "approved"}, who="amy"),
        call("/chat/C1", {"message": "yes"}, reply),
    ]
    return record


def test_a_shop_in_which_all_is_as_it_was_told_passes() -> None:
    assert differences(*sound()) == []


def _first(after: Shop) -> Document:
    return _mine(after)[0]


def _late_and_gone(record: Record, after: Shop) -> None:
    """Neither the order nor anything of it."""
    one = _first(after)["_id"]
    for name in ("orders", "movements", "ledger"):
        after[name].pop(one if name == "orders" else f"order:{one}")
    after["products"]["MILK"]["stock"] = 10
    after["subscriptions"]["SUB1"] |= {"deliveries": 1, "recent": after["subscriptions"]["SUB1"]["recent"][1:]}


def _stopped_before(record: Record, after: Shop, verb: str = "cancel") -> None:
    record.calls.append(call(f"/subscription/{verb}/SUB1", {}, {}, at=NOON + timedelta(seconds=1)))


def _stopped_in_vain(record: Record, after: Shop) -> None:
    _stopped_before(record, after)
    after["subscriptions"]["SUB1"]["status"] = "active"


def _ordered_afterwards(record: Record, after: Shop) -> None:
    _stopped_before(record, after)
    _first(after)["placed_at"] = NOON + timedelta(seconds=9)


def _again(record: Record, after: Shop) -> None:
    after["messages"]["M2"] = after["messages"]["M1"] | {"turn": 2}
    after["conversations"]["CNV1"]["state"]["turn"] = 2


def _told(kind: str, message: str, **about: Any) -> Damage:
    return lambda _, after: after["notifications"].update(N2=notice("N2", kind, message, **about))


def _reply(text: str) -> Damage:
    """Said and stored alike, so that only its truth is in question."""

    def change(record: Record, after: Shop) -> None:
        record.calls[-1].answer["reply"] = after["messages"]["M1"]["messages"][1]["text"] = text

    return change


def _set(name: str, one: Any, **fields: Any) -> Damage:
    return lambda _, after: after[name][one].update(fields)


def _drop(name: str, one: Any) -> Damage:
    return lambda _, after: after[name].pop(one)


DAMAGE: dict[str, Damage] = {
    # Money.
    "The ledger's entry order:ORD-OLD sums to": lambda _, s: s["ledger"]["order:ORD-OLD"]["lines"][0].update(amount=1),
    "has no entry": _drop("ledger", "refund:REF1"),
    "belongs to no movement": lambda _, s: s["ledger"].update(x=s["ledger"]["refund:REF1"]),
    "is gone": _drop("movements", "order:ORD-OLD"),
    "is declined and has an entry": _set("movements", "refund:REF1", status="declined"),
    "does not tell of customer:C1:card": lambda _, s: s["ledger"]["refund:REF1"]["lines"][0].update(
        account="wallet:C1"
    ),
    "tells of another amount": lambda _, s: s["movements"]["refund:REF1"].update(amount=eur(200)),
    "was charged 2 times": lambda _, s: _book(
        s, *moved("charge", f"order:{_first(s)['_id']}:2", 300, "customer:C1:card")
    ),
    "and 0 was charged for it": lambda _, s: s["movements"].pop(f"order:{_first(s)['_id']}"),
    "names the payment": lambda _, s: _first(s)["payment"].update(reference="another"),
    "300 was to go back, and 0 did": lambda _, s: s["movements"].pop(f"cancel-{_mine(s)[1]['_id']}"),
    "went back as if it were cancelled": lambda _, s: _mine(s)[1].update(status="pending"),
    "its open refunds hold 0": _set("orders", "ORD-OLD", reserved=eur(100)),
    "was refunded, and its refunds paid": _set("orders", "ORD-OLD", refunded=eur(200)),
    "More of order ORD-OLD": _set("orders", "ORD-OLD", refunded=eur(300), reserved=eur(1)),
    "left the stock": _set("products", "MILK", stock=9),
    "of an order is still": lambda _, s: s["order_changes"].update(x={"open": True, "status": "charging"}),
    "still owes": lambda _, s: _mine(s)[1].update(owes=True),
    "has 2 orders for": lambda _, s: s["orders"].update(x=_first(s) | {"_id": "x"}),
    "the ledger holds": lambda _, s: s["wallets"].update(C1={"balance": eur(5)}),
    # Subscriptions.
    "SUB1 was promised and is not there": _drop("subscriptions", "SUB1"),
    "Nobody has asked for": lambda _, s: s["subscriptions"].update(SUB9=s["subscriptions"]["SUB1"]),
    "calls with keys of their own were answered": lambda r, _: r.calls.append(deepcopy(r.calls[0])),
    "was neither delivered on": _late_and_gone,
    "when nothing is due": lambda _, s: _first(s).update(occurrence="2026-11-22T12:00:07"),
    "had been told that nothing more comes": _stopped_before,
    "SUB1 is active, and its customer was told": _stopped_in_vain,
    "was ordered after it had been cancelled": _ordered_afterwards,
    "that it is not": _told("missed", "We could not.", subscription_id="SUB1", occurrence=KEYS[0]),
    "and nobody was told": lambda _, s: _first(s)["payment"].update(status="failed"),
    "was asked for": lambda _, s: _first(s)["items"][0].update(quantity=3),
    "SUB1 counts 5 deliveries": _set("subscriptions", "SUB1", deliveries=5),
    "SUB1 tells 2 times how": lambda _, s: s["subscriptions"]["SUB1"]["recent"].append(
        s["subscriptions"]["SUB1"]["recent"][0]
    ),
    "there is no such order": lambda _, s: s["subscriptions"]["SUB1"]["recent"][0].update(order_id="ORD-X"),
    "when nothing comes": _told("reminder", "Soon.", subscription_id="SUB1", occurrence="2026-11-22T12:00:15"),
    # Refunds.
    "REF1 was promised and is not there": _drop("refunds", "REF1"),
    "and was answered to": _set("refunds", "REF1", order_id="ORD-X"),
    "has lost evidence": _set("refunds", "REF1", evidence_ids=[]),
    "was answered under 2 keys": lambda r, _: r.calls.append(
        call("/refund", {"order_id": "ORD-OLD"}, {"refund_id": "REF1"})
    ),
    "has moved for it": lambda _, s: _book(s, *moved("refund", "refund:REF1:2", 300, "customer:C1:card")),
    "not the one that was made": _set("refunds", "REF1", payment_reference="x"),
    "and what was reserved for it is held": _set("refunds", "REF1", hold="held"),
    "nobody goes on with it": _set("refunds", "REF1", status="approved"),
    "REF1 tells 2 times of": lambda _, s: s["refunds"]["REF1"]["timeline"].insert(
        0, s["refunds"]["REF1"]["timeline"][0]
    ),
    "its history ends with": lambda _, s: s["refunds"]["REF1"]["timeline"].pop(),
    "goes back in time": lambda _, s: s["refunds"]["REF1"]["timeline"][0].update(at=NOON + timedelta(hours=1)),
    "was told 0 times: refund_paid": _drop("notifications", "N1"),
    "was told 2 times: refund_paid": lambda _, s: s["notifications"].update(N2=s["notifications"]["N1"]),
    "and the audit record has 1 lines": _set("refunds", "REF1", rulings=[]),
    "was answered as done 0 times": lambda r, _: setattr(r.calls[3], "status", 409),
    "amy ruled by 0 signals": lambda _, s: s["audit"][1]["detail"].update(way="signal"),
    "eve ruled by 0 signals": lambda _, s: s["refunds"]["REF1"]["timeline"].insert(
        1, s["refunds"]["REF1"]["timeline"][0] | {"event": "ruling_ignored", "actor": "eve"}
    ),
    "was answered as done 2 times": lambda r, _: r.calls.append(r.calls[3]),
    "somebody was told that it is rejected": lambda r, _: r.calls[3].answer.update(status="rejected"),
    "was told that it is withdrawn": lambda r, _: r.calls.append(call("/refund/withdraw/REF1", None, {})),
    # Words.
    "The conversation CNV1 was promised": _drop("conversations", "CNV1"),
    "The turns of CNV1 are [2]": _set("messages", "M1", turn=2),
    "has lost what was said": lambda _, s: s["messages"]["M1"]["messages"][0].update(text="no"),
    "times more than anybody heard": _again,
    "remembers 7 turns": _set("conversations", "CNV1", state={"turn": 7}),
    "is no order of C1": _reply("ORD-X is cancelled: €3.00."),
    "is nothing of C1": _reply("SUB77 is cancelled: €3.00."),
    "is being prepared, and it is delivered": _reply(
        "Your order ORD-OLD (Milk) was placed on 3 May and is being prepared."
    ),
    "skips 2026-12-05": _reply("Skipped: the delivery of 5 December 2026 of SUB1 (Milk)."),
    "is cancelled, and it is pending": lambda _, s: _mine(s)[1].update(status="pending"),
    "was told of [999]": _reply("It is cancelled: €9.99."),
    "was told of [200], and 300 was paid": _set(
        "notifications", "N1", message="We have paid back €2.00 (refund REF1)."
    ),
    "says that a payment went through": _told(
        "payment_recovered", "It went through.", subscription_id="SUB1", occurrence="x"
    ),
    "says that a payment was declined": _told("payment_failed", "It was declined."),
    "C1 was told 2 times": lambda _, s: s["notifications"].update(N2=s["notifications"]["N1"]),
    # What holds the rest together.
    "was never answered": lambda r, _: setattr(r.calls[1], "status", None),
    "still in flight": _set("idempotency", "I1", state="in_flight"),
    "it was to be cancelled, and is not": lambda r, _: r.calls.append(call("/order/cancel/ORD-OLD", None, {})),
    "The file EV1 was taken": _drop("evidence", "EV1"),
    "is not what was answered": lambda _, s: s.hashes.update(EV1="other"),
    "no evidence names it": lambda _, s: s["files.files"].update(EV2={}),
    "nobody sends it": _set("dispatches", "D1", status="pending"),
    "what it told of is not there": _set("dispatches", "D1", notification_id="N9"),
    "was handed to no channel": _set("notifications", "N1", undispatched=True),
    "Line 1 of the audit record": _set("audit", 1, by="eve"),
    "its head knows of": _set("audit_head", "head", number=2),
    "has line 2 where line 1 belongs": lambda _, s: s["audit"][1].update(_id=2),
    "seen by everybody": lambda r, _: r.wrong.append("seen by everybody"),
}


@pytest.mark.parametrize("sentence", DAMAGE)
def test_each_kind_of_damage_is_named(sentence: str) -> None:
    record, before, after = sound()
    DAMAGE[sentence](record, after)
    found = differences(record, before, after)
    assert [each for each in found if sentence in each], found


def sent_back(amount: int = 300, key: str = "refund:REF1") -> Document:
    return {"amount": amount, "metadata": {"care_key": key}}


@pytest.mark.parametrize(
    ("provider", "sentence"),
    [
        ([], "300 went back 0 times under refund:REF1, and 1 times by our books."),
        ([sent_back(), sent_back()], "300 went back 2 times under refund:REF1, and 1 times by our books."),
        ([sent_back(), sent_back(70, "x")], "70 went back 1 times under x, and 0 times by our books."),
        ([sent_back(), sent_back(200)], "200 went back 1 times under refund:REF1, and 0 times by our books."),
    ],
)
def test_a_provider_that_has_paid_otherwise_than_our_books_say_is_named(
    provider: list[Document], sentence: str
) -> None:
    _, before, after = sound()
    last = sent_back(key=f"cancel-{_mine(after)[1]['_id']}")
    assert list(wrong_with_provider(before, after, [sent_back(), last])) == []
    assert list(wrong_with_provider(before, after, [*provider, last])) == [sentence]

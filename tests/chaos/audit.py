"""An auditor of a shop after a storm: plain queries of the database and of Temporal, and nothing of the product's own.

It knows what was asked for (`Wish`), reads what there is, and names every difference.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from pymongo.database import Database
from temporalio.client import Client

Document = dict[str, Any]
# What a projection shares with its workflow's state, in types that both write alike.
SHARED = (
    "status",
    "version",
    "deliveries",
    "next_delivery",
    "upcoming",
    "skipped",
    "cancel_reason",
    "cancel_after_next",
)


@dataclass(frozen=True)
class Wish:
    """A subscription that delivers on every whole `beat` of the clock after `made`, up to `until`."""

    subscription_id: str
    zone: str
    made: datetime
    until: datetime
    beat: timedelta

    def occurrences(self) -> set[str]:
        """Counted up second by second; written as the local time, which is what an order is named after."""
        found: set[str] = set()
        at = self.made.replace(microsecond=0) + timedelta(seconds=1)
        while at <= self.until:
            if at.timestamp() % self.beat.total_seconds() == 0:
                found.add(at.astimezone(ZoneInfo(self.zone)).replace(tzinfo=None).isoformat())
            at += timedelta(seconds=1)
        return found


@dataclass(frozen=True)
class Books:
    """What the database says at one moment."""

    orders: dict[str, Document]
    movements: dict[str, Document]
    entries: dict[str, Document]
    subscriptions: dict[str, Document]
    stock: dict[str, int]
    notices: list[Document]


@dataclass(frozen=True)
class RefundBooks:
    """What the database says at one moment of refunds and of the money that they have moved."""

    refunds: dict[str, Document]
    orders: dict[str, Document]
    movements: dict[str, Document]
    entries: dict[str, Document]
    wallets: dict[str, Document]
    notices: list[Document]


def refund_books(database: Database[Document]) -> RefundBooks:
    def by_id(name: str) -> dict[str, Document]:
        return {each["_id"]: each for each in database[name].find()}

    return RefundBooks(
        refunds=by_id("refunds"),
        orders=by_id("orders"),
        movements=by_id("movements"),
        entries=by_id("ledger"),
        wallets=by_id("wallets"),
        notices=list(database["notifications"].find()),
    )


def books(database: Database[Document]) -> Books:
    def by_id(name: str) -> dict[str, Document]:
        return {each["_id"]: each for each in database[name].find()}

    return Books(
        orders=by_id("orders"),
        movements=by_id("movements"),
        entries=by_id("ledger"),
        subscriptions=by_id("subscriptions"),
        stock={sku: each["stock"] for sku, each in by_id("products").items()},
        notices=list(database["notifications"].find()),
    )


def assert_nothing_is_lost_or_doubled(wishes: list[Wish], before: Books, after: Books) -> None:
    """Every occurrence is ordered once, or explained by a `missed` outcome with a notice; and nothing beside."""
    for wish in wishes:
        stored = after.subscriptions[wish.subscription_id]
        mine = [each for each in after.orders.values() if each["subscription_id"] == wish.subscription_id]
        ordered = Counter(each["occurrence"] for each in mine)
        missed = {each["occurrence"] for each in stored["recent"] if each["outcome"] == "missed"}
        assert max(ordered.values(), default=1) == 1, (wish, ordered)
        assert set(ordered) | missed == wish.occurrences(), wish
        assert set(ordered) & missed == set(), wish
        assert stored["deliveries"] == len(mine), wish
        told = [each for each in after.notices if each["subscription_id"] == wish.subscription_id]
        assert bool(missed) == any(each["kind"] == "missed" for each in told), wish
    assert set(before.subscriptions) | {wish.subscription_id for wish in wishes} == set(after.subscriptions)


def assert_the_books_agree(before: Books, after: Books) -> None:
    """One charge for each new order and none beside, entries that sum to zero, and stock that went where orders say."""
    new = {one: each for one, each in after.orders.items() if one not in before.orders}
    owed = {f"order:{one}": each["total"] for one, each in new.items()}
    charges = {one: each for one, each in after.movements.items() if one not in before.movements}
    assert {one: each["amount"] for one, each in charges.items()} == owed
    assert {(each["kind"], each["status"]) for each in charges.values()} == {("charge", "succeeded")}
    assert {each["payment"]["reference"] for each in new.values()} == {each["reference"] for each in charges.values()}
    assert {each["payment"]["status"] for each in new.values()} == {"paid"}

    entries = {one: each for one, each in after.entries.items() if one not in before.entries}
    assert set(entries) == set(owed)
    assert [one for one, each in after.entries.items() if sum(line["amount"] for line in each["lines"])] == []
    sold = [line["amount"] for each in entries.values() for line in each["lines"] if line["account"] == "shop:sales"]
    assert sum(sold) == sum(total["amount"] for total in owed.values())

    taken = Counter[str]()
    for line in (line for each in new.values() for line in each["items"]):
        taken[line["sku"]] += line["quantity"]
    gone = {sku: stock - after.stock[sku] for sku, stock in before.stock.items() if stock != after.stock[sku]}
    assert gone == taken


async def assert_projections_agree(temporal: Client, after: Books) -> None:
    """What lists show is what the workflows say, of those that have ended and of those that sleep."""

    async def state(one: str) -> Document:
        handle = temporal.get_workflow_handle(f"subscription-{one}")
        found: Document = await handle.query("state", result_type=dict)
        return found

    states = await asyncio.gather(*map(state, after.subscriptions))
    for stored, live in zip(after.subscriptions.values(), states, strict=True):
        assert {name: stored[name] for name in SHARED} == {name: live[name] for name in SHARED}
        assert [_end(each) for each in stored["recent"]] == [_end(each) for each in live["recent"]]


def _end(delivery: Document) -> tuple[str, str, str | None]:
    return delivery["occurrence"], delivery["outcome"], delivery["order_id"]


@dataclass(frozen=True)
class Case:
    """A refund that was approved, of an order and a customer of its own. `to` is "card" or "wallet"; cents."""

    refund_id: str
    order_id: str
    customer_id: str
    amount: int
    to: str

    @property
    def account(self) -> str:
        return f"wallet:{self.customer_id}" if self.to == "wallet" else f"customer:{self.customer_id}:card"


def assert_each_refund_is_paid_once(cases: list[Case], after: RefundBooks, provider: list[Document]) -> None:
    """`provider` are the refunds that the payment provider has carried out, of whatever key."""
    for case in cases:
        stored, key = after.refunds[case.refund_id], f"refund:{case.refund_id}"
        assert (stored["status"], stored["hold"], stored["amount"]["amount"]) == ("paid", "paid", case.amount), case
        moved = [each for one, each in after.movements.items() if one == key or one.startswith(f"{key}:")]
        assert [(each["status"], each["amount"]["amount"]) for each in moved] == [("succeeded", case.amount)], case
        assert stored["payment_reference"] == moved[0]["reference"], case
        entry = after.entries[key]
        gained = {line["account"]: line["amount"] for line in entry["lines"]}
        assert gained == {"shop:refunds": -case.amount, case.account: case.amount}, case
        order = after.orders[case.order_id]
        assert (order["reserved"]["amount"], order["refunded"]["amount"]) == (0, case.amount), case
        wallet = after.wallets.get(case.customer_id, {"balance": {"amount": 0}})
        assert wallet["balance"]["amount"] == (case.amount if case.to == "wallet" else 0), case
        told = Counter(each["kind"] for each in after.notices if each["customer_id"] == case.customer_id)
        assert set(told.values()) == {1}, (case, told)
        assert "refund_paid" in told, case
    keys = {f"refund:{case.refund_id}" for case in cases}
    assert set(after.movements) == set(after.entries) == keys
    theirs = sorted((each["metadata"]["care_key"], each["amount"]) for each in provider)
    assert theirs == sorted((f"refund:{case.refund_id}", case.amount) for case in cases if case.to == "card")

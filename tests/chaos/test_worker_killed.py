"""The whole product under stress: its worker killed between and during deliveries, and a crowd that claims at once."""

from __future__ import annotations

import os
import signal
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
from pymongo import MongoClient

from care.models.order import OrderStatus
from care.stores.documents import plain
from tests.running import PATIENCE, CareUp, alive
from tests.stores.make import eur, order

CLAIMS = 40 if os.environ.get("CARE_STORM_ROUNDS", "1") == "1" else 200


def ordered(client: httpx.Client, customer: str, subscription: str) -> list[dict[str, Any]]:
    """The orders of the subscription, oldest first."""
    orders = client.get(f"/orders/{customer}", params={"limit": 200}).raise_for_status().json()["items"]
    return sorted(
        (order for order in orders if order["subscription_id"] == subscription), key=lambda order: order["occurrence"]
    )


def until_ordered(client: httpx.Client, customer: str, subscription: str, at_least: int) -> list[dict[str, Any]]:
    deadline = time.monotonic() + PATIENCE
    while len(found := ordered(client, customer, subscription)) < at_least:
        assert time.monotonic() < deadline, f"only {len(found)} orders: {found}"
        time.sleep(0.2)
    return found


def killed_worker(running: CareUp) -> None:
    """Returns once the supervisor has started another one."""
    said, pid = len(running.output), running.runtime["pids"]["worker"]
    os.kill(pid, signal.SIGKILL)
    running.until("worker was started again", after=said)
    assert not alive(pid)


def test_every_occurrence_is_ordered_once_though_the_worker_is_killed_twice(whole_product: CareUp) -> None:
    customer = whole_product.account("customer")["customer_id"]
    with whole_product.signed_in("customer") as client:
        body = {
            "customer_id": customer,
            "items": [{"sku": "AMUL-MILK-1L", "quantity": 1}],
            "recurrence": "FREQ=SECONDLY;INTERVAL=2",
            "remind_before": ["PT1S"],
        }
        subscription = client.post("/subscription", json=body).raise_for_status().json()["subscription_id"]
        until_ordered(client, customer, subscription, 1)
        killed_worker(whole_product)
        seen = len(ordered(client, customer, subscription))
        until_ordered(client, customer, subscription, seen + 2)
        killed_worker(whole_product)
        seen = len(ordered(client, customer, subscription))
        until_ordered(client, customer, subscription, seen + 2)
        client.post(f"/subscription/cancel/{subscription}", json={"when": "now"}).raise_for_status()

        orders = ordered(client, customer, subscription)
        occurrences = [order["occurrence"] for order in orders]
        assert len(set(occurrences)) == len(occurrences)
        references = [order["payment"]["reference"] for order in orders]
        assert None not in references
        assert len(set(references)) == len(references)
        # Later than a beat of the recurrence, nothing has come on top.
        time.sleep(3)
        assert [order["occurrence"] for order in ordered(client, customer, subscription)] == occurrences


def test_of_many_refunds_of_one_order_at_once_those_that_fit_open_and_none_fails(whole_product: CareUp) -> None:
    customer, yesterday = whole_product.account("customer", 1)["customer_id"], datetime.now(UTC) - timedelta(days=1)
    items = {f"PIECE-{n}": 1 for n in range(CLAIMS)}
    # A voucher has paid for a quarter of it: a quarter of the claims cannot be met.
    given: dict[str, Any] = {"customer_id": customer, "placed_at": yesterday, "delivered_at": yesterday}
    given |= {"status": OrderStatus.DELIVERED, "total": eur(200 * CLAIMS * 3 // 4)}
    bought = plain(order("ORD-CROWD", items=items, **given).model_dump())

    def claimed(n: int) -> tuple[int, str]:
        body = {"order_id": "ORD-CROWD", "reason": "damaged", "complaint": "It arrived broken."}
        answer = client.post("/refund", json=body | {"items": [{"sku": f"PIECE-{n}", "quantity": 1}]})
        return answer.status_code, answer.json().get("title", "")

    with MongoClient[dict[str, Any]](whole_product.runtime["mongodb_uri"]) as database:
        orders, refunds = database["care"]["orders"], database["care"]["refunds"]
        orders.insert_one(bought | {"_id": bought.pop("order_id")})
        with whole_product.signed_in("customer", 1) as client, ThreadPoolExecutor(CLAIMS) as threads:
            answers = Counter(threads.map(claimed, range(CLAIMS)))
        reserved = orders.find_one({"_id": "ORD-CROWD"}, {"reserved": 1, "total": 1}) or {}
        held = [each["held_amount"] for each in refunds.find({"order_id": "ORD-CROWD"})]
    assert answers.pop((202, "")) == len(held) == CLAIMS * 3 // 4
    assert set(answers) <= {(422, "Not eligible"), (409, "A refund is already open")}, answers
    assert sum(held) == reserved["reserved"]["amount"] == reserved["total"]["amount"]

"""A subscription goes on, each occurrence once, when its worker is killed between and during deliveries."""

from __future__ import annotations

import os
import signal
import time
from typing import Any

import httpx

from tests.running import PATIENCE, CareUp, alive


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

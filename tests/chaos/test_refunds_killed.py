"""Refunds while their worker is killed at every step of them; then the books are audited: each is paid exactly once.

To the card through Stripe (a stand-in before localstripe), to the wallet in the shop's own ledger; some approved by the
machine, some by a person. `make chaos` runs the long form: a hundred of them, each killed at another step.
"""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import cycle
from pathlib import Path
from typing import Any

import pytest
from pymongo import MongoClient
from temporalio.client import Client, WorkflowHandle

from care.errors import NotFound
from care.models.order import OrderStatus, Payment, PaymentStatus
from care.models.refund import Refund, RefundReason, RefundStatus, Remedy
from care.stores import Stores
from care.temporal import refund_workflow_id
from tests.chaos.audit import Case, Document, assert_each_refund_is_paid_once, refund_books
from tests.fakes.stripe_server import KEY, WORKS, StripeStandIn, localstripe, stand_in
from tests.running import PATIENCE
from tests.stores.make import customer, evidence, order, refund
from workflows.refund import RefundWorkflow

ROUNDS = int(os.environ.get("CARE_STORM_ROUNDS", "1"))
KILLED, AT_ONCE = 12 if ROUNDS == 1 else 100, 12
# To whom, and by whose decision.
KINDS = (("card", "machine"), ("wallet", "machine"), ("card", "person"), ("wallet", "person"))
AMOUNT = 1500
OPEN = (RefundStatus.ASSESSING, RefundStatus.IN_REVIEW)
MISSED = timedelta(seconds=2)  # as tests/chaos/fragile_worker.py


@dataclass(frozen=True)
class Claimed:
    name: str
    to: str
    by: str

    @property
    def case(self) -> Case:
        return Case(f"REF-{self.name}", f"ORD-{self.name}", f"CUST-{self.name}", AMOUNT, self.to)


@pytest.fixture
def stripe_server(tmp_path: Path) -> Iterator[StripeStandIn]:
    with localstripe(tmp_path) as url, stand_in(url) as server:
        yield server


async def test_wherever_their_worker_is_killed_refunds_are_paid_exactly_once(
    stores: Stores, mongodb_uri: str, temporal: Client, task_queue: str, stripe_server: StripeStandIn, tmp_path: Path
) -> None:
    settings = {
        "mongodb_uri": mongodb_uri,
        "mongodb_database": stores.database.name,
        "temporal_address": temporal.service_client.config.target_host,
        "task_queue": task_queue,
        "stripe_api_key": KEY,
        "stripe_base_url": stripe_server.url,
    }
    unharmed = [Claimed(f"K{n:04d}", *kind) for n, kind in enumerate(KINDS)]
    harmed = [Claimed(f"K{n:04d}", *kind) for n, kind in zip(range(4, 4 + KILLED), cycle(KINDS), strict=False)]
    # Each customer's own payment: another's would be a signal, and the machine would leave the case to a person.
    cards = {each.name: stripe_server.customer(each.case.customer_id, WORKS) for each in unharmed + harmed}
    payments = {name: stripe_server.paid(AMOUNT, card) for name, card in cards.items()}
    with MongoClient[Document](mongodb_uri, tz_aware=True) as client:
        database = client[stores.database.name]
        with fragile(tmp_path / "unharmed", settings, unharmed, {}) as worker:
            await paid(stores, temporal, task_queue, unharmed, payments)
            steps = worker.steps()
        plan = planned(harmed, {(each.to, each.by): steps[each.name] for each in unharmed})
        for n in range(0, KILLED, AT_ONCE):
            some = harmed[n : n + AT_ONCE]
            with fragile(tmp_path / f"harmed-{n}", settings, some, plan) as worker:
                await paid(stores, temporal, task_queue, some, payments)
                assert sorted(worker.deaths()) == [each.name for each in some], "not all were killed as planned"
        everybody = [each.case for each in unharmed + harmed]
        assert_each_refund_is_paid_once(everybody, refund_books(database), stripe_server.listed("/v1/refunds"))


def planned(claims: list[Claimed], steps: dict[tuple[str, str], list[str]]) -> dict[str, str]:
    """The step at which each is killed: those of a kind are spread over all of its steps, up to the last one."""
    plan = {}
    for kind, of_kind in steps.items():
        same = [each for each in claims if (each.to, each.by) == kind]
        for n, each in enumerate(same):
            plan[each.name] = of_kind[(n + 1) * len(of_kind) // len(same) - 1]
    return plan


async def paid(
    stores: Stores, temporal: Client, task_queue: str, claims: list[Claimed], payments: dict[str, str]
) -> None:
    """All of them from the claim to the end, at once."""
    async with asyncio.timeout(PATIENCE * ROUNDS), asyncio.TaskGroup() as group:
        for each in claims:
            group.create_task(_paid(stores, temporal, task_queue, each, payments[each.name]))


async def _paid(stores: Stores, temporal: Client, task_queue: str, claim: Claimed, payment: str) -> None:
    now, case = datetime.now(UTC), claim.case
    await stores.customers.put(customer(case.customer_id, email=f"{claim.name}@shop.test"))
    bought: dict[str, Any] = {"customer_id": case.customer_id, "placed_at": now, "delivered_at": now}
    bought |= {"status": OrderStatus.DELIVERED, "payment": Payment(status=PaymentStatus.PAID, reference=payment)}
    await stores.orders.put(order(case.order_id, items={"MILK": 1}, price=AMOUNT, **bought))
    await stores.evidence.put(evidence(f"EV-{claim.name}", customer_id=case.customer_id), b"jpg")
    opened = refund(
        case.refund_id,
        order_id=case.order_id,
        customer_id=case.customer_id,
        price=AMOUNT,
        reason=RefundReason.QUALITY,
        complaint="unclear" if claim.by == "person" else "broken",
        evidence_ids=[f"EV-{claim.name}"],
        remedy=Remedy.STORE_CREDIT if claim.to == "wallet" else Remedy.REFUND,
        created_at=now,
        updated_at=now,
    )
    handle = await temporal.start_workflow(
        RefundWorkflow.run,
        opened,
        id=refund_workflow_id(case.refund_id),
        task_queue=f"{task_queue}-{claim.name}",
        task_timeout=MISSED,
    )
    if claim.by == "person":
        await ruled(stores, handle, case.refund_id)
    await handle.result()


async def ruled(stores: Stores, handle: WorkflowHandle[RefundWorkflow, Refund], refund_id: str) -> None:
    """Amy approves it once it waits for her.

    A worker that dies between storing `in_review` and telling Temporal leaves a case that is still being assessed: a
    ruling of that moment is ignored, and recorded so. Who sees that rules again.
    """
    sent = 0
    while (case := await shown(stores, refund_id)) is None or case.status in OPEN:
        ignored = sum(entry.event == "ruling_ignored" for entry in case.timeline) if case else 0
        if case and case.status is RefundStatus.IN_REVIEW and ignored == sent:
            sent += 1
            await handle.signal(RefundWorkflow.review, {"decision": "approve", "reviewer": "amy@care.test"})
        await asyncio.sleep(0.1)


async def shown(stores: Stores, refund_id: str) -> Refund | None:
    try:
        return await stores.refunds.get(refund_id)
    except NotFound:
        return None


@dataclass(frozen=True)
class Fragile:
    folder: Path

    def steps(self) -> dict[str, list[str]]:
        """Of each case, in the order in which they came first."""
        found: dict[str, list[str]] = {}
        for line in (self.folder / "steps").read_text().splitlines():
            name, _, step = line.partition(" ")
            if step not in found.setdefault(name, []) and "abort" not in step:
                found[name].append(step)
        return found

    def deaths(self) -> list[str]:
        return (self.folder / "deaths").read_text().split()


@contextmanager
def fragile(folder: Path, settings: dict[str, Any], claims: list[Claimed], plan: dict[str, str]) -> Iterator[Fragile]:
    folder.mkdir()
    config = folder / "config.json"
    config.write_text(json.dumps({"settings": settings, "cases": [each.name for each in claims], "plan": plan}))
    with (folder / "log").open("wb") as log:
        command = [sys.executable, "-m", "tests.chaos.fragile_worker", str(config)]
        process = subprocess.Popen(command, stdout=log, stderr=log)
    try:
        yield Fragile(folder)
        assert process.poll() is None, (folder / "log").read_text()
    finally:
        process.terminate()
        process.wait(30)

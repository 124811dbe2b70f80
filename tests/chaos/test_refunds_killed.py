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
from care.gateways import payments_for
from care.gateways.payments import PaymentGateway
from care.models.customer import Account, Role
from care.models.order import OrderStatus, Payment, PaymentStatus
from care.models.refund import Refund, RefundReason, RefundStatus, Remedy
from care.settings import Settings
from care.stores import Stores
from care.temporal import refund_workflow_id
from tests.chaos.asking import Call, Record
from tests.chaos.auditor import differences, read, wrong_with_provider
from tests.chaos.auditor.shop import Document
from tests.fakes.stripe_server import KEY, WORKS, StripeStandIn, localstripe, stand_in
from tests.running import PATIENCE
from tests.stores.make import customer, eur, evidence, order, refund
from workflows.refund import RefundWorkflow

ROUNDS = int(os.environ.get("CARE_STORM_ROUNDS", "1"))
KILLED, AT_ONCE = 12 if ROUNDS == 1 else 100, 12
# To whom, and by whose decision.
KINDS = (("card", "machine"), ("wallet", "machine"), ("card", "person"), ("wallet", "person"))
AMOUNT = 1500
AMY = "amy@care.test"
OPEN = (RefundStatus.ASSESSING, RefundStatus.IN_REVIEW)
MISSED = timedelta(seconds=2)  # as tests/chaos/fragile_worker.py


@dataclass(frozen=True)
class Claimed:
    name: str
    to: str
    by: str

    @property
    def refund_id(self) -> str:
        return f"REF-{self.name}"

    @property
    def order_id(self) -> str:
        return f"ORD-{self.name}"

    @property
    def customer_id(self) -> str:
        return f"CUST-{self.name}"


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
    record = Record()
    await stores.accounts.add(Account(email=AMY, password_hash="x", role=Role.AGENT, created_at=datetime.now(UTC)))
    async with payments_for(Settings.model_validate(settings), stores) as payments:
        for each in unharmed + harmed:
            stripe_server.customer(each.customer_id, WORKS)
            await bought(stores, payments, each)
    with MongoClient[Document](mongodb_uri, tz_aware=True) as client:
        database = client[stores.database.name]
        before = read(database)
        with fragile(tmp_path / "unharmed", settings, unharmed, {}) as worker:
            await paid(stores, temporal, task_queue, unharmed, record)
            steps = worker.steps()
        plan = planned(harmed, {(each.to, each.by): steps[each.name] for each in unharmed})
        for n in range(0, KILLED, AT_ONCE):
            some = harmed[n : n + AT_ONCE]
            with fragile(tmp_path / f"harmed-{n}", settings, some, plan) as worker:
                await paid(stores, temporal, task_queue, some, record)
                assert sorted(worker.deaths()) == [each.name for each in some], "not all were killed as planned"
        after = read(database)
    wrong = differences(record, before, after)
    assert [each for each in wrong if not each.endswith("was handed to no channel.")] == []  # nobody sends notices here
    assert list(wrong_with_provider(before, after, stripe_server.listed("/v1/refunds"))) == []
    assert {one: each["status"] for one, each in after["refunds"].items()} == {
        each.refund_id: "paid" for each in unharmed + harmed
    }
    kinds = {one: each["kind"] for one, each in after.new("movements", before).items()}
    assert kinds == {
        f"refund:{each.refund_id}": "wallet_credit" if each.to == "wallet" else "refund" for each in unharmed + harmed
    }


def planned(claims: list[Claimed], steps: dict[tuple[str, str], list[str]]) -> dict[str, str]:
    """The step at which each is killed: those of a kind are spread over all of its steps, up to the last one."""
    plan = {}
    for kind, of_kind in steps.items():
        same = [each for each in claims if (each.to, each.by) == kind]
        for n, each in enumerate(same):
            plan[each.name] = of_kind[(n + 1) * len(of_kind) // len(same) - 1]
    return plan


async def bought(stores: Stores, payments: PaymentGateway, claim: Claimed) -> None:
    """Each customer's own payment: another's would be a signal, and the machine would leave the case to a person."""
    now = datetime.now(UTC)
    await stores.customers.put(customer(claim.customer_id, email=f"{claim.name}@shop.test"))
    charge = await payments.charge(claim.customer_id, eur(AMOUNT), f"order:{claim.order_id}")
    payment = Payment(status=PaymentStatus.PAID, reference=charge.reference)
    known: dict[str, Any] = {"customer_id": claim.customer_id, "placed_at": now, "delivered_at": now}
    known |= {"status": OrderStatus.DELIVERED, "payment": payment}
    await stores.orders.put(order(claim.order_id, items={"MILK": 1}, price=AMOUNT, **known))
    await stores.evidence.put(evidence(f"EV-{claim.name}", customer_id=claim.customer_id), b"jpg")


async def paid(stores: Stores, temporal: Client, task_queue: str, claims: list[Claimed], record: Record) -> None:
    """All of them from the claim to the end, at once."""
    async with asyncio.timeout(PATIENCE * ROUNDS), asyncio.TaskGroup() as group:
        for each in claims:
            group.create_task(_paid(stores, temporal, task_queue, each, record))


async def _paid(stores: Stores, temporal: Client, task_queue: str, claim: Claimed, record: Record) -> None:
    now, asked = datetime.now(UTC), {"order_id": claim.order_id, "evidence_ids": [f"EV-{claim.name}"]}
    promised = {"refund_id": claim.refund_id}
    record.calls.append(Call(claim.customer_id, "POST", "/refund", asked, claim.name, now, status=202, answer=promised))
    opened = refund(
        claim.refund_id,
        order_id=claim.order_id,
        customer_id=claim.customer_id,
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
        id=refund_workflow_id(claim.refund_id),
        task_queue=f"{task_queue}-{claim.name}",
        task_timeout=MISSED,
    )
    if claim.by == "person":
        await ruled(stores, handle, claim.refund_id, record)
    await handle.result()


async def ruled(stores: Stores, handle: WorkflowHandle[RefundWorkflow, Refund], refund_id: str, record: Record) -> None:
    """Amy approves it once it waits for her.

    A worker that dies between storing `in_review` and telling Temporal leaves a case that is still being assessed: a
    ruling of that moment is ignored, and recorded so. Who sees that rules again.
    """
    signals = record.signals
    while (case := await shown(stores, refund_id)) is None or case.status in OPEN:
        ignored = sum(entry.event == "ruling_ignored" for entry in case.timeline) if case else 0
        if case and case.status is RefundStatus.IN_REVIEW and ignored == signals[AMY, refund_id]:
            signals[AMY, refund_id] += 1
            await handle.signal(RefundWorkflow.review, {"decision": "approve", "reviewer": AMY})
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

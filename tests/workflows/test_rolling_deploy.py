"""A change behind a patch is rolled out, and back, under a subscription that sleeps, a refund that waits for a person,
and an open conversation.

Three versions of a worker: one is `unaware` of the patch, the next one `knows` it, and the one after that `sets` it in
the workflows that come to it. docs/upgrading.md tells why there are two releases.
"""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime

import pytest
from temporalio.api.enums.v1 import EventType
from temporalio.client import Client, WorkflowHandle
from temporalio.testing import WorkflowEnvironment

from care.models.customer import Role
from care.models.order import OrderStatus
from care.models.refund import Refund, RefundStatus, Ruling
from care.models.subscription import CancelSubscription, OneDelivery
from care.stores import Stores
from care.temporal import refund_workflow_id
from tests.stores.make import evidence, order
from tests.workflows import conversations, refund_shop, subscriptions
from tests.workflows.altered import PATCH
from workflows.refund import RefundWorkflow
from workflows.subscription import SubscriptionWorkflow


@dataclass
class Deployment:
    """Workers of any versions on one task queue, and one customer."""

    client: Client
    stores: Stores
    mongodb_uri: str
    task_queue: str

    @asynccontextmanager
    async def worker(self, version: str) -> AsyncIterator[None]:
        """Drained at the end, as a deploy does it."""
        where = [self.mongodb_uri, self.stores.database.name, self.client.service_client.config.target_host]
        command = [sys.executable, "-m", "tests.workflows.release", version, *where, self.task_queue]
        process = await asyncio.create_subprocess_exec(*command, stdout=subprocess.PIPE)
        assert process.stdout
        try:
            assert await process.stdout.readline() == b"ready\n"
            yield
        finally:
            process.terminate()
            assert await process.wait() == 0

    async def begin(self, name: str) -> Running:
        """Returns once the subscription sleeps, the refund waits for a person and the conversation for its customer."""
        env, at = WorkflowEnvironment.from_client(self.client), datetime.now(UTC)
        milk = subscriptions.Shop(env, self.stores, self.task_queue)
        subscription = await milk.subscribe(recurrence="FREQ=WEEKLY")
        refund_id, order_id = f"REF-{name}-{self.task_queue}", f"ORD-{name}"
        bought = order(order_id, items={"MILK": 1}, price=1500, status=OrderStatus.DELIVERED, placed_at=at)
        await self.stores.orders.put(bought.model_copy(update={"delivered_at": at}))
        await self.stores.evidence.put(evidence(f"EV-{name}"), b"jpg")
        claim = refund_shop.claim(refund_id, price=1500, order_id=order_id, evidence_ids=[f"EV-{name}"])
        refund = await self.client.start_workflow(
            RefundWorkflow.run, claim, id=refund_workflow_id(refund_id), task_queue=self.task_queue
        )
        await refund_shop.until(refund, RefundStatus.IN_REVIEW)
        chat = conversations.Chat(env, self.stores, self.task_queue, name=name)
        await chat.says("hello")
        return Running(subscription, refund, chat)


@dataclass
class Running:
    subscription: subscriptions.Handle
    refund: WorkflowHandle[RefundWorkflow, Refund]
    chat: conversations.Chat

    async def go_on(self) -> None:
        """Each is asked for something, and is as it was afterwards."""
        state = await self.subscription.query(SubscriptionWorkflow.state)
        assert state.next_delivery
        delivery = OneDelivery(date=date.fromisoformat(state.next_delivery))
        skipping = await self.subscription.execute_update(SubscriptionWorkflow.skip, delivery)
        assert skipping.skipped == [state.next_delivery]
        assert (await self.subscription.execute_update(SubscriptionWorkflow.unskip, delivery)).skipped == []
        lines = len((await self.refund.query(RefundWorkflow.state)).timeline)
        await self.refund.signal("review", {"decision": "perhaps", "reviewer": "amy@care.test"})
        async with asyncio.timeout(30):
            while len((await self.refund.query(RefundWorkflow.state)).timeline) == lines:  # noqa: ASYNC110  another process
                await asyncio.sleep(0.1)
        said = len(await self.chat.said())
        await self.chat.says("hello")
        assert len(await self.chat.said()) == said + 2

    async def end(self) -> None:
        await self.subscription.execute_update(SubscriptionWorkflow.cancel, CancelSubscription())
        approval = Ruling.model_validate({"decision": "approve", "reviewer": "amy@care.test"})
        await self.refund.execute_update(RefundWorkflow.rule, approval)
        assert (await self.subscription.result()).status == "cancelled"
        assert (await self.refund.result()).status is RefundStatus.PAID

    async def history(self) -> list[tuple[int, bytes]]:
        """Of all three, in the runs with which they began: each event's type, and as what it is recorded."""
        client, begun = self.chat.env.client, self.subscription
        first = client.get_workflow_handle(begun.id, run_id=begun.first_execution_run_id)
        found: list[tuple[int, bytes]] = []
        for handle in (first, self.refund, self.chat.handle):
            found += [(each.event_type, each.SerializeToString()) async for each in handle.fetch_history_events()]
        return found

    async def patched(self) -> int:
        marker = EventType.EVENT_TYPE_MARKER_RECORDED
        return sum(kind == marker and PATCH.encode() in event for kind, event in await self.history())

    async def failed_tasks(self) -> int:
        return [kind for kind, _ in await self.history()].count(EventType.EVENT_TYPE_WORKFLOW_TASK_FAILED)


@pytest.fixture
async def deployment(temporal: Client, stores: Stores, mongodb_uri: str, task_queue: str) -> AsyncIterator[Deployment]:
    opened = Deployment(temporal, stores, mongodb_uri, task_queue)
    await subscriptions.Shop(WorkflowEnvironment.from_client(temporal), stores, task_queue).open()
    await refund_shop.hire(stores, "amy@care.test", Role.AGENT)
    yield opened
    async for each in temporal.list_workflows(f"TaskQueue = '{task_queue}' AND ExecutionStatus = 'Running'"):
        await temporal.get_workflow_handle(each.id).terminate()


async def test_a_patch_is_rolled_out_and_back_under_everything_that_runs(deployment: Deployment) -> None:
    async with deployment.worker("knows"):
        older = await deployment.begin("older")
        async with deployment.worker("sets"):
            await older.go_on()  # some of it by each
            await older.go_on()
    async with deployment.worker("sets"):
        await older.go_on()
        newer = await deployment.begin("newer")
        async with deployment.worker("knows"):
            await newer.go_on()
            await newer.go_on()
    async with deployment.worker("knows"):
        for each in (older, newer):
            await each.go_on()
            await each.end()
    assert (await older.patched(), await newer.patched()) == (0, 3)
    assert (await older.failed_tasks(), await newer.failed_tasks()) == (0, 0)


async def test_one_release_further_back_a_workflow_waits_and_nothing_is_lost(deployment: Deployment) -> None:
    async with deployment.worker("sets"):
        running = await deployment.begin("newer")
    async with deployment.worker("unaware"):
        asked = asyncio.create_task(running.end())
        async with asyncio.timeout(60):
            while not await running.failed_tasks():  # noqa: ASYNC110  another process
                await asyncio.sleep(0.1)
        assert not asked.done()
    async with deployment.worker("knows"):
        await asked

"""Workers are upgraded under a subscription that sleeps, a refund that waits and a conversation that is open, and
rolled back: on a real server, with both versions at once in between.

The newer version does something new at the start of each workflow, behind a patch. A release knows a patch before the
next one sets it (workflows/patches.py), and that is how far back one may go.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from temporalio import workflow
from temporalio.api.enums.v1 import EventType, WorkflowTaskFailedCause
from temporalio.client import Client, WorkflowHandle, WorkflowHistory
from temporalio.testing import WorkflowEnvironment

from care.models.order import OrderStatus
from care.models.refund import Assignment, Refund, RefundStatus, Ruling
from care.models.subscription import CancelSubscription, OneDelivery, SubscriptionStatus
from care.stores import Stores
from tests.graphs.talk import ME
from tests.stores.make import eur, evidence, order
from tests.workflows.altered import KINDS, PATCHED
from tests.workflows.conversations import Chat
from tests.workflows.refund_shop import SMALL, Judge, claim, until
from tests.workflows.refund_shop import Shop as Desk
from tests.workflows.release import release, replay
from tests.workflows.subscriptions import Handle, Shop
from workflows.conversation import ConversationWorkflow
from workflows.refund import RefundWorkflow
from workflows.subscription import SubscriptionWorkflow

TODAY, NEWER = KINDS.values(), PATCHED.values()


@dataclass
class Three:
    """One workflow of each kind, from `begin` to `end`; `go_on` gives each something to do."""

    sleeper: Handle
    case: WorkflowHandle[RefundWorkflow, Refund]
    talk: Chat
    steps: int = 0

    @classmethod
    async def begin(cls, temporal: Client, stores: Stores, task_queue: str, name: str) -> Three:
        env = WorkflowEnvironment.from_client(temporal)
        shop = await Shop(env, stores, task_queue).open()
        talk = await Chat(env, stores, f"{task_queue}", name=name).open()
        at = datetime.now(UTC)
        bought = order(f"ORD-{name}", items={"MILK": 1}, price=SMALL, status=OrderStatus.DELIVERED)
        await stores.orders.put(bought.model_copy(update={"shipping": eur(0), "placed_at": at, "delivered_at": at}))
        await stores.evidence.put(evidence(f"EV-{name}"), b"jpg")
        damaged = claim(f"REF-{task_queue}-{name}", order_id=f"ORD-{name}", evidence_ids=[f"EV-{name}"])
        next_week = at.date() + timedelta(days=10)
        sleeper = await shop.subscribe(recurrence="FREQ=WEEKLY", start_date=next_week)
        case = await Desk(temporal, stores, Judge(), task_queue).open(damaged)
        await until(case, RefundStatus.IN_REVIEW)
        three = cls(sleeper, case, talk)
        await three.go_on()
        return three

    async def go_on(self) -> None:
        self.steps += 1
        await self.sleeper.execute_update(SubscriptionWorkflow.skip, OneDelivery())
        await self.sleeper.execute_update(SubscriptionWorkflow.unskip, OneDelivery(date=await self._skipped()))
        moved = Assignment(by="sue@shop.test", to=f"amy{self.steps}@shop.test")
        before = await self.case.query(RefundWorkflow.state)
        assert (await self.case.execute_update(RefundWorkflow.assign, moved)).version == before.version + 1
        await self.talk.says("Well?", customer_id=ME)
        assert (await self.talk.handle.query(ConversationWorkflow.state)).turn == self.steps

    async def _skipped(self) -> Any:
        return (await self.sleeper.query(SubscriptionWorkflow.state)).skipped[0]

    async def end(self) -> None:
        await self.sleeper.execute_update(SubscriptionWorkflow.cancel, CancelSubscription())
        assert (await self.sleeper.result()).status is SubscriptionStatus.CANCELLED
        await self.case.execute_update(RefundWorkflow.rule, Ruling(decision="approve", reviewer="amy"))
        assert (await self.case.result()).status is RefundStatus.PAID
        await self.talk.handle.execute_update(ConversationWorkflow.end)
        await self.talk.handle.result()

    async def histories(self) -> list[WorkflowHistory]:
        handles: list[WorkflowHandle[Any, Any]] = [self.sleeper, self.case, self.talk.handle]
        return [await handle.fetch_history() for handle in handles]


async def notes(three: Three) -> list[int]:
    """How often each did the new thing."""
    noted = EventType.EVENT_TYPE_WORKFLOW_PROPERTIES_MODIFIED
    return [sum(event.event_type == noted for event in history.events) for history in await three.histories()]


async def could_not_replay(three: Three) -> int:
    cause = WorkflowTaskFailedCause.WORKFLOW_TASK_FAILED_CAUSE_NON_DETERMINISTIC_ERROR
    failed = [
        event.workflow_task_failed_event_attributes for history in await three.histories() for event in history.events
    ]
    return sum(each.cause == cause for each in failed)


async def test_workers_are_upgraded_and_rolled_back_under_what_sleeps_waits_and_is_open(
    temporal: Client, stores: Stores, task_queue: str
) -> None:
    def begins(name: str) -> Awaitable[Three]:
        return Three.begin(temporal, stores, task_queue, name)

    def knows() -> AbstractAsyncContextManager[None]:
        return release(temporal, stores, task_queue, NEWER)

    def sets() -> AbstractAsyncContextManager[None]:
        return release(temporal, stores, task_queue, NEWER, sets_patches=True)

    async def all_go_on(threes: list[Three]) -> None:
        await asyncio.gather(*(three.go_on() for three in threes))

    async with release(temporal, stores, task_queue, TODAY):
        threes = [await begins("old")]
        async with knows():  # both at once: a rolling deploy
            threes.append(await begins("both"))
            await all_go_on(threes)
    async with knows():
        await all_go_on(threes)
        async with sets():  # the next deploy
            await all_go_on(threes)
    async with sets():
        threes.append(await begins("new"))
        await all_go_on(threes)
        async with knows():  # rolled back, one after the other
            await all_go_on(threes)
    async with knows():
        await all_go_on(threes)
        await asyncio.gather(*(three.end() for three in threes))

    assert [await notes(three) for three in threes] == [[0, 0, 0], [0, 0, 0], [1, 1, 1]]
    assert [await could_not_replay(three) for three in threes] == [0, 0, 0]
    # Why a patch ships twice: one release further back, what the newest has begun cannot be replayed.
    for kind, history in zip(KINDS.values(), await threes[-1].histories(), strict=True):
        with pytest.raises(workflow.NondeterminismError):
            await replay(stores, kind, history)

"""What one piece of each work costs: in events, Actions and bytes of Temporal, in commands and documents of MongoDB.

Counted on Temporal's test server, which skips the time in which nothing happens, with a MongoDB of its own. The
yardstick is the same shape in bare Temporal; for commands, the documents that they write; for bytes of documents, those
of the history.
"""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from dataclasses import fields
from datetime import datetime, timedelta
from pathlib import Path
from uuid import uuid4

from temporalio.api.enums.v1 import IndexedValueType
from temporalio.api.operatorservice.v1 import AddSearchAttributesRequest
from temporalio.client import WorkflowExecutionStatus
from temporalio.testing import WorkflowEnvironment

from bench import Figure
from bench.counting import Cost, spent
from bench.servers import database
from bench.shop import CUSTOMER, MILK, REVIEWER, Judge, Shop, is_begun, keyed
from bench.yardsticks import Answering, Case, Cycle
from care import embedded
from care.keyring import KeyRing
from care.models.conversation import ChatRequest
from care.models.order import Order
from care.models.refund import RefundReason, RefundRequest, RefundStatus, Ruling
from care.models.subscription import Frequency, Item, SubscriptionRequest
from care.stores import Stores, open_stores
from care.temporal import (
    SEARCH_ATTRIBUTES,
    conversation_workflow_id,
    data_converter,
    refund_workflow_id,
    subscription_workflow_id,
)

Work = Callable[[], AsyncIterator[list[str]]]

_DAY = timedelta(days=1)
_PATIENCE = 120.0  # seconds
_UNITS = {
    "events": "events",
    "actions": "Actions",
    "history_bytes": "bytes of history",
    "commands": "commands to MongoDB",
    "written": "documents written",
    "documents": "documents kept",
    "document_bytes": "bytes of documents",
}
_TARGETS = {("a weekly cycle", "events"): "<= 24", ("a weekly cycle", "actions"): "<= 6"}


def cycle(many: int) -> list[Figure]:
    """Each work `many` times, one after the other, and its mean."""
    with tempfile.TemporaryDirectory(prefix="care-bench-") as folder, database(Path(folder)) as uri:
        return asyncio.run(_measured(uri, many))


async def _measured(uri: str, many: int) -> list[Figure]:
    settings = keyed(mongodb_uri=uri, mongodb_database="bench")
    async with AsyncExitStack() as stack:
        stores = await stack.enter_async_context(open_stores(uri, "bench"))
        env = await stack.enter_async_context(await _skipping(settings.key_ring(), stores))
        shop = await Shop(env.client, stores, Judge()).open()
        await stack.enter_async_context(shop.worker())
        bench = _Bench(env, shop, many)
        return [
            *await bench.compared("the start of a subscription", bench.subscriptions, bench.answers),
            *await bench.compared("a refund that the machine approves", bench.refunds, bench.cases),
            *await bench.compared("a refund that a person approves", bench.reviewed, bench.cases),
            *await bench.compared("a message in a conversation", bench.messages, bench.answers),
            *await bench.weeks(),
        ]


async def _skipping(ring: KeyRing, stores: Stores) -> WorkflowEnvironment:
    env = await WorkflowEnvironment.start_time_skipping(
        test_server_existing_path=embedded.test_server_binary(), data_converter=data_converter(ring, stores.data_keys)
    )
    kinds = {n: IndexedValueType.Value(f"INDEXED_VALUE_TYPE_{k.upper()}") for n, k in SEARCH_ATTRIBUTES.items()}
    await env.client.operator_service.add_search_attributes(
        AddSearchAttributesRequest(namespace=env.client.namespace, search_attributes=kinds)
    )
    return env


class _Bench:
    """Each work yields the ids of its workflows just before what is measured, and again after it."""

    def __init__(self, env: WorkflowEnvironment, shop: Shop, many: int) -> None:
        self._env, self._shop, self._many = env, shop, many
        self._subscriptions: list[str] = []

    async def compared(self, what: str, product: Work, bare: Work) -> list[Figure]:
        return _figures(what, await self._cost(product), await self._cost(bare))

    async def weeks(self) -> list[Figure]:
        """Of those subscriptions whose start was counted: MongoDB counts what any others do as well."""
        names = ("two reminders", "a delivery", "a weekly cycle", "a year of a weekly subscription")
        products = await self._weeks(self._subscriptions)
        cycles = await self._weeks([await self._started(Cycle) for _ in range(self._many)])
        found = zip(names, products, cycles, strict=True)
        return [figure for what, product, bare in found for figure in _figures(what, product, bare)]

    async def _cost(self, work: Work) -> Cost:
        before, after = [await self._spent(ids) async for ids in work()]
        return (after - before) / self._many

    async def _weeks(self, ids: list[str]) -> list[Cost]:
        """Of the two reminders of a week, of its delivery, of both, and of a year."""
        begun = await self._spent(ids)
        now = await self._env.get_current_time()
        # Of the weekday on which they are delivered; those of the yardstick are due at the hour at which it began.
        evening = now.replace(hour=23, minute=59) + 7 * _DAY
        costs = []
        for at in (evening, evening + 6 * _DAY, evening + 7 * _DAY, now + 364 * _DAY):
            await self._until(at)
            costs.append(await self._spent(ids))
        delivered, reminded, again, over = costs
        found = [reminded - delivered, again - reminded, again - delivered, over - begun]
        return [each / self._many for each in found]

    async def _until(self, at: datetime) -> None:
        """In small steps: a busy machine plays a year of many for longer than a call may take."""
        while (left := at - await self._env.get_current_time()) > timedelta(0):
            await self._env.sleep(min(left, 7 * _DAY))

    async def _spent(self, ids: list[str]) -> Cost:
        return await spent(self._env.client, self._shop.stores, ids)

    async def subscriptions(self) -> AsyncIterator[list[str]]:
        yield []
        wish = SubscriptionRequest(
            customer_id=CUSTOMER, items=[Item(sku=MILK.sku, quantity=1)], frequency=Frequency.WEEKLY
        )  # on today's weekday
        started = [(await self._shop.client.subscribe(wish)).subscription_id for _ in range(self._many)]
        for each in started:
            await is_begun(self._env.client, each)
        self._subscriptions = [subscription_workflow_id(each) for each in started]
        yield self._subscriptions

    async def refunds(self) -> AsyncIterator[list[str]]:
        self._shop.judge.sure = True
        orders = [await self._shop.delivered(f"ORD-{uuid4().hex}") for _ in range(self._many)]
        yield []
        yield [await self._settled(await self._claimed(each)) for each in orders]

    async def reviewed(self) -> AsyncIterator[list[str]]:
        self._shop.judge.sure = False
        orders = [await self._shop.delivered(f"ORD-{uuid4().hex}") for _ in range(self._many)]
        yield []
        cases = [await self._claimed(each) for each in orders]
        for each in cases:
            await self._at_the_desk(each)
            await self._shop.client.rule(each, Ruling(decision="approve", note="", reviewer=REVIEWER))
        yield [await self._settled(each) for each in cases]

    async def _at_the_desk(self, refund_id: str) -> None:
        async with asyncio.timeout(_PATIENCE):
            while True:
                if (await self._shop.stores.refunds.get(refund_id)).status is RefundStatus.IN_REVIEW:
                    return
                await asyncio.sleep(0.05)

    async def cases(self) -> AsyncIterator[list[str]]:
        yield []
        ids = [await self._started(Case) for _ in range(self._many)]
        for each in ids:
            await self._ended(each)
        yield ids

    async def messages(self) -> AsyncIterator[list[str]]:
        client, ask = self._shop.client, ChatRequest(message="Where is my order?")
        begun = [(await client.say(CUSTOMER, ask)).conversation_id for _ in range(self._many)]
        ids = [conversation_workflow_id(each) for each in begun]
        yield ids
        for each in begun:
            await client.say(CUSTOMER, ask.model_copy(update={"conversation_id": each}))
        yield ids

    async def answers(self) -> AsyncIterator[list[str]]:
        ids = [await self._started(Answering) for _ in range(self._many)]
        yield ids
        for each in ids:
            await self._env.client.get_workflow_handle(each).execute_update(Answering.ask)
        yield ids

    async def _started(self, bare: type[Cycle | Case | Answering]) -> str:
        handle = await self._env.client.start_workflow(bare.run, id=uuid4().hex, task_queue=self._shop.task_queue)
        return handle.id

    async def _ended(self, workflow_id: str) -> None:
        """Asked again and again: a busy test server lets those go with nothing who wait for an end."""
        handle = self._env.client.get_workflow_handle(workflow_id)
        async with asyncio.timeout(_PATIENCE):
            while (await handle.describe()).status is WorkflowExecutionStatus.RUNNING:  # noqa: ASYNC110
                await asyncio.sleep(0.05)

    async def _claimed(self, order: Order) -> str:
        wish = RefundRequest(
            order_id=order.order_id,
            reason=RefundReason.DAMAGED,
            complaint="It arrived crushed.",
            evidence_ids=[f"EV-{order.order_id}"],
        )
        return (await self._shop.client.open_refund(order.customer_id, wish)).refund_id

    async def _settled(self, refund_id: str) -> str:
        """The id of its workflow, once that has ended. Raises RuntimeError if nothing was paid."""
        workflow_id = refund_workflow_id(refund_id)
        await self._ended(workflow_id)
        if (await self._shop.stores.refunds.get(refund_id)).status is not RefundStatus.PAID:
            raise RuntimeError(f"{refund_id} was not paid")
        return workflow_id


def _figures(what: str, product: Cost, bare: Cost) -> list[Figure]:
    def figure(name: str) -> Figure:
        if name in ("events", "actions", "history_bytes"):
            yardstick = getattr(bare, name)
        else:  # the fewest commands that there can be: one for each document that is written
            yardstick = product.history_bytes if name == "document_bytes" else product.written
        value, target = getattr(product, name), _TARGETS.get((what, name), "")
        return Figure(f"{what}: {name}", value, _UNITS[name], yardstick, target)

    return [figure(field.name) for field in fields(Cost)]

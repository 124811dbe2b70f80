"""Subscriptions that are ready, and begin without the client: as many a second as Temporal and a worker take.

The client looks at products, addresses and a customer's other subscriptions before it begins one; `care bench start`
measures it.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from temporalio.client import Client

from bench.shop import CUSTOMER, MILK
from care.models.customer import Customer
from care.models.subscription import Frequency, Item, NamedItem, Subscription, SubscriptionRequest
from care.rules.recurrence import delivery_day, schedule_for
from care.settings import Settings
from care.stores import Stores
from care.temporal import subscription_workflow_id

T = TypeVar("T")

PRODUCTS = 50  # one product's stock is one document: see bench/hot.py
AT_ONCE = 20
PATIENCE = 900.0  # seconds without one more


async def furnish(stores: Stores) -> None:
    """A customer, and the products of all subscriptions."""
    now = datetime.now(UTC)
    await stores.customers.put(Customer(customer_id=CUSTOMER, name="Ana", email="ana@shop.test", created_at=now))
    for n in range(PRODUCTS):
        await stores.products.put(MILK.model_copy(update={"sku": f"MILK{n}"}))


def subscription(n: int) -> Subscription:
    """A monthly one, by the id SUB and `n`, that sleeps for some weeks."""
    now = datetime.now(UTC)
    now = now.replace(microsecond=now.microsecond // 1000 * 1000)
    sku = f"MILK{n % PRODUCTS}"
    wish = SubscriptionRequest(
        customer_id=CUSTOMER,
        items=[Item(sku=sku, quantity=1)],
        frequency=Frequency.MONTHLY,
        delivery_day=min(28, now.day),
        start_date=now.date() + timedelta(days=5),
    )
    schedule = schedule_for(wish, customer_timezone="UTC", now=now, allow_subdaily=False)
    return Subscription(
        subscription_id=f"SUB{n:03}",
        customer_id=CUSTOMER,
        items=[NamedItem(sku=sku, name=MILK.name, quantity=1, price=MILK.price)],
        frequency=Frequency.MONTHLY,
        delivery_day=delivery_day(Frequency.MONTHLY, schedule),
        recurrence=schedule.recurrence,
        timezone=schedule.timezone,
        schedule=schedule,
        created_at=now,
    )


async def begin(temporal: Client, stores: Stores, settings: Settings, ones: Sequence[Subscription]) -> None:
    """Until a worker has each of them on its customer's list. Raises RuntimeError if it stops on the way."""

    async def each(one: Subscription) -> None:
        await temporal.start_workflow(
            "SubscriptionWorkflow",
            one,
            id=f"{subscription_workflow_id(one.subscription_id)}-{settings.task_queue}",
            task_queue=settings.task_queue,
        )

    listed = stores.database["subscriptions"]
    wanted = await listed.estimated_document_count() + len(ones)
    await in_parts(ones, each)
    await until_as_many(listed.estimated_document_count, wanted)


async def in_parts(ones: Sequence[T], work: Callable[[T], Awaitable[None]]) -> None:
    gate = asyncio.Semaphore(AT_ONCE)

    async def each(one: T) -> None:
        async with gate:
            await work(one)

    await asyncio.gather(*map(each, ones))


async def until_as_many(counted: Callable[[], Awaitable[int]], wanted: int) -> None:
    """Raises RuntimeError after PATIENCE seconds in which there was not one more."""
    so_far, since = -1, time.monotonic()
    while (found := await counted()) < wanted:
        if found > so_far:
            so_far, since = found, time.monotonic()
        elif time.monotonic() - since > PATIENCE:
            raise RuntimeError(f"there are {found} of {wanted}, and there will not be more")
        await asyncio.sleep(0.2)

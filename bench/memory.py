"""What a worker weighs while its subscriptions sleep.

The yardstick: a worker of the same kind that has none. Each has a task queue of its own.
"""

from __future__ import annotations

import asyncio
import tempfile
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path

from bench import Figure
from bench.servers import Servers, megabytes, servers
from bench.shop import keyed
from bench.workers import care_worker
from care.errors import Unavailable
from care.gateways.ledger import LedgerGateway
from care.models.customer import Customer
from care.models.money import Money
from care.models.order import Product
from care.models.subscription import Frequency, Item, SubscriptionRequest
from care.policy import load_policy
from care.settings import Settings
from care.stores import open_stores
from care.temporal import connect
from workflows.client import CareClient

FEW = 10
SETTLE = 20.0  # seconds: the local model is loaded, and what starting has left over is given back
AT_ONCE = 20
_MILK = Product(sku="MILK", name="Milk", price=Money(amount=149, currency="EUR"), stock=1)


def memory(many: int) -> list[Figure]:
    """Workers with none, ten and `many` subscriptions, one after the other."""
    with tempfile.TemporaryDirectory(prefix="care-bench-") as folder, servers(Path(folder)) as both:
        nothing, few, much = (_weight(both, Path(folder), count) for count in (0, FEW, many))
    return [
        Figure("memory, worker with nothing", nothing, "MB"),
        Figure(f"memory, worker with {FEW} sleeping subscriptions", few, "MB", nothing),
        Figure(f"memory, worker with {many:,} sleeping subscriptions", much, "MB", nothing),
        Figure(f"memory, {many:,} above {FEW}", much - few, "MB", few - nothing, "< 100"),
    ]


def _weight(both: Servers, folder: Path, count: int) -> float:
    settings = keyed(
        mongodb_uri=both.mongodb_uri,
        mongodb_database="bench",
        temporal_address=both.temporal_address,
        task_queue=f"bench-{count}",
    )
    with care_worker(settings, folder) as pid:
        asyncio.run(_started(settings, count))
        time.sleep(SETTLE)
        return megabytes(pid)


async def _started(settings: Settings, count: int) -> None:
    """Monthly subscriptions, each on its customer's list and asleep."""
    async with open_stores(settings.mongodb_uri, settings.mongodb_database) as stores:
        await stores.products.put(_MILK)
        await stores.customers.put(
            Customer(customer_id="C1", name="Ana", email="ana@shop.test", created_at=datetime.now(UTC))
        )
        temporal = await connect(settings, stores)
        client = CareClient(
            temporal, stores, load_policy(None), LedgerGateway(stores.ledger), task_queue=settings.task_queue
        )
        await _patiently(client.ready)
        request = SubscriptionRequest(
            customer_id="C1", items=[Item(sku=_MILK.sku, quantity=1)], frequency=Frequency.MONTHLY
        )
        gate = asyncio.Semaphore(AT_ONCE)

        async def one(n: int) -> None:
            async with gate:
                await _patiently(lambda: client.subscribe(request, once=f"{count} {n}"))

        await asyncio.gather(*(one(n) for n in range(count)))


async def _patiently(attempt: Callable[[], Awaitable[object]]) -> None:
    """A machine with two cores may answer late: asking again starts nothing twice."""
    while True:
        try:
            await attempt()
        except Unavailable:
            await asyncio.sleep(0.2)
        else:
            return

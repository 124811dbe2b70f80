"""Documents that everybody writes: how many writes a second one of them takes.

The yardstick is the same work where each writer has a database, and so a document, of its own.
"""

from __future__ import annotations

import asyncio
import tempfile
import time
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

from bench import Figure, of_rounds
from bench.servers import database
from bench.shop import CUSTOMER, MILK
from care.models.money import Money
from care.models.order import Order, OrderLine, OrderStatus, Payment, PaymentStatus
from care.stores import Stores, open_stores

PROCESSES, TASKS = 4, 5  # whose writers take turns within a process, and collide across them
ROUNDS = 3
COLLECTIONS = ("audit", "audit_head", "counters", "orders", "products")
Work = Callable[[Stores], Awaitable[object]]


def hot(many: int) -> list[Figure]:
    """`many` writes for each figure, in each round."""
    with tempfile.TemporaryDirectory(prefix="care-bench-") as folder, database(Path(folder)) as uri:
        return asyncio.run(_measured(uri, many))


async def _measured(uri: str, many: int) -> list[Figure]:
    async with AsyncExitStack() as stack:

        async def opened(name: str) -> Stores:
            # Its collections and no index: what is written here is found by `_id`.
            stores = await stack.enter_async_context(open_stores(uri, name, indexes=False))
            if not await stores.database.list_collection_names():
                for collection in COLLECTIONS:
                    await stores.database.create_collection(collection)
                await stores.products.put(MILK)
            return stores

        together = [await opened("bench") for _ in range(PROCESSES)] * TASKS
        apart = [await opened(f"bench{number}") for number in range(PROCESSES * TASKS)]

        async def compared(what: str, work: Work) -> Figure:
            await _rate(apart, work, len(apart))  # collections are made, connections opened
            rounds = [(await _rate(together, work, many), await _rate(apart, work, many)) for _ in range(ROUNDS)]
            shared, own = zip(*rounds, strict=True)
            return of_rounds(what, list(shared), "1/s", list(own))

        return [
            await compared("ids from one counter", lambda stores: stores.ids.next("SUB")),
            await compared("lines of the audit record", lambda stores: stores.audit.append("signed_in", by="bench")),
            await compared("orders that take one product's stock", lambda stores: stores.orders.place(_order())),
        ]


async def _rate(stores: list[Stores], work: Work, many: int) -> float:
    """Writes a second, by as many writers as there are `stores`."""
    each = max(1, many // len(stores))

    async def write(own: Stores) -> None:
        for _ in range(each):
            await work(own)

    began = time.monotonic()
    await asyncio.gather(*map(write, stores))
    return each * len(stores) / (time.monotonic() - began)


def _order() -> Order:
    none = Money(amount=0, currency="EUR")
    return Order(
        order_id=f"ORD-{uuid4().hex}",
        customer_id=CUSTOMER,
        status=OrderStatus.PENDING,
        items=[OrderLine(sku=MILK.sku, name=MILK.name, quantity=1, price=MILK.price)],
        shipping=none,
        total=MILK.price,
        payment=Payment(status=PaymentStatus.PENDING),
        placed_at=datetime.now(UTC),
        refunded=none,
        reserved=none,
    )

"""A small storm over a deployment: the product's deliveries, and bare workflows with a timer, in turns."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from itertools import count
from uuid import uuid4

from bench import Figure, of_rounds
from bench.alternating import ROUNDS
from bench.deployed import BARE_QUEUE, Deployment
from bench.ready import begin, furnish, in_parts, subscription, until_as_many
from bench.yardsticks import Due
from care.models.subscription import Occurrence
from care.temporal import connect

MANY = 30
_LEAD = 5.0  # seconds until all have begun, on a machine with nothing else to do
_MOST_LEAD = 80.0
_PATIENCE = 120.0  # seconds
_FIRST = 900_000_000  # the numbers of subscriptions that come by the door are lower

Storm = Callable[[datetime], Awaitable[Callable[[], Awaitable[float]]]]


async def small_storms(what: str, there: Deployment) -> Figure:
    """Milliseconds from when all are due until the last one is made, for each of them."""
    await furnish(there.stores)
    numbers = count(_FIRST)

    async def product(due: datetime) -> Callable[[], Awaitable[float]]:
        ones = [subscription(next(numbers)) for _ in range(MANY)]
        occurrence = Occurrence(key=f"{due:%Y-%m-%d}", due=due)
        ones = [one.model_copy(update={"extra": [occurrence]}) for one in ones]
        await begin(await connect(there.settings, there.stores), there.stores, there.settings, ones)
        orders = [f"ORD-{one.subscription_id}-{due:%Y%m%d}" for one in ones]
        made = {"_id": {"$in": [f"order:{order}" for order in orders]}}
        movements = there.stores.database["movements"]

        async def last() -> float:
            await until_as_many(lambda: movements.count_documents(made), MANY)
            moments: list[float] = [each["at"].timestamp() async for each in movements.find(made, {"at": 1})]
            return max(moments)

        return last

    async def bare(due: datetime) -> Callable[[], Awaitable[float]]:
        ids = [uuid4().hex for _ in range(MANY)]

        async def started(workflow_id: str) -> None:
            await there.bare.start_workflow(Due.run, due, id=workflow_id, task_queue=BARE_QUEUE)

        await in_parts(ids, started)

        async def last() -> float:
            async with asyncio.timeout(_PATIENCE):
                await asyncio.gather(*(there.bare.get_workflow_handle(each).result() for each in ids))
            return time.time()

        return last

    rounds = [(await _each(product), await _each(bare)) for _ in range(ROUNDS)]
    values, yardsticks = zip(*rounds, strict=True)
    return of_rounds(what, list(values), "ms", list(yardsticks))


async def _each(storm: Storm) -> float:
    """Anew, with more time before it, where not all had begun when they were due. Raises RuntimeError at last."""
    lead = _LEAD
    while lead <= _MOST_LEAD:
        due = datetime.now(UTC).replace(microsecond=0) + timedelta(seconds=lead)
        last = await storm(due)
        if (left := (due - datetime.now(UTC)).total_seconds()) > 0:
            await asyncio.sleep(left)
            return 1000 * (await last() - due.timestamp()) / MANY
        lead *= 2
    raise RuntimeError(f"{MANY} subscriptions do not begin within {_MOST_LEAD:.0f} s")

"""What a worker weighs while its subscriptions sleep, and a web process while people have the portal open.

The yardsticks: a worker of bare Temporal with the same options, in which as many workflows sleep on a timer; and
bench/portal.py's.
"""

from __future__ import annotations

import asyncio
import os
import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from uuid import uuid4

from temporalio.client import Client

from bench import Figure, bare
from bench.portal import chromium, portal
from bench.ready import begin, furnish, in_parts, subscription
from bench.servers import Servers, megabytes, servers
from bench.shop import Judge, Shop, keyed
from bench.workers import several
from bench.yardsticks import Due
from care.errors import Unavailable
from care.stores import open_stores
from care.temporal import connect

FEW = 10
STEPS = (0, FEW, 1_000, 10_000)
WINDOWS = 50
SETTLE = 20.0  # seconds: the local model is loaded, and what starting has left over is given back
_PATIENCE = 120.0  # seconds
_ASLEEP = 5  # events: started, a workflow task of three, and the timer


def memory(many: int) -> list[Figure]:
    """One worker with none, ten, and more and more subscriptions, up to `many`; and up to 50 windows of the portal.

    Raises SetupError without a Chromium.
    """
    browser = chromium()
    steps = [*(step for step in STEPS if step < many), many]
    with tempfile.TemporaryDirectory(prefix="care-bench-") as folder, servers(Path(folder)) as both:
        found = asyncio.run(_weights(both, Path(folder), steps))
    return [*_figures(found), *portal(min(many, WINDOWS), browser)]


def _figures(found: dict[int, tuple[float, float]]) -> list[Figure]:
    above = {n: (ours - found[FEW][0], theirs - found[FEW][1]) for n, (ours, theirs) in found.items() if n > FEW}
    return [
        *(Figure(f"worker with {n:,} sleeping subscriptions", *_beside(pair)) for n, pair in found.items()),
        *(Figure(f"worker, {n:,} above {FEW}", *_beside(pair), "< 100") for n, pair in above.items()),
    ]


def _beside(pair: tuple[float, float]) -> tuple[float, str, float]:
    ours, theirs = pair
    return ours, "MB", theirs


async def _weights(both: Servers, folder: Path, steps: Sequence[int]) -> dict[int, tuple[float, float]]:
    """MB of our worker and of the bare one, by how much sleeps. Both grow: a cache that is full stays so."""
    settings = keyed(
        mongodb_uri=both.mongodb_uri,
        mongodb_database="bench",
        temporal_address=both.temporal_address,
        task_queue="bench",
    )
    alone = settings.model_copy(update={"task_queue": "bare"})
    found: dict[int, tuple[float, float]] = {}
    async with open_stores(settings.mongodb_uri, settings.mongodb_database) as stores:
        await furnish(stores)
        temporal, plain = await connect(settings, stores), await Client.connect(both.temporal_address)
        with (
            several([["care.cli", "worker"]], settings, folder) as [ours],
            several([bare.command(os.devnull)], alone, folder) as [theirs],
        ):
            await _ready(Shop(temporal, stores, Judge(), settings.task_queue))
            for before, step in pairwise([0, *steps]):
                await begin(temporal, stores, settings, [subscription(n) for n in range(before, step)])
                await in_parts(range(before, step), lambda _: _asleep(plain, alone.task_queue))
                await asyncio.sleep(SETTLE)
                found[step] = megabytes(ours), megabytes(theirs)
    return found


async def _ready(shop: Shop) -> None:
    async with asyncio.timeout(_PATIENCE):
        while True:
            try:
                await shop.client.ready()
            except Unavailable:
                await asyncio.sleep(0.2)
            else:
                return


async def _asleep(plain: Client, task_queue: str) -> None:
    due = datetime.now(UTC) + timedelta(days=30)
    handle = await plain.start_workflow(Due.run, due, id=uuid4().hex, task_queue=task_queue)
    async with asyncio.timeout(_PATIENCE):
        while (await handle.describe()).history_length < _ASLEEP:  # noqa: ASYNC110
            await asyncio.sleep(0.1)

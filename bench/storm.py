"""A storm: so many subscriptions due in the same second, and how fast they are delivered.

Two yardsticks, in alternation with the product on the same servers: workflows of bare Temporal with a timer and one
empty activity, and a polling loop over an index of what is due, which writes what the product writes.
"""

from __future__ import annotations

import asyncio
import os
import tempfile
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

from temporalio.client import Client

from bench import Figure, bare, of_rounds
from bench.loop import DUE, entry
from bench.ready import begin, furnish, in_parts, subscription, until_as_many
from bench.servers import Servers, cpu_seconds, servers
from bench.shop import keyed
from bench.workers import several
from bench.yardsticks import Due
from care.models.subscription import Occurrence, Subscription
from care.rules.spreading import offset_of
from care.settings import Settings
from care.stores import Stores, open_stores
from care.temporal import connect

ROUNDS = 3
SPREAD = timedelta(seconds=60)
_BEGIN_RATE = 40  # a second: so many are surely begun


@dataclass(frozen=True)
class Storm:
    """How one went: deliveries a second, seconds after it was due within which 99 of 100 were made, and milliseconds of
    CPU for one, by who took them."""

    rate: float
    late: float
    cpu: dict[str, float]


def storm(many: int) -> list[Figure]:
    with tempfile.TemporaryDirectory(prefix="care-bench-") as folder, servers(Path(folder)) as both:
        bench = Bench(both, Path(folder), many)
        one = _rounds(bench, workers=1)
        two = _rounds(bench, workers=2)
        spread = [(bench.once(lambda: bench.product(1, SPREAD)), sharp) for sharp in one["product"][:1]]
    return [
        *_compared("1 worker", one),
        *_compared("2 workers", two),
        of_rounds("2 workers over 1 worker", _rates(two["product"]), "1/s", _rates(one["product"])),
        *(
            Figure(f"CPU for a delivery, {who}", _middle(one["product"], who), "ms", _middle(one["bare"], who))
            for who in ("worker", "temporal", "mongod")
        ),
        of_rounds(
            f"99 of 100 are made within, spread over {SPREAD.total_seconds():.0f} s",
            [spreading.late for spreading, _ in spread],
            "s",
            [sharp.late for _, sharp in spread],
        ),
    ]


def _rounds(bench: Bench, workers: int) -> dict[str, list[Storm]]:
    found: dict[str, list[Storm]] = {"product": [], "bare": [], "loop": []}
    for _ in range(ROUNDS):
        found["product"].append(bench.once(lambda: bench.product(workers, timedelta(0))))
        found["bare"].append(bench.once(lambda: bench.bare(workers)))
        found["loop"].append(bench.once(lambda: bench.loop(workers)))
    return found


def _compared(workers: str, found: dict[str, list[Storm]]) -> list[Figure]:
    rates = _rates(found["product"])
    return [
        of_rounds(f"deliveries, {workers}, over bare Temporal", rates, "1/s", _rates(found["bare"]), "ratio >= 1.0"),
        of_rounds(f"deliveries, {workers}, over a loop", rates, "1/s", _rates(found["loop"]), "ratio >= 0.5"),
    ]


def _rates(storms: Sequence[Storm]) -> list[float]:
    return [each.rate for each in storms]


def _middle(storms: Sequence[Storm], who: str) -> float:
    return sorted(each.cpu[who] for each in storms)[len(storms) // 2]


class _TooSoonError(Exception):
    """The storm was due before all of it had begun."""


async def _awaited(storm: Awaitable[Storm]) -> Storm:
    return await storm


class Bench:
    """One storm after the other, of `many` each."""

    def __init__(self, both: Servers, folder: Path, many: int) -> None:
        self._both, self._folder, self._many = both, folder, many
        # How many times as long they get to begin as they need on a machine that has nothing else to do.
        self._patience = max(1.0, os.getloadavg()[0] / len(os.sched_getaffinity(0)) / 2)

    def once(self, storm: Callable[[], Awaitable[Storm]]) -> Storm:
        """Anew, with more time before it, where a machine is too busy to have all of them begun when they are due."""
        while True:
            try:
                return asyncio.run(_awaited(storm()))
            except _TooSoonError:
                self._patience *= 2

    async def product(self, workers: int, spread: timedelta) -> Storm:
        settings = self._settings()
        async with open_stores(settings.mongodb_uri, settings.mongodb_database) as stores:
            await furnish(stores)
            temporal = await connect(settings, stores)
            with several([["care.cli", "worker"]] * workers, settings, self._folder) as pids:
                due = self._soon(workers)
                subscriptions = [_due(n, due, spread) for n in range(self._many)]
                await begin(temporal, stores, settings, subscriptions)
                return await self._delivered(stores, subscriptions, due, pids)

    async def loop(self, workers: int) -> Storm:
        settings = self._settings()
        async with open_stores(settings.mongodb_uri, settings.mongodb_database) as stores:
            await furnish(stores)
            await stores.database[DUE].create_index("due")
            with several([["bench.loop"]] * workers, settings, self._folder) as pids:
                due = self._soon(workers)
                subscriptions = [_due(n, due, timedelta(0)) for n in range(self._many)]
                await stores.database[DUE].insert_many([entry(each, each.created_at) for each in subscriptions])
                return await self._delivered(stores, subscriptions, due, pids)

    async def bare(self, workers: int) -> Storm:
        settings = self._settings()
        temporal = await Client.connect(settings.temporal_address)
        files = [self._folder / f"{settings.task_queue}-{n}" for n in range(workers)]
        with several([bare.command(file) for file in files], settings, self._folder) as pids:
            due = self._soon(workers)

            async def begun(_: int) -> None:
                await temporal.start_workflow(Due.run, due, id=uuid4().hex, task_queue=settings.task_queue)

            await in_parts(range(self._many), begun)
            before = await self._at(due, pids)
            made: list[float] = []
            while len(made) < self._many:
                await asyncio.sleep(0.5)
                made = [float(line) for file in files if file.exists() for line in file.read_text().split("\n")[:-1]]
            return self._storm([at - due.timestamp() for at in made], before, pids)

    def _settings(self) -> Settings:
        name = f"bench-{uuid4().hex[:8]}"
        return keyed(
            mongodb_uri=self._both.mongodb_uri,
            mongodb_database=name,
            temporal_address=self._both.temporal_address,
            task_queue=name,
        )

    def _soon(self, workers: int) -> datetime:
        """Late enough for all to have begun."""
        seconds = self._patience * (10 * workers + self._many / _BEGIN_RATE)
        return datetime.now(UTC).replace(microsecond=0) + timedelta(seconds=seconds)

    async def _at(self, due: datetime, pids: list[int]) -> dict[str, float]:
        """Waits until `due`, and tells the CPU that has been taken before. Raises _TooSoonError if it is over."""
        left = (due - datetime.now(UTC)).total_seconds()
        if left < 0:
            raise _TooSoonError
        await asyncio.sleep(left)
        return self._cpu(pids)

    def _cpu(self, pids: list[int]) -> dict[str, float]:
        taken = {name: cpu_seconds(pid) for name, pid in self._both.pids.items()}
        return taken | {"worker": sum(map(cpu_seconds, pids))}

    async def _delivered(
        self, stores: Stores, subscriptions: list[Subscription], due: datetime, pids: list[int]
    ) -> Storm:
        """Once all of them are ordered, charged and booked; when, the movements of the ledger tell."""
        before = await self._at(due, pids)
        await until_as_many(stores.database["ledger"].estimated_document_count, self._many)
        movements = stores.database["movements"].find({}, {"at": 1})
        made = {each["_id"].split("-")[1]: each["at"] async for each in movements}  # order:ORD-SUB001-20261127
        late = [(made[each.subscription_id] - each.extra[0].due).total_seconds() for each in subscriptions]
        return self._storm(late, before, pids)

    def _storm(self, late: list[float], before: dict[str, float], pids: list[int]) -> Storm:
        taken = {who: 1000 * (now - before[who]) / len(late) for who, now in self._cpu(pids).items()}
        late = sorted(late)
        return Storm(len(late) / late[-1], late[int(0.99 * (len(late) - 1))], taken)


def _due(n: int, due: datetime, spread: timedelta) -> Subscription:
    """One that has asked for a delivery at `due`."""
    one = subscription(n)
    extra = [Occurrence(key=f"{due:%Y-%m-%d}", due=due + offset_of(one.subscription_id, spread))]
    return one.model_copy(update={"extra": extra})

"""What slows down as a shop grows: the same pieces with so many customers, ten times as many, and a hundred times.

Each size has servers and processes of its own, filled before they are measured: nothing is left in them of a smaller
one. An exponent is the slope of a line through the three points, both scales logarithmic: 0 where a piece takes as long
whatever there is, 1 where it grows as the data do.
"""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from math import log
from pathlib import Path
from statistics import linear_regression

from bench import EXPONENT, Figure, of_rounds
from bench.alternating import ROUNDS, compared
from bench.answers import bare_answer, bare_refund, bare_turn
from bench.boot import both_ready, ready, up
from bench.deliveries import small_storms
from bench.deployed import Deployment, in_deployment
from bench.filling import Sample, fill, fill_own, fill_shelves, sample
from bench.models import MESSAGE
from bench.servers import megabytes
from care.brains.local import LocalUnderstanding
from care.brains.minilm import MiniLM
from care.brains.protocols import Utterance
from care.settings import load
from care.stores import open_stores

FACTORS = (1, 10, 100)
OWN, SHELVES = 10, 10  # orders and subscriptions of the one who is served, and products, at the smallest size
PIECES = 10  # of each, a round
TARGET = "< 0.1"


def growth(base: int) -> list[Figure]:
    """With `base` customers, and FACTORS times as many."""
    sizes = [base * factor for factor in FACTORS]
    found = [_measured(base, factor) for factor in FACTORS]
    figures = []
    for same in zip(*found, strict=True):
        figures += [replace(it, name=f"{it.name}, {size:,} customers") for it, size in zip(same, sizes, strict=True)]
        ours = exponent(sizes, [it.value for it in same])
        theirs = exponent(sizes, [it.yardstick or 0 for it in same])
        figures.append(Figure(f"{same[0].name}, exponent", ours, EXPONENT, theirs, TARGET))
    return figures


def exponent(sizes: Sequence[float], values: Sequence[float]) -> float:
    """The slope of log(value) over log(size), by least squares."""
    return linear_regression([log(size) for size in sizes], [log(value) for value in values]).slope


def _measured(base: int, factor: int) -> list[Figure]:
    samples: list[Sample] = []

    async def measure(there: Deployment) -> list[Figure]:
        samples.append(await sample(there))
        await fill(there.stores.database, samples[0], base * factor)
        await fill_own(there.stores.database, samples[0], OWN * factor)
        return await _pieces(there, await fill_shelves(there.stores, SHELVES * factor))

    return [*in_deployment(measure), _readiness(samples[0], base * factor)]


async def _pieces(there: Deployment, names: list[str]) -> list[Figure]:
    brain, vectors = LocalUnderstanding(), MiniLM()
    await brain.warm()

    async def understood() -> None:
        await brain.understand(Utterance(text=MESSAGE, products=names))

    async def encoded() -> None:
        await asyncio.to_thread(vectors.encode, [MESSAGE])

    await there.deliver(ROUNDS * PIECES + 1)
    figures = [
        await compared("GET /subscriptions", there.read_list, there.query, PIECES),
        await compared("a chat turn", there.ask, bare_turn(there), PIECES),
        await compared("a refund until it is paid", there.refund, bare_refund(there), PIECES),
        await compared("POST /subscription", there.subscribe, bare_answer(there), PIECES),
        await small_storms("a delivery of a storm", there),
        await compared("a message, by the local models", understood, encoded, PIECES),
    ]
    weights = {who: megabytes(pid) for who, pid in there.pids.items()}
    return figures + [Figure(f"memory, {who}", weights[who], "MB", weights["mongod"]) for who in ("worker", "web")]


def _readiness(one: Sample, size: int) -> Figure:
    """Of a `care up` whose database has so many customers beside its demo data, and of the servers on the same data."""
    with tempfile.TemporaryDirectory(prefix="care-bench-") as name:
        folder = Path(name)
        with up(folder):
            asyncio.run(_filled(folder, one, size))
        rounds = [(ready(folder), both_ready(folder)) for _ in range(ROUNDS)]
    values, yardsticks = zip(*rounds, strict=True)
    return of_rounds("care up, ready", list(values), "s", list(yardsticks))


async def _filled(folder: Path, one: Sample, size: int) -> None:
    settings = load(folder)
    async with open_stores(settings.mongodb_uri, settings.mongodb_database) as stores:
        await fill(stores.database, one, size)

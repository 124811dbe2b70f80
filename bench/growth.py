"""How answers slow down as a shop grows: the same pieces with 1,000 of everything, ten times as much, and a hundred.

Each figure is an exponent: 0 where the time is the same whatever there is, 1 where it grows as the data does. The
yardstick is the exponent of a bare query by an index, in the same run.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from math import log
from statistics import median
from typing import Any
from uuid import uuid4

from bench import Figure
from bench.answers import Deployment, in_deployment, milliseconds
from care.stores import Stores

BASE, FACTORS = 1000, (1, 10, 100)
# What a shop gets more of, and what in a document is its own beside its id.
GROWING: Mapping[str, tuple[str, ...]] = {
    "customers": (),
    "orders": (),
    "subscriptions": (),
    "refunds": (),
    "evidence": (),
    "notifications": (),
    "movements": ("reference",),
    "ledger": (),
}
_AT_ONCE = 1000


def growth(many: int) -> list[Figure]:
    """`many` of each piece at each size."""
    return in_deployment(lambda there: _measured(there, many))


async def _measured(there: Deployment, many: int) -> list[Figure]:
    pieces: dict[str, Callable[[], Awaitable[None]]] = {
        "a bare query": there.query,
        "GET /subscriptions": there.read_list,
        "GET /reviews": there.read_queue,
        "POST /subscription": there.subscribe,
        "a chat turn": there.ask,
        "a refund until it is paid": there.refund,
    }
    await there.deliver(1 + many * len(FACTORS))
    for piece in pieces.values():
        await piece()
    samples = {name: await there.stores.database[name].find_one({}) for name in GROWING}
    taken: dict[str, list[float]] = {name: [] for name in pieces}
    for factor in FACTORS:
        await _grown(there.stores, samples, BASE * factor)
        rounds = [{name: await milliseconds(piece) for name, piece in pieces.items()} for _ in range(many)]
        for name in pieces:
            taken[name].append(median(each[name] for each in rounds))
    bare = _exponent(taken.pop("a bare query"))
    return [
        figure
        for name, (first, *_, last) in taken.items()
        for figure in (
            Figure(f"{name}, with {BASE * FACTORS[-1]:,} over {BASE:,}", last, "ms", first),
            Figure(f"{name}, exponent", _exponent(taken[name]), "", bare),
        )
    ]


async def _grown(stores: Stores, samples: Mapping[str, Any], size: int) -> None:
    """Other customers' documents, like the one of each kind that there is, until there are `size`."""
    for name, own in GROWING.items():
        collection = stores.database[name]
        while (missing := size - await collection.estimated_document_count()) > 0:
            await collection.insert_many(
                [_another(samples[name], own) for _ in range(min(missing, _AT_ONCE))], ordered=False
            )


def _another(sample: dict[str, Any], own: tuple[str, ...]) -> dict[str, Any]:
    new = uuid4().hex
    more = dict.fromkeys(("_id", *own), new)
    return sample | more | ({"customer_id": new} if "customer_id" in sample else {})


def _exponent(taken: list[float]) -> float:
    return log(taken[-1] / taken[0]) / log(FACTORS[-1] / FACTORS[0])

"""A piece of the product's work and its yardstick, in turns."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from statistics import median

from bench import Figure, of_rounds

ROUNDS = 3
Piece = Callable[[], Awaitable[object]]


async def compared(what: str, product: Piece, yardstick: Piece, many: int, target: str = "") -> Figure:
    """The median of each round, in milliseconds. What is done first is not counted."""
    await product()
    await yardstick()
    values, yardsticks = [], []
    for _ in range(ROUNDS):
        pairs = [(await _milliseconds(product), await _milliseconds(yardstick)) for _ in range(many)]
        values.append(median(each for each, _ in pairs))
        yardsticks.append(median(each for _, each in pairs))
    return of_rounds(what, values, "ms", yardsticks, target)


async def _milliseconds(piece: Piece) -> float:
    began = time.perf_counter()
    await piece()
    return 1000 * (time.perf_counter() - began)

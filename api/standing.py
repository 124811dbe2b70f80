"""Looks how the shop stands when Prometheus asks, and not more often than every few seconds, however many ask."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable
from datetime import UTC, datetime
from math import inf
from typing import TypeVar

from api.services import LOST, Services
from care.errors import Unavailable
from care.metrics.shop import Look, ShopMetrics

T = TypeVar("T")

_NOTHING: tuple[type[Exception], ...] = (*LOST, TimeoutError, Unavailable)

FRESH = 5.0  # seconds for which an answer is good
# Prometheus waits for ten: a server that does not answer in this time is not reachable.
_PATIENCE = 3.0


class Watch:
    """One app's. Those that ask while a look is under way wait for it."""

    def __init__(self) -> None:
        self.metrics = ShopMetrics()
        self._turn = asyncio.Lock()
        self._looked = -inf

    @property
    def sees_the_database(self) -> bool:
        look = self.metrics.look
        return look is not None and look.standing is not None

    async def look(self, services: Services) -> None:
        async with self._turn:
            if time.monotonic() - self._looked < FRESH:
                return
            at = datetime.now(UTC)
            standing, queues = await asyncio.gather(
                _answer(services.stores.standing.look(at)), _answer(services.client.queues())
            )
            self.metrics.look = Look(at, standing, queues)
            self._looked = time.monotonic()


async def _answer(asked: Awaitable[T]) -> T | None:
    try:
        async with asyncio.timeout(_PATIENCE):
            return await asked
    except _NOTHING:
        return None

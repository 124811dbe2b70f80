"""Waiting for what a workflow does in its own time."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from tests.api.shop import Someone

_SECONDS = 45


async def until(someone: Someone, path: str, is_there: Callable[[Any], bool]) -> Any:
    """What `path` answers once it is as wanted. Fails with the last answer if that takes too long."""
    answer: Any = None
    try:
        async with asyncio.timeout(_SECONDS):
            while True:
                answer = (await someone.http.get(path)).json()
                if is_there(answer):
                    return answer
                await asyncio.sleep(0.1)
    except TimeoutError:
        raise AssertionError(f"{path} stayed as it was: {answer}") from None


async def until_status(someone: Someone, refund_id: str, *statuses: str) -> Any:
    return await until(someone, f"/refund/{refund_id}", lambda refund: refund["status"] in statuses)

from __future__ import annotations

import asyncio
import uuid
from contextlib import AsyncExitStack
from typing import Any

from care.models.refund import Refund
from care.stores import Stores, open_stores
from tests.stores.make import refund

MONTH, LIMIT = "2026-03", 2000


async def take(stores: Stores, number: int, *, month: str = MONTH, limit: int = LIMIT, **given: Any) -> bool:
    return await stores.allowances.take(claim(number, **given), month, limit=limit)


def claim(number: int, **given: Any) -> Refund:
    fields: dict[str, Any] = {"price": 300}
    return refund(f"REF{number:03d}", **fields | given)


async def test_claims_of_a_month_are_taken_until_they_would_pass_the_limit(stores: Stores) -> None:
    assert [await take(stores, n, price=900) for n in range(3)] == [True, True, False]
    assert await take(stores, 3, price=200)
    assert not await take(stores, 4, price=1)
    assert await stores.allowances.taken("CUST001", MONTH, "EUR") == LIMIT


async def test_a_claim_is_taken_once_however_often_it_is_assessed(stores: Stores) -> None:
    assert all([await take(stores, 1, price=1500) for _ in range(5)])
    assert await stores.allowances.taken("CUST001", MONTH, "EUR") == 1500
    assert await take(stores, 1, price=1500, limit=0)  # what was taken stays taken
    assert not await take(stores, 2, price=1500)
    assert not await take(stores, 2, price=1500)


async def test_customers_and_months_do_not_share(stores: Stores) -> None:
    assert await take(stores, 1, price=LIMIT)
    assert await take(stores, 2, price=LIMIT, customer_id="CUST002")
    assert await take(stores, 3, price=LIMIT, month="2026-04")
    assert not await take(stores, 4, price=1)


async def test_without_a_limit_nothing_is_taken(stores: Stores) -> None:
    assert not await take(stores, 1, price=1, limit=0)


async def test_two_hundred_claims_at_once_never_pass_the_limit(mongodb_uri: str) -> None:
    """From several connections, as from several workers, each claim twice; and nobody fails."""
    name = f"test_{uuid.uuid4().hex[:12]}"
    async with AsyncExitStack() as stack:
        workers = [await stack.enter_async_context(open_stores(mongodb_uri, name)) for _ in range(4)]
        twice = [n for n in range(100) for _ in range(2)]
        taken = await asyncio.gather(*(take(workers[i % 4], n) for i, n in enumerate(twice)))
        assert sum(taken) == 2 * (LIMIT // 300)
        assert taken[::2] == taken[1::2]
        assert await workers[0].allowances.taken("CUST001", MONTH, "EUR") == LIMIT // 300 * 300
        await workers[0].drop()

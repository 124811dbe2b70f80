"""Fixtures: one database for a whole file, emptied of its books before each test."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator

import pytest

from care.stores import Stores, open_stores


@pytest.fixture(scope="module")
async def opened(mongodb_uri: str) -> AsyncIterator[Stores]:
    async with open_stores(mongodb_uri, f"test_{uuid.uuid4().hex[:12]}") as stores:
        yield stores
        await stores.drop()


@pytest.fixture
async def stores(opened: Stores) -> Stores:
    """Empty books. To make and drop a database for each of these tests would take longer than the tests."""
    for name in ("ledger", "movements", "wallets", "payers", "orders", "order_changes", "refunds"):
        await opened.database[name].delete_many({})
    return opened

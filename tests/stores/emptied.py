"""Fixtures: one database for a whole file, emptied before each test."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator

import pytest

from care.stores import Stores, open_stores


@pytest.fixture(scope="module")
async def kept_open(mongodb_uri: str) -> AsyncIterator[Stores]:
    async with open_stores(mongodb_uri, f"test_{uuid.uuid4().hex[:12]}") as stores:
        yield stores
        await stores.drop()


@pytest.fixture
async def stores(kept_open: Stores) -> Stores:
    """Empty, with its indexes. To make and drop a database for each of these tests would take longer than the tests."""
    books = kept_open.database
    await asyncio.gather(*(books[name].delete_many({}) for name in await books.list_collection_names()))
    return kept_open

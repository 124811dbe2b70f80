"""Migrations to their end; as a program, the same with a pause in each document, to be killed in."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from care.stores import Stores, open_stores
from care.stores.migrating import migrate
from care.stores.migrations import MIGRATIONS
from care.stores.migrations.m0002_customer_keys import CUSTOMER_KEYS, move
from care.stores.migrations.step import Migration

if TYPE_CHECKING:
    from care.stores.mongo import Document


async def migrated(stores: Stores, migrations: Sequence[Migration] = MIGRATIONS) -> int:
    """How many documents and indexes were moved."""
    last: dict[str, int] = {}
    async for migration, moved in migrate(stores, migrations):
        last[migration.name] = moved
    return sum(last.values())


async def _slowly(stores: Stores, customer: Document) -> None:
    sys.stdout.write(f"{customer['_id']}\n")
    sys.stdout.flush()
    await asyncio.sleep(0.005)
    await move(stores, customer)


async def main(uri: str, database: str) -> None:
    async with open_stores(uri, database, indexes=False) as stores:
        await migrated(stores, [replace(CUSTOMER_KEYS, move=_slowly)])


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))

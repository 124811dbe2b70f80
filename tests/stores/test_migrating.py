"""Migrations: cut off they go on, two at once and beside writers they leave nothing, and versions know their limits."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from care.errors import SetupError
from care.models.customer import Account, ChangeCustomer, Role
from care.stores import Stores
from care.stores.idempotency import Replay
from care.stores.migrating import refuse_newer, refuse_unmigrated, states
from care.stores.migrations import MIGRATIONS
from care.stores.migrations.m0002_customer_keys import CUSTOMER_KEYS
from care.stores.migrations.m0003_handed_over import HANDED_OVER
from care.stores.migrations.m0004_kept_answers import KEPT_ANSWERS
from care.stores.migrations.m0005_indexes import INDEXES
from tests.stores.make import customer
from tests.stores.migrations import migrated

AT = datetime(2026, 11, 1, 9, tzinfo=UTC)
MANY = 450  # three batches
FILES = Path(__file__).resolve().parents[2] / "care" / "stores" / "migrations"


async def unfound(stores: Stores, ids: Sequence[int]) -> None:
    """Customers as versions before the search have stored them."""
    await asyncio.gather(*(stores.customers.add(customer(f"CUST{n:04d}", name=f"Ada {n}")) for n in ids))
    await stores.database["customers"].update_many({}, {"$unset": {"handles": "", "names": ""}})


async def left(stores: Stores) -> int:
    return await CUSTOMER_KEYS.left(stores)


def test_every_migration_is_in_the_table_under_its_number() -> None:
    assert [f"m{each.name.replace('-', '_')}" for each in MIGRATIONS] == sorted(
        file.stem for file in FILES.glob("m0*.py")
    )
    assert [int(each.name[:4]) for each in MIGRATIONS] == list(range(1, len(MIGRATIONS) + 1))
    assert all(each.since <= number for number, each in enumerate(MIGRATIONS, start=1))


async def test_killed_in_the_middle_it_goes_on_at_its_cursor(stores: Stores, mongodb_uri: str) -> None:
    await unfound(stores, range(MANY))
    command = [sys.executable, "-m", "tests.stores.migrations", mongodb_uri, stores.database.name]
    running = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
    assert running.stdout
    for _ in range(MANY // 2):
        await running.stdout.readline()
    running.kill()
    await running.wait()
    kept = await stores.database["migrations"].find_one({"_id": CUSTOMER_KEYS.name})
    assert kept
    assert (kept["state"], kept["cursor"], kept["moved"]) == ("running", "CUST0199", 200)
    rest = await left(stores)
    assert 0 < rest < MANY
    assert await migrated(stores, [CUSTOMER_KEYS]) == rest
    assert await left(stores) == 0
    assert await migrated(stores, [CUSTOMER_KEYS]) == 0


async def test_two_at_once_and_writers_beside_them_leave_nothing_behind(stores: Stores) -> None:
    await unfound(stores, range(MANY))

    async def writes() -> None:
        """An older process, which knows no keys, and a newer one."""
        for n in range(60):
            new = customer(f"AAA{n:04d}", name="Late")  # behind the cursor
            await stores.database["customers"].insert_one({"_id": new.customer_id, **new.model_dump()})
            await stores.customers.change(f"CUST{n:04d}", ChangeCustomer(name=f"Bea {n}"))

    await asyncio.gather(migrated(stores, [CUSTOMER_KEYS]), migrated(stores, [CUSTOMER_KEYS]), writes())
    await migrated(stores, [CUSTOMER_KEYS])  # once more, after the last older process has ended
    assert await left(stores) == 0
    assert len(await stores.customers.search("bea", 100)) == 60
    assert len(await stores.customers.search("late", 100)) == 60
    assert await stores.database["customers"].count_documents({"names": {"$regex": "^ada"}}) == MANY - 60


async def test_who_waited_for_a_person_stands_in_the_queue_and_processes_wait_for_that(stores: Stores) -> None:
    old = {"customer_id": "CUST001", "title": "Help", "handed_off": True, "created_at": AT, "updated_at": AT}
    await stores.database["conversations"].insert_one({"_id": "CNV001", **old})
    assert await stores.conversations.count_waiting() == 0
    with pytest.raises(SetupError, match=r"0003-handed-over\): run `care migrate`"):
        await refuse_unmigrated(stores)
    assert await migrated(stores) == 1
    await refuse_unmigrated(stores)
    waiting = await stores.conversations.waiting(limit=1)
    assert [each.conversation_id for each in waiting.items] == ["CNV001"]


async def test_an_old_answer_is_replayed_and_goes_with_its_customer(stores: Stores) -> None:
    account = Account(
        email="ada@shop.test", password_hash="x", role=Role.CUSTOMER, customer_id="CUST001", created_at=AT
    )
    await stores.accounts.add(account)
    kept: dict[str, Any] = {"body_sha256": "b", "state": "done", "started_at": datetime.now(UTC), "status": 202}
    await stores.database["idempotency"].insert_one(
        {"_id": "ada@shop.test POST /refund k 1", **kept, "body": b"{}"},
    )
    assert await migrated(stores, [KEPT_ANSWERS]) == 1
    assert await stores.idempotency.begin("ada@shop.test POST /refund", "k 1", "b") == Replay(202, b"{}")
    assert await stores.database["idempotency"].count_documents({"customer_id": "CUST001"}) == 1


async def test_what_nobody_looks_into_is_dropped(stores: Stores) -> None:
    orders = stores.database["orders"]
    await orders.create_index([("placed_at", 1)])
    assert await INDEXES.left(stores) == 1
    assert await migrated(stores, [INDEXES]) == 1
    assert "placed_at_1" not in await orders.index_information()
    await stores.ensure_indexes()
    assert await INDEXES.left(stores) == 0, "this version makes what its own migration drops"


async def test_an_older_version_starts_beside_what_it_can_read_and_refuses_the_rest(stores: Stores) -> None:
    before = [CUSTOMER_KEYS]
    newer = [*before, replace(HANDED_OVER, since=1)]
    await migrated(stores, newer)
    await refuse_newer(stores, before)  # the version before knows the migration that this one asks for
    assert await migrated(stores, before) == 0
    await migrated(stores, [*newer, replace(KEPT_ANSWERS, since=2)])
    await refuse_newer(stores, newer)
    with pytest.raises(SetupError, match=r"A newer version has changed this database \(0004-kept-answers\)"):
        await refuse_newer(stores, before)
    with pytest.raises(SetupError, match="start that version, or a later one"):
        await migrated(stores, before)


async def test_what_is_left_is_told_without_a_write(stores: Stores) -> None:
    await unfound(stores, range(2))
    told = {state.name: (state.left, state.done) for state in await states(stores)}
    assert told["0002-customer-keys"] == (2, False)
    assert await stores.database["migrations"].count_documents({}) == 0
    await migrated(stores)
    assert all((state.left, state.done) == (0, True) for state in await states(stores))

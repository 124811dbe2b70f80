"""How far each migration is, in the collection `migrations`; and doing them.

Nothing is locked: each piece is safe to repeat, so two that run at once do some of it twice, and one that was killed
leaves nothing behind but its cursor. Not imported by `care.stores`: the steps use its stores.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from importlib.metadata import version

from care.errors import SetupError
from care.stores import Stores
from care.stores.documents import now
from care.stores.migrations import MIGRATIONS
from care.stores.migrations.step import Migration

_STATES = "migrations"


@dataclass(frozen=True)
class State:
    """`left`: how many documents (or indexes) are still in the old shape."""

    name: str
    what: str
    left: int
    done: bool


async def states(stores: Stores, migrations: Sequence[Migration] = MIGRATIONS) -> list[State]:
    """All of them; reads only. One that is done has some left where an older process went on writing."""
    done = {each["_id"]: each["state"] == "done" async for each in stores.database[_STATES].find()}
    return [State(each.name, each.what, await each.left(stores), done.get(each.name, False)) for each in migrations]


async def migrate(stores: Stores, migrations: Sequence[Migration] = MIGRATIONS) -> AsyncIterator[tuple[Migration, int]]:
    """Does all that is left, in order; gives each migration with how many it has moved so far, after each batch.

    Goes on where one was cut off. Raises SetupError on a database that a newer version has changed beyond this one.
    """
    await refuse_newer(stores, migrations)
    for migration in migrations:
        async for moved in _run(stores, migration):
            yield migration, moved


async def _run(stores: Stores, migration: Migration) -> AsyncIterator[int]:
    kept, one = stores.database[_STATES], {"_id": migration.name}
    first = {"began_at": now(), "since": migration.since, "moved": 0, "cursor": None}
    await kept.update_one(
        one, {"$setOnInsert": first, "$set": {"state": "running", "version": version("care")}}, upsert=True
    )
    cursor, moved = (await kept.find_one(one) or first)["cursor"], 0
    # What older processes have written behind the cursor meanwhile is found from the beginning.
    while cursor is not None or await migration.left(stores, 1):
        batch = await migration.go_on(stores, cursor)
        cursor, moved = batch.cursor, moved + batch.moved
        await kept.update_one(one, {"$set": {"cursor": cursor}, "$inc": {"moved": batch.moved}})
        yield moved
    await kept.update_one(one, {"$set": {"state": "done", "ended_at": now()}})


async def refuse_newer(stores: Stores, migrations: Sequence[Migration] = MIGRATIONS) -> None:
    """Raises SetupError where a migration has begun that versions like this one cannot live with."""
    ours = len(migrations)
    beyond = await stores.database[_STATES].find_one({"since": {"$gt": ours}}, sort=[("_id", 1)])
    if beyond:
        raise SetupError(
            f"A newer version has changed this database ({beyond['_id']}), and this one cannot read it: "
            "start that version, or a later one."
        )


async def refuse_unmigrated(stores: Stores, migrations: Sequence[Migration] = MIGRATIONS) -> None:
    """For a process that starts. Raises SetupError before a migration that it needs is done, and as `refuse_newer`."""
    await refuse_newer(stores, migrations)
    done = {each["_id"] async for each in stores.database[_STATES].find({"state": "done"}, {"_id": 1})}
    for migration in migrations:
        if migration.needed and migration.name not in done and await migration.left(stores, 1):
            raise SetupError(f"The database is not ready for this version ({migration.name}): run `care migrate`.")

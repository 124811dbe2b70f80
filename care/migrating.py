"""What `care migrate` does: whatever this version's migrations find in the shape of an older one."""

from __future__ import annotations

from collections.abc import Callable

from care.models.audit import COMMAND_LINE
from care.opening import stores_of
from care.settings import Settings
from care.stores import Stores
from care.stores.migrating import State, states
from care.stores.migrating import migrate as run
from care.stores.migrating import refuse_unmigrated as check

__all__ = ["State", "migrate", "pending", "refuse_unmigrated"]


async def pending(settings: Settings) -> list[State]:
    """Every migration with what it has left. Writes nothing. Raises SetupError if MongoDB cannot be reached."""
    async with stores_of(settings, indexes=False) as stores:
        return await states(stores)


async def migrate(settings: Settings, tell: Callable[[str], None]) -> None:
    """Makes the indexes and does all that is left, telling how far it is.

    Safe to repeat, to cut off, and to run twice at once, beside processes of any version. Raises SetupError if MongoDB
    cannot be reached, or if a newer version has changed the database beyond this one.
    """
    async with stores_of(settings) as stores:
        await migrate_all(stores, tell)


async def refuse_unmigrated(settings: Settings) -> None:
    """For a process that starts. Raises SetupError if it cannot work on this database, or MongoDB cannot be reached."""
    async with stores_of(settings, indexes=False) as stores:
        await check(stores)


async def migrate_all(stores: Stores, tell: Callable[[str], None]) -> None:
    done: dict[str, int] = {}
    async for migration, moved in run(stores):
        done[migration.name] = moved
        tell(f"{migration.name}: {moved} done ({migration.what})")
    for name, moved in done.items():
        await stores.audit.append("migrated", by=COMMAND_LINE, about=name, moved=str(moved))

"""Counts of what was done in a window of time, for all processes together: one document a window, gone when it ends."""

from __future__ import annotations

from datetime import datetime

from care.stores.mongo import Database


class RateStore:
    """The storage of the library `limits` always opens a connection of its own, so this counts over ours."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def ensure_indexes(self) -> None:
        await self._database["rates"].create_index("ends_at", expireAfterSeconds=0)

    async def add(self, window: str, ends_at: datetime, cost: int) -> int:
        """Counts `cost` more in this window; gives all that it has counted."""
        # Each request waits for this, so not for a disk: a crash may lose a count. Nor as a write of the driver's that
        # is tried again, as the server keeps a copy of what each of those has found.
        counted = await self._database.command(
            "findAndModify",
            "rates",
            query={"_id": window},
            update={"$inc": {"count": cost}, "$setOnInsert": {"ends_at": ends_at}},
            fields={"count": 1},
            upsert=True,
            new=True,
            writeConcern={"w": 1},
        )
        return int(counted["value"]["count"])

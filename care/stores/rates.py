"""Counts of what was done in a window of time, for all processes together: one document a window, gone when it ends."""

from __future__ import annotations

from datetime import datetime

from pymongo import ReturnDocument
from pymongo.write_concern import WriteConcern

from care.stores.mongo import Database


class RateStore:
    """The storage of the library `limits` always opens a connection of its own, so this counts over ours."""

    def __init__(self, database: Database) -> None:
        # A count that a crash may lose must not cost every request the wait for a disk.
        self._rates = database["rates"].with_options(write_concern=WriteConcern(w=1))

    async def ensure_indexes(self) -> None:
        await self._rates.create_index("ends_at", expireAfterSeconds=0)

    async def add(self, window: str, ends_at: datetime, cost: int) -> int:
        """Counts `cost` more in this window; gives all that it has counted."""
        found = await self._rates.find_one_and_update(
            {"_id": window},
            {"$inc": {"count": cost}, "$setOnInsert": {"ends_at": ends_at}},
            upsert=True,
            projection={"count": 1},
            return_document=ReturnDocument.AFTER,
        )
        return int(found["count"])

"""Short business ids from counters: SUB001, SUB002, ... SUB1000."""

from __future__ import annotations

from pymongo import ReturnDocument
from pymongo.errors import DuplicateKeyError

from care.stores.mongo import Database


class IdStore:
    """One counter document a prefix; one small document for each `once` that was asked for."""

    def __init__(self, database: Database) -> None:
        self._counters = database["counters"]
        self._given = database["given_ids"]

    async def ensure_indexes(self) -> None:
        """Both are read by `_id` only."""

    async def next(self, prefix: str, *, once: str | None = None) -> str:
        """The next id of `prefix`. The same `once` gives the same id for ever; asked twice at once may leave a gap."""
        if once is None:
            return await self._count(prefix)
        key = f"{prefix} {once}"
        if given := await self._given.find_one({"_id": key}):
            return str(given["id"])
        new = await self._count(prefix)
        try:
            await self._given.insert_one({"_id": key, "id": new})
        except DuplicateKeyError:
            given = await self._given.find_one({"_id": key})
            return str(given["id"]) if given else new
        return new

    async def _count(self, prefix: str) -> str:
        counter = await self._counters.find_one_and_update(
            {"_id": prefix}, {"$inc": {"last": 1}}, upsert=True, return_document=ReturnDocument.AFTER
        )
        return f"{prefix}{counter['last']:03d}"

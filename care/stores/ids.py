"""Short business ids from counters: SUB001, SUB002, ... SUB1000."""

from __future__ import annotations

from pymongo import ReturnDocument
from pymongo.errors import DuplicateKeyError

from care.stores.mongo import Database, Session


class IdStore:
    """One counter document a prefix; one small document for each `once` that was asked for."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._given = database["given_ids"]

    async def ensure_indexes(self) -> None:
        """Both are read by `_id` only."""

    async def next(self, prefix: str, *, once: str | None = None) -> str:
        """The next id of `prefix`. The same `once` gives the same id for ever; asked twice at once may leave a gap."""
        if once is None:
            return await self._count(prefix)
        if given_before := await self.given(prefix, once=once):
            return given_before
        key = f"{prefix} {once}"
        new = await self._count(prefix)
        try:
            await self._given.insert_one({"_id": key, "id": new})
        except DuplicateKeyError:
            given = await self._given.find_one({"_id": key})
            return str(given["id"]) if given else new
        return new

    async def counters(self) -> dict[str, int]:
        """The number that was given last, of every counter."""
        return {each["_id"]: int(each["last"]) async for each in self._database["counters"].find()}

    async def raise_to(self, prefix: str, number: int) -> None:
        """At least this number counts as given."""
        counters = self._database["counters"]
        await counters.update_one({"_id": prefix}, {"$max": {"last": number}}, upsert=True)

    async def given(self, prefix: str, *, once: str) -> str | None:
        """The id that this `once` has got; None if it has not asked yet."""
        given = await self._given.find_one({"_id": f"{prefix} {once}"})
        return str(given["id"]) if given else None

    async def _count(self, prefix: str) -> str:
        return f"{prefix}{await next_number(self._database, prefix):03d}"


async def next_number(database: Database, counter: str, session: Session | None = None) -> int:
    """Counts from 1. In a transaction the number is given back with the rest of it, so none is left out."""
    counted = await database["counters"].find_one_and_update(
        {"_id": counter}, {"$inc": {"last": 1}}, upsert=True, return_document=ReturnDocument.AFTER, session=session
    )
    return int(counted["last"])

"""What was tried and failed, counted for all processes together. Nothing here says of whom."""

from __future__ import annotations

from datetime import datetime, timedelta

from pymongo.errors import DuplicateKeyError

from care.errors import TooMany
from care.models.session import Tries
from care.rules.lockout import Patience, wait_of, with_one_more
from care.stores.documents import Documents, plain
from care.stores.mongo import Database


class TryStore:
    def __init__(self, database: Database) -> None:
        self._tries = Documents(database, "tries", Tries, key="who", noun="count of tries")

    async def ensure_indexes(self) -> None:
        await self._tries.collection.create_index("forgotten_at", expireAfterSeconds=0)

    async def begin(self, who: str, patience: Patience, now: datetime) -> Tries:
        """Counts one more, before it is made. Raises TooMany, and counts nothing, while `who` has to wait."""
        while True:
            before = await self._tries.find(who)
            if wait := wait_of(before, patience, now):
                raise _too_many(wait)
            after = self._tries.as_stored(with_one_more(before, who, now))
            if await self._replace(before, after):
                return after

    async def forget(self, who: str) -> None:
        """It has succeeded."""
        await self._tries.collection.delete_one({"_id": who})

    async def _replace(self, before: Tries | None, after: Tries) -> bool:
        """False if somebody else has counted meanwhile."""
        document = self._tries.encode(after)
        if before is None:
            try:
                await self._tries.collection.insert_one(document)
            except DuplicateKeyError:
                return False
            return True
        seen = {"_id": before.who, "failed": before.failed, "last_at": plain(before.last_at)}
        return bool((await self._tries.collection.replace_one(seen, document)).matched_count)


def _too_many(wait: timedelta) -> TooMany:
    seconds = max(1, round(wait.total_seconds()))
    return TooMany("This was tried too often. Please wait a while, and try again then.", seconds=seconds)

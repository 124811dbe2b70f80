"""The data keys of workflows, wrapped by whoever hands them over."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable

from pymongo.errors import DuplicateKeyError

from care.models.data_key import DataKey, new_key_id
from care.stores.documents import OLDEST, Documents, now
from care.stores.mongo import Database

_DROPPED = {"wrapped": None, "under": None}


class DataKeyStore:
    def __init__(self, database: Database) -> None:
        self._keys = Documents(database, "data_keys", DataKey, key="key_id", noun="data key")

    async def ensure_indexes(self) -> None:
        """A workflow has one key, whoever made it first."""
        await self._keys.collection.create_index("workflow_id", unique=True)
        await self._keys.collection.create_index([("under", OLDEST)])

    async def find(self, key_id: str) -> DataKey | None:
        return await self._keys.find(key_id)

    async def of(self, workflow_id: str) -> DataKey | None:
        document = await self._keys.collection.find_one({"workflow_id": workflow_id})
        return None if document is None else self._keys.decode(document)

    async def add(self, key: DataKey) -> DataKey:
        """The workflow's key: this one, or the one that was there before."""
        if await self._keys.add(key):
            return key
        there = await self.of(key.workflow_id)
        return there or await self._keys.get(key.key_id)

    async def forget(self, workflow_ids: Iterable[str]) -> int:
        """Drops the keys of these workflows for good, and sees to it that none is made for them again.

        Their payloads open nowhere from then on; a process that has one of the keys forgets it within a minute. How
        many keys were dropped. Safe to repeat.
        """
        return sum([await self._forgot(workflow_id) for workflow_id in workflow_ids])

    async def counts(self) -> dict[str, int]:
        """How many data keys are wrapped under each key of the ring, by its id."""
        collection = self._keys.collection
        under = [key_id for key_id in await collection.distinct("under") if key_id is not None]
        return {key_id: await collection.count_documents({"under": key_id}) for key_id in under}

    async def under(self, key_id: str, many: int) -> AsyncIterator[list[DataKey]]:
        """All that are wrapped under this key of the ring, at most so `many` at a time."""
        found = self._keys.collection.find({"under": key_id})
        while some := await found.to_list(many):
            yield [self._keys.decode(document) for document in some]

    async def wrap_anew(self, before: DataKey, wrapped: bytes, under: str) -> bool:
        """False if somebody else has wrapped or dropped it meanwhile, which stays so."""
        changed = await self._keys.change(
            before.key_id, {"wrapped": wrapped, "under": under}, only_if={"wrapped": before.wrapped}
        )
        return changed is not None

    async def _forgot(self, workflow_id: str) -> bool:
        """Whether there was a key to drop. Where there is none, its place is taken."""
        collection = self._keys.collection
        first = {"_id": new_key_id(), "created_at": now()}
        try:
            before = await collection.find_one_and_update(
                {"workflow_id": workflow_id}, {"$set": _DROPPED, "$setOnInsert": first}, upsert=True
            )
        except DuplicateKeyError:  # the key was made at this moment
            return await self._forgot(workflow_id)
        return before is not None and before["wrapped"] is not None

"""Putting back all that a database held: beside what is there, and then in its place.

Collections are filled under other names and renamed at the end. Only while they are renamed is there something that is
neither the old nor the new; a marker stands for that moment, and nothing else opens the database while it does.
"""

from __future__ import annotations

import secrets
from collections.abc import Container, Iterable
from typing import TYPE_CHECKING, Any

import bson
from bson.raw_bson import RawBSONDocument
from pymongo.errors import DuplicateKeyError, OperationFailure

from care.errors import SetupError
from care.stores.mongo import Database, Document

if TYPE_CHECKING:
    from care.stores import Stores

DRAFT = "restoring."
MARKER = "restore_under_way"
_UNAUTHORIZED = 13
_PAGE = 1000
UNDER_WAY = "A restore of this database was cut off: run `care restore` with the same file again."


async def refuse_half_restored(database: Database) -> None:
    """Raises SetupError."""
    if await database[MARKER].find_one({"_id": MARKER}):
        raise SetupError(UNDER_WAY)


def decoded(document: bytes) -> Document:
    found: Document = bson.decode(document, bson.CodecOptions(tz_aware=True))
    return found


def own_name(database: str) -> str:
    """What a connection calls itself that is not one of those that run the shop."""
    return f"care {database} {secrets.token_hex(4)}"


async def others(database: Database, own: str) -> int:
    """How many connections other processes of CARE have to this database. Raises SetupError if it is not told."""
    ours = f"care {database.name}"
    pipeline: list[Document] = [{"$currentOp": {"allUsers": True, "idleConnections": True, "localOps": True}}]
    try:
        names = [each.get("appName", "") async for each in database.client.admin.aggregate(pipeline)]
    except OperationFailure as error:
        if error.code != _UNAUTHORIZED:
            raise
        raise SetupError(
            "MongoDB does not tell this account who is connected: see to it that no web process and no worker runs, "
            "and add --force."
        ) from None
    return sum(name != own and (name == ours or name.startswith(f"{ours} ")) for name in names)


class Restored:
    """`stores` is over the database, and was opened without its indexes."""

    def __init__(self, stores: Stores) -> None:
        self._stores = stores
        self._database = stores.database

    async def holds(self) -> bool:
        """Whether anything is there, but for what a restore that was cut off has left behind."""
        if await self._database[MARKER].find_one({"_id": MARKER}):
            return False
        return any([await self._database[name].find_one({}, {"_id": 1}) for name in await self._names()])

    async def begin(self) -> None:
        for name in await self._names(drafts=True):
            await self._database.drop_collection(name)

    async def create(self, collection: str) -> None:
        """Also one that holds nothing."""
        await self._database.create_collection(f"{DRAFT}{collection}")

    async def fill(self, collection: str, documents: list[bytes]) -> None:
        await self._database[f"{DRAFT}{collection}"].insert_many(
            [RawBSONDocument(document) for document in documents], ordered=True
        )

    async def switch(self, collections: Iterable[str]) -> None:
        """What was filled takes the place of all that is there. Cut off, it is finished by doing all of it again."""
        wanted = set(collections)
        known = {"erased": sorted(await self.erased())}
        await self._database[MARKER].replace_one({"_id": MARKER}, known, upsert=True)
        for name in sorted(wanted):
            await self._database[f"{DRAFT}{name}"].rename(name, dropTarget=True)
        for name in await self._names():
            if name not in wanted:
                await self._database.drop_collection(name)

    async def done(self) -> None:
        await self._database.drop_collection(MARKER)

    async def keep_keys(self, ring: Container[str]) -> None:
        """Before the switch: data keys that were made since the backup are kept, and those that were dropped stay so.

        Without them nobody could go on with what began since, and whoever was erased could be read again. What is under
        another key than those of the `ring` was another shop's.
        """
        drafts = self._database[f"{DRAFT}data_keys"]
        await drafts.create_index("workflow_id", unique=True)
        async for key in self._database["data_keys"].find().batch_size(_PAGE):
            if key["under"] is None or key["under"] in ring:
                await _merge_key(drafts, key)

    async def merge(self, collection: str, documents: list[bytes]) -> None:
        """Of the short form of a backup: keys, and counters that may only grow."""
        for document in map(decoded, documents):
            if collection == "data_keys":
                await _merge_key(self._database["data_keys"], document)
            if collection == "counters":
                await self._stores.ids.raise_to(document["_id"], document["last"])

    async def erased(self) -> set[str]:
        """The ids of customers who were erased; also those that a restore knew of which was cut off."""
        marker = await self._database[MARKER].find_one({"_id": MARKER}) or {}
        found = self._database["customers"].find({"erased_at": {"$type": "date"}}, {"_id": 1})
        return {str(each["_id"]) async for each in found} | set(marker.get("erased", []))

    async def _names(self, *, drafts: bool = False) -> list[str]:
        found = await self._database.list_collection_names(filter={"type": "collection"})
        if drafts:
            return [name for name in found if name.startswith(DRAFT)]
        return [name for name in found if name != MARKER and not name.startswith((DRAFT, "system."))]


async def _merge_key(keys: Any, key: Document) -> None:
    """A workflow keeps the key that it has; one that was dropped stays so, on either side."""
    try:
        await keys.insert_one(key)
    except DuplicateKeyError:
        if key["wrapped"] is None:
            await keys.update_one({"_id": key["_id"]}, {"$set": {"wrapped": None, "under": None}})

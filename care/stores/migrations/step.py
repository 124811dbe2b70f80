"""What a migration is: a way to find what is left, and to do some of it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from care.stores.documents import OLDEST
from care.stores.mongo import Document

if TYPE_CHECKING:
    from care.stores import Stores

BATCH = 200


@dataclass(frozen=True)
class Batch:
    """What was done at once. `cursor` is where the next one begins; None after the last."""

    moved: int
    cursor: Any = None


@dataclass(frozen=True, kw_only=True)
class Migration(ABC):
    """`name` is its number and what it is about. `needed`: processes of this version do not start before it is done.

    `since` is the number of the migration that a version must know, to run on a database in which this one has begun;
    0 for one that every version before can live with.
    """

    name: str
    what: str
    needed: bool = False
    since: int = 0

    @abstractmethod
    async def left(self, stores: Stores, most: int = 0) -> int:
        """How many documents (or indexes) are in the old shape; counts no further than `most`, if given."""

    @abstractmethod
    async def go_on(self, stores: Stores, after: Any) -> Batch:
        """Some more, behind the cursor `after` (None: from the beginning). Safe to repeat, and to be cut off."""


@dataclass(frozen=True, kw_only=True)
class Rewrite(Migration):
    """Documents of one collection that `old` finds, in the order of their ids.

    `move` brings one into the new shape; it runs again for one that was cut off, or that two run into at once.
    """

    collection: str
    old: Document
    move: Callable[[Stores, Document], Awaitable[None]]

    async def left(self, stores: Stores, most: int = 0) -> int:
        found = stores.database[self.collection]
        if most:
            return int(await found.count_documents(self.old, limit=most))
        return int(await found.count_documents(self.old))

    async def go_on(self, stores: Stores, after: Any) -> Batch:
        beyond: Document = {} if after is None else {"_id": {"$gt": after}}
        found = stores.database[self.collection].find({"$and": [self.old, beyond]}).sort("_id", OLDEST).limit(BATCH)
        documents = [each async for each in found]
        for document in documents:
            await self.move(stores, document)
        return Batch(len(documents), documents[-1]["_id"] if len(documents) == BATCH else None)


@dataclass(frozen=True, kw_only=True)
class DropIndexes(Migration):
    """Indexes that only older versions looked into: by collection, the names."""

    indexes: Mapping[str, list[str]]

    async def left(self, stores: Stores, most: int = 0) -> int:
        return len(await self._there(stores))

    async def go_on(self, stores: Stores, after: Any) -> Batch:
        there = await self._there(stores)
        for collection, index in there:
            await stores.database.command("dropIndexes", collection, index=index, allowable_errors=[_GONE])
        return Batch(len(there))

    async def _there(self, stores: Stores) -> list[tuple[str, str]]:
        made = {name: await stores.database[name].index_information() for name in self.indexes}
        return [(name, index) for name, old in self.indexes.items() for index in old if index in made[name]]


_GONE = 27  # MongoDB's IndexNotFound: another one was faster

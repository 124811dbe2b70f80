"""What workflows have written, as `care repair` sees it: all of it, page by page, readable or not."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from typing import Generic, TypeVar

from pydantic import BaseModel, ValidationError
from pymongo.errors import DuplicateKeyError

from care.models.conversation import Conversation
from care.models.refund import Refund
from care.models.subscription import Subscription
from care.stores.documents import OLDEST, Documents
from care.stores.mongo import Database
from care.stores.mongo import Document as Document

_PAGE = 200


M = TypeVar("M", bound=BaseModel)


def subscriptions(database: Database) -> ProjectionStore[Subscription]:
    return ProjectionStore(
        Documents(database, "subscriptions", Subscription, key="subscription_id", noun="subscription")
    )


def refunds(database: Database) -> ProjectionStore[Refund]:
    return ProjectionStore(Documents(database, "refunds", Refund, key="refund_id", noun="refund"))


def conversations(database: Database) -> ProjectionStore[Conversation]:
    """The heads."""
    return ProjectionStore(
        Documents(database, "conversations", Conversation, key="conversation_id", noun="conversation")
    )


class ProjectionStore(Generic[M]):
    def __init__(self, documents: Documents[M]) -> None:
        self._documents = documents

    async def ids(self, alive: Document | None = None) -> AsyncIterator[list[str]]:
        """All ids but those of erased customers, in pages; of those that match `alive`.

        Short queries rather than one cursor: a repair may take longer than a cursor lives.
        """
        last = ""
        while True:
            where: Document = {"_id": {"$gt": last}, "erased": {"$ne": True}} | (alive or {})
            query = self._documents.collection.find(where, {"_id": 1})
            page = [each["_id"] async for each in query.sort("_id", OLDEST).limit(_PAGE)]
            if not page:
                return
            yield page
            last = page[-1]

    async def known(self, ids: Iterable[str], alive: Document | None = None) -> set[str]:
        """Those of `ids` that have a projection; which matches `alive`, or is of an erased customer."""
        where: Document = {"_id": {"$in": list(ids)}}
        if alive:
            where["$or"] = [alive, {"erased": True}]
        query = self._documents.collection.find(where, {"_id": 1})
        return {each["_id"] async for each in query}

    async def raw(self, id_: str) -> Document | None:
        return await self._documents.collection.find_one({"_id": id_})

    def read(self, document: Document) -> M | None:
        """None for a document that is none of them any more."""
        try:
            return self._documents.decode(document)
        except ValidationError:
            return None

    def as_stored(self, model: M) -> M:
        return self._documents.as_stored(model)

    async def overwrite(self, model: M, seen: Document | None) -> bool:
        """In the place of what was `seen`; False if it has changed since, and nothing happens."""
        fields = self._documents.encode(model)
        if seen is None:
            try:
                await self._documents.collection.insert_one(fields)
            except DuplicateKeyError:
                return False
            return True
        same = {"_id": fields.pop("_id"), "version": seen.get("version")}
        return (await self._documents.collection.update_one(same, {"$set": fields})).matched_count == 1

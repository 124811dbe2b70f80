"""The projections of subscriptions as `care repair` sees them: all of them, page by page, readable or not."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable

from pydantic import ValidationError
from pymongo.errors import DuplicateKeyError

from care.models.subscription import Subscription
from care.stores.documents import OLDEST, Documents
from care.stores.mongo import Database, Document

_PAGE = 200


class ProjectionStore:
    def __init__(self, database: Database) -> None:
        self._subscriptions = Documents(
            database, "subscriptions", Subscription, key="subscription_id", noun="subscription"
        )

    async def ids(self) -> AsyncIterator[list[str]]:
        """All ids but those of erased customers, in pages.

        Short queries rather than one cursor: a repair may take longer than a cursor lives.
        """
        last = ""
        while True:
            query = self._subscriptions.collection.find({"_id": {"$gt": last}, "erased": {"$ne": True}}, {"_id": 1})
            page = [each["_id"] async for each in query.sort("_id", OLDEST).limit(_PAGE)]
            if not page:
                return
            yield page
            last = page[-1]

    async def known(self, ids: Iterable[str]) -> set[str]:
        """Those of `ids` that have a projection."""
        query = self._subscriptions.collection.find({"_id": {"$in": list(ids)}}, {"_id": 1})
        return {each["_id"] async for each in query}

    async def raw(self, subscription_id: str) -> Document | None:
        return await self._subscriptions.collection.find_one({"_id": subscription_id})

    def read(self, document: Document) -> Subscription | None:
        """None for a document that is no subscription any more."""
        try:
            return self._subscriptions.decode(document)
        except ValidationError:
            return None

    def as_stored(self, subscription: Subscription) -> Subscription:
        return self._subscriptions.as_stored(subscription)

    async def overwrite(self, subscription: Subscription, seen: Document | None) -> bool:
        """In the place of what was `seen`; False if it has changed since, and nothing happens."""
        fields = self._subscriptions.encode(subscription)
        if seen is None:
            try:
                await self._subscriptions.collection.insert_one(fields)
            except DuplicateKeyError:
                return False
            return True
        same = {"_id": fields.pop("_id"), "version": seen.get("version")}
        return (await self._subscriptions.collection.update_one(same, {"$set": fields})).matched_count == 1

"""Payers: which customer of the payment provider is which of ours."""

from __future__ import annotations

from pymongo import ReturnDocument

from care.stores.mongo import Database


class PayerStore:
    def __init__(self, database: Database) -> None:
        self._payers = database["payers"]

    async def ensure_indexes(self) -> None:
        """Read by `_id` only."""

    async def find(self, customer_id: str) -> str | None:
        """The provider's id of the customer."""
        found = await self._payers.find_one({"_id": customer_id})
        return found["payer"] if found else None

    async def keep(self, customer_id: str, payer: str) -> str:
        """The first one that was kept stays; gives that."""
        kept = await self._payers.find_one_and_update(
            {"_id": customer_id},
            {"$setOnInsert": {"payer": payer}},
            upsert=True,
            return_document=ReturnDocument.AFTER,
        )
        first: str = kept["payer"]
        return first

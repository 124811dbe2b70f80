"""What the machine has approved for each customer, by calendar month and currency: one document each.

The limit is kept by one conditional update of that document, so no two workers can pass it together.
"""

from __future__ import annotations

from contextlib import suppress

from pymongo.errors import DuplicateKeyError

from care.models.refund import Refund
from care.stores.mongo import Database


class AllowanceStore:
    def __init__(self, database: Database) -> None:
        self._allowances = database["allowances"]

    async def ensure_indexes(self) -> None:
        """Read by `_id` only."""

    async def take(self, refund: Refund, month: str, *, limit: int) -> bool:
        """Take the refund's amount out of the customer's `month` (like "2026-11"), unless that would pass `limit`
        (minor units). The same refund takes once, however often it asks; what was taken is not given back.
        """
        amount = refund.amount.amount
        id_ = f"{refund.customer_id} {month} {refund.amount.currency}"
        with suppress(DuplicateKeyError):  # made by another worker in this moment
            await self._allowances.update_one({"_id": id_}, {"$setOnInsert": {"taken": 0, "refunds": []}}, upsert=True)
        changed = await self._allowances.update_one(
            {"_id": id_, "taken": {"$lte": limit - amount}, "refunds": {"$ne": refund.refund_id}},
            {"$inc": {"taken": amount}, "$push": {"refunds": refund.refund_id}},
        )
        if changed.modified_count:
            return True
        return await self._allowances.count_documents({"_id": id_, "refunds": refund.refund_id}, limit=1) == 1

    async def taken(self, customer_id: str, month: str, currency: str) -> int:
        """Minor units."""
        found = await self._allowances.find_one({"_id": f"{customer_id} {month} {currency}"})
        return 0 if found is None else int(found["taken"])

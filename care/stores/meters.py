"""Model calls, counted per day (UTC)."""

from __future__ import annotations

from datetime import timedelta

from care.stores.documents import now
from care.stores.mongo import Database


class MeterStore:
    def __init__(self, database: Database) -> None:
        self._meters = database["meters"]

    async def ensure_indexes(self) -> None:
        await self._meters.create_index("day")

    async def count(self, name: str, *, ok: bool, milliseconds: int) -> None:
        """One call of the model `name`, and how long it took."""
        day = now().date().isoformat()
        await self._meters.update_one(
            {"_id": f"{day} {name}"},
            {
                "$setOnInsert": {"day": day, "name": name},
                "$inc": {"calls": 1, "failures": 0 if ok else 1, "milliseconds": milliseconds},
            },
            upsert=True,
        )

    async def totals(self, days: int) -> tuple[dict[str, int], dict[str, int]]:
        """Calls and failures by name over the last `days` days."""
        first = (now() - timedelta(days=days)).date().isoformat()
        groups = self._meters.aggregate(
            [
                {"$match": {"day": {"$gt": first}}},
                {"$group": {"_id": "$name", "calls": {"$sum": "$calls"}, "failures": {"$sum": "$failures"}}},
                {"$sort": {"_id": 1}},
            ]
        )
        found = [group async for group in groups]
        return {g["_id"]: g["calls"] for g in found}, {g["_id"]: g["failures"] for g in found}

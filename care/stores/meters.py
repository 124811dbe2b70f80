"""Model calls, counted per day (UTC)."""

from __future__ import annotations

from datetime import date, timedelta

from pymongo.write_concern import WriteConcern

from care.models.analytics import ModelDay, ModelFigures, Usage
from care.stores.documents import now
from care.stores.mongo import Database, Document

_NOTHING = Usage()


class MeterStore:
    def __init__(self, database: Database) -> None:
        # A count that a crash may lose must not cost a customer the wait for a disk.
        self._meters = database["meters"].with_options(write_concern=WriteConcern(w=1))

    async def ensure_indexes(self) -> None:
        await self._meters.create_index([("day", 1), ("name", 1)])

    async def count(
        self, name: str, *, ok: bool, milliseconds: int, retry: bool = False, usage: Usage | None = None
    ) -> None:
        """One call of the model `name`, how long it took, and what it used. `retry`: it repeats one that failed."""
        used = usage or _NOTHING
        counted = {
            "calls": 1,
            "failures": 0 if ok else 1,
            "retries": 1 if retry else 0,
            "milliseconds": milliseconds,
            "tokens_in": used.tokens_in,
            "tokens_out": used.tokens_out,
            "cost": used.cost,
        }
        priced = {"$set": {"currency": used.currency}} if used.cost else {}
        await self._add(name, {"$inc": counted, "$max": {"slowest": milliseconds}} | priced)

    async def rests(self, name: str, seconds: float) -> None:
        """The model `name` is left alone for so long, because it fails."""
        await self._add(name, {"$inc": {"rests": 1}, "$max": {"rests_until": now() + timedelta(seconds=seconds)}})

    async def _add(self, name: str, change: Document) -> None:
        day = now().date().isoformat()
        key = {"$setOnInsert": {"day": day, "name": name}}
        await self._meters.update_one({"_id": f"{day} {name}"}, key | change, upsert=True)

    async def totals(self, days: int) -> list[ModelFigures]:
        """Each model's figures over the last `days` days, by name."""
        today = now().date()
        return await self.between(today - timedelta(days=days - 1), today)

    async def between(self, first: date, last: date) -> list[ModelFigures]:
        """The same over these days, both included."""
        sums = ("calls", "failures", "retries", "milliseconds", "tokens_in", "tokens_out", "cost", "rests")
        group: Document = {"_id": "$name", **{field: {"$sum": f"${field}"} for field in sums}}
        group |= {field: {"$max": f"${field}"} for field in ("slowest", "currency", "rests_until")}
        pipeline = [{"$match": _within(first, last)}, {"$group": group}, {"$sort": {"_id": 1}}]
        return [_figures(found) async for found in self._meters.aggregate(pipeline)]

    async def days(self, first: date, last: date) -> list[ModelDay]:
        """Each model's figures of each of these days on which it was asked, by day and name."""
        found = self._meters.find(_within(first, last) | {"calls": {"$gt": 0}}).sort([("day", 1), ("name", 1)])
        return [_of_day(each) async for each in found]


def _within(first: date, last: date) -> Document:
    return {"day": {"$gte": first.isoformat(), "$lte": last.isoformat()}}


def _micros(cost: int) -> int:
    return (cost + 500_000) // 1_000_000


def _of_day(found: Document) -> ModelDay:
    """A day of long ago may know fewer figures."""
    return ModelDay(
        day=date.fromisoformat(found["day"]),
        mean_milliseconds=found.get("milliseconds", 0) // found["calls"],
        slowest_milliseconds=found.get("slowest", 0),
        cost_micros=_micros(found.get("cost", 0)),
        **{k: found[k] for k in ("name", "calls", "failures")},
        **{k: found.get(k, 0) for k in ("tokens_in", "tokens_out")},
        currency=found.get("currency"),
    )


def _figures(found: Document) -> ModelFigures:
    return ModelFigures(
        name=found["_id"],
        mean_milliseconds=found["milliseconds"] // found["calls"] if found["calls"] else 0,
        slowest_milliseconds=found["slowest"] or 0,
        cost_micros=_micros(found["cost"]),
        **{k: found[k] for k in ("calls", "failures", "retries", "tokens_in", "tokens_out", "currency", "rests")},
        rests_until=found["rests_until"],
    )

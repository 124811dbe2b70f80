"""The supervisor's figures, counted by MongoDB. Days are UTC days."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import date, datetime, timedelta

from care.models.analytics import Cell, Resolutions, Summary, Table
from care.models.period import Period
from care.models.refund import RefundStatus
from care.stores.analytics_refunds import RefundFigures
from care.stores.analytics_rows import Rows
from care.stores.analytics_subscriptions import SubscriptionFigures
from care.stores.counting import counted, day_of, during, rows
from care.stores.documents import now
from care.stores.meters import MeterStore
from care.stores.mongo import Database, Document

# A contained conversation that nobody came back to for this long counts as verified.
QUIET = timedelta(hours=24)
_IN_REVIEW = RefundStatus.IN_REVIEW.value


class AnalyticsStore:
    """Reads what the other stores write; has no collection of its own."""

    def __init__(self, database: Database, meters: MeterStore) -> None:
        self._database = database
        self._meters = meters
        self._refunds = RefundFigures(database)
        self._subscriptions = SubscriptionFigures(database)
        self._rows = Rows(database)

    async def ensure_indexes(self) -> None:
        talks = self._database["conversations"]
        await talks.create_index([("created_at", 1), ("was_handed_off", 1), ("updated_at", 1)], name="analytics")
        await self._refunds.ensure_indexes()
        await self._subscriptions.ensure_indexes()

    async def summary(self, period: Period) -> Summary:
        """What was started, opened or placed in the period, and the reviews open now."""
        at = now()
        parts = await asyncio.gather(
            self._conversations(period, at),
            self._refunds.summary(period),
            self._reviews(at),
            self._subscriptions.summary(period),
            self._models(period),
        )
        figures: Document = {"days": period.days, "first_day": period.first, "last_day": period.last}
        for part in parts:
            figures |= part
        return Summary.model_validate(figures)

    async def table(self, what: Table, period: Period) -> AsyncIterator[Sequence[Cell]]:
        """Its head and then its rows, one after the other however many there are."""
        match what:
            case Table.REFUNDS:
                each = self._rows.refunds(period)
            case Table.DELIVERIES:
                each = self._rows.deliveries(period)
            case Table.CONVERSATIONS:
                each = self._rows.conversations(period, now() - QUIET)
            case _:
                each = self._rows.of(what, await self.summary(period), period)
        async for row in each:
            yield row

    async def _conversations(self, period: Period, at: datetime) -> Document:
        assisted = {"$eq": ["$was_handed_off", True]}
        quiet = {"$lt": ["$updated_at", at - QUIET]}
        group: Document = {
            "_id": day_of("created_at"),
            "all": {"$sum": 1},
            "assisted": counted(assisted),
            "verified": counted({"$and": [{"$not": [assisted]}, quiet]}),
        }
        pipeline = [{"$match": {"created_at": during(period)}}, {"$group": group}, {"$sort": {"_id": 1}}]
        days = [_resolutions(row) for row in await rows(self._database, "conversations", pipeline)]
        contained, assisted_by_people = sum(d.contained for d in days), sum(d.assisted for d in days)
        return {
            "conversations": contained + assisted_by_people,
            "contained": contained,
            "assisted": assisted_by_people,
            "verified": sum(d.verified for d in days),
            "resolutions_by_day": days,
        }

    async def _reviews(self, at: datetime) -> Document:
        refunds = self._database["refunds"]
        waiting = {"status": _IN_REVIEW}
        total, overdue, oldest = await asyncio.gather(
            refunds.count_documents(waiting),
            refunds.count_documents(waiting | {"due_at": {"$lt": at, "$ne": None}}),
            refunds.find_one(waiting, {"created_at": 1}, sort=[("created_at", 1)]),
        )
        age = int((at - oldest["created_at"]).total_seconds()) if oldest else None
        return {"reviews_open": total, "reviews_overdue": overdue, "oldest_review_seconds": age}

    async def _models(self, period: Period) -> Document:
        models, days = await asyncio.gather(
            self._meters.between(period.first, period.last), self._meters.days(period.first, period.last)
        )
        return {
            "models": models,
            "models_by_day": days,
            "model_calls": {m.name: m.calls for m in models},
            "model_failures": {m.name: m.failures for m in models},
        }


def _resolutions(row: Document) -> Resolutions:
    return Resolutions(
        day=date.fromisoformat(row["_id"]),
        contained=row["all"] - row["assisted"],
        assisted=row["assisted"],
        verified=row["verified"],
    )

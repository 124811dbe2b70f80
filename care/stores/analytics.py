"""The supervisor's summary, counted by MongoDB. Days are UTC days."""

from __future__ import annotations

import asyncio
from datetime import date, datetime, timedelta
from typing import Any

from care.models.analytics import DayCount, OutcomeCount, Summary
from care.models.money import Money
from care.models.refund import RefundStatus
from care.models.subscription import SubscriptionStatus
from care.stores.documents import now
from care.stores.meters import MeterStore
from care.stores.mongo import Database, Document

# A contained conversation that nobody came back to for this long counts as verified.
_QUIET = timedelta(hours=24)
_IN_REVIEW = RefundStatus.IN_REVIEW.value


class AnalyticsStore:
    """Reads what the other stores write; has no collection of its own."""

    def __init__(self, database: Database, meters: MeterStore) -> None:
        self._database = database
        self._meters = meters

    async def ensure_indexes(self) -> None:
        await self._database["orders"].create_index([("placed_at", 1)])

    async def summary(self, days: int) -> Summary:
        """The last `days` days (1 or more): what was started, opened or placed in them, and the reviews open now."""
        at = now()
        since = at - timedelta(days=days)
        conversations, refunds, reviews, deliveries, subscriptions, models = await asyncio.gather(
            self._conversations(since, at),
            self._refunds(since),
            self._reviews(at),
            self._deliveries(since),
            self._subscriptions(since),
            self._meters.totals(days),
        )
        return Summary.model_validate(
            conversations
            | refunds
            | reviews
            | deliveries
            | subscriptions
            | {
                "days": days,
                "models": models,
                "model_calls": {m.name: m.calls for m in models},
                "model_failures": {m.name: m.failures for m in models},
            }
        )

    async def _conversations(self, since: datetime, at: datetime) -> Document:
        conversations = self._database["conversations"]
        started = {"created_at": {"$gte": since}}
        contained = started | {"was_handed_off": {"$ne": True}}
        total, kept, quiet = await asyncio.gather(
            conversations.count_documents(started),
            conversations.count_documents(contained),
            conversations.count_documents(contained | {"updated_at": {"$lt": at - _QUIET}}),
        )
        return {"conversations": total, "contained": kept, "assisted": total - kept, "verified": quiet}

    async def _refunds(self, since: datetime) -> Document:
        refunds = self._database["refunds"]
        opened = {"created_at": {"$gte": since}}
        groups, by_day, automatic, met, missed = await asyncio.gather(
            self._rows("refunds", [{"$match": opened}, _BY_OUTCOME, {"$sort": {"_id": 1}}]),
            self._by_day("refunds", opened, "created_at"),
            refunds.count_documents(opened | {"status": RefundStatus.PAID.value, "rulings": []}),
            refunds.count_documents(_deadline(opened, "$lte")),
            refunds.count_documents(_deadline(opened, "$gt")),
        )
        return {
            "refunds": [_outcome(group) for group in groups],
            "refunds_by_day": by_day,
            "automatic_refunds": automatic,
            "deadlines_met": met,
            "deadlines_missed": missed,
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

    async def _deliveries(self, since: datetime) -> Document:
        placed = {"subscription_id": {"$type": "string"}, "placed_at": {"$gte": since}}
        by_day = await self._by_day("orders", placed, "placed_at")
        return {"deliveries": sum(each.count for each in by_day), "deliveries_by_day": by_day}

    async def _subscriptions(self, since: datetime) -> Document:
        subscriptions = self._database["subscriptions"]
        failed = {"recent.at": {"$gte": since}, "recent.outcome": {"$ne": "delivered"}}
        active, started, cancelled, missed = await asyncio.gather(
            subscriptions.count_documents({"status": SubscriptionStatus.ACTIVE.value}),
            subscriptions.count_documents({"created_at": {"$gte": since}}),
            subscriptions.count_documents({"cancelled_at": {"$gte": since}}),
            self._rows("subscriptions", [{"$unwind": "$recent"}, {"$match": failed}, {"$count": "count"}]),
        )
        return {
            "subscriptions_active": active,
            "subscriptions_started": started,
            "subscriptions_cancelled": cancelled,
            "missed_deliveries": missed[0]["count"] if missed else 0,
        }

    async def _by_day(self, collection: str, match: Document, field: str) -> list[DayCount]:
        day = {"$dateToString": {"date": f"${field}", "format": "%Y-%m-%d"}}
        pipeline = [{"$match": match}, {"$group": {"_id": day, "count": {"$sum": 1}}}, {"$sort": {"_id": 1}}]
        rows = await self._rows(collection, pipeline)
        return [DayCount(day=date.fromisoformat(row["_id"]), count=row["count"]) for row in rows]

    async def _rows(self, collection: str, pipeline: list[dict[str, Any]]) -> list[Document]:
        return [row async for row in self._database[collection].aggregate(pipeline)]


_BY_OUTCOME: Document = {
    "$group": {
        "_id": {"status": "$status", "currency": "$amount.currency"},
        "count": {"$sum": 1},
        "amount": {"$sum": "$amount.amount"},
    }
}


def _outcome(group: Document) -> OutcomeCount:
    amount = Money(amount=group["amount"], currency=group["_id"]["currency"])
    return OutcomeCount(status=group["_id"]["status"], count=group["count"], amount=amount)


def _deadline(opened: Document, compared: str) -> Document:
    """Cases whose first ruling came in time (`$lte`) or late (`$gt`); one that expired without any was late."""
    late = compared == "$gt"
    ruled = {
        "first_ruling_at": {"$ne": None},
        "first_ruling_due_at": {"$ne": None},
        "$expr": {compared: ["$first_ruling_at", "$first_ruling_due_at"]},
    }
    unruled = {"first_ruling_at": None, "first_ruling_due_at": {"$ne": None}, "status": RefundStatus.EXPIRED.value}
    return opened | {"$or": [ruled, unruled] if late else [ruled]}

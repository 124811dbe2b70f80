"""The figures of subscriptions: deliveries, those that did not come, and who began and ended."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterable
from datetime import date

from care.models.analytics import ChurnDay, DayCount, DeliveryDay
from care.models.period import Period
from care.models.subscription import SubscriptionStatus
from care.stores.counting import Pipeline, by_day, day_of, during, rows
from care.stores.mongo import Database, Document

# How a delivery ends that does not come; `skipped` here is one that was let go while it was overdue.
_FAILED = ["out_of_stock", "payment_failed", "missed"]
_UNDELIVERED = [*_FAILED, "skipped"]
_ANY_UNDELIVERED: Document = {"recent.outcome": {"$in": _UNDELIVERED}}
_ANY_SKIP: Document = {"skips": {"$gt": ""}}
DELIVERIES: Document = {"subscription_id": {"$gt": ""}}


class SubscriptionFigures:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def ensure_indexes(self) -> None:
        """Most subscriptions have no entry in those for what did not come."""
        orders, subscriptions = self._database["orders"], self._database["subscriptions"]
        await orders.create_index(
            [("placed_at", 1), ("subscription_id", 1)], name="analytics", partialFilterExpression=DELIVERIES
        )
        await subscriptions.create_index(
            [("recent.at", 1)], name="analytics_undelivered", partialFilterExpression=_ANY_UNDELIVERED
        )
        await subscriptions.create_index([("skips", 1)], name="analytics_skips", partialFilterExpression=_ANY_SKIP)

    async def summary(self, period: Period) -> Document:
        when, database = during(period), self._database
        active = {"status": SubscriptionStatus.ACTIVE.value}
        made, undelivered, skips, started, cancelled, alive = await asyncio.gather(
            by_day(database, "orders", DELIVERIES | {"placed_at": when}, "placed_at"),
            self._undelivered(period),
            self._skips(period),
            by_day(database, "subscriptions", {"created_at": when}, "created_at"),
            by_day(database, "subscriptions", {"cancelled_at": when}, "cancelled_at"),
            database["subscriptions"].count_documents(active),
        )
        failed = _sums(undelivered, _FAILED)
        skipped = skips + _sums(undelivered, ["skipped"])
        days = _by(_counts(made), skipped, failed)
        churn = _by(_counts(started), _counts(cancelled))
        return {
            "deliveries": sum(each.count for each in made),
            "deliveries_by_day": made,
            "missed_deliveries": sum(row["count"] for row in undelivered),
            "skipped_deliveries": skipped.total(),
            "failed_deliveries": failed.total(),
            "delivery_days": [DeliveryDay(day=d, delivered=n, skipped=s, failed=f) for d, (n, s, f) in days],
            "subscriptions_active": alive,
            "subscriptions_started": sum(each.count for each in started),
            "subscriptions_cancelled": sum(each.count for each in cancelled),
            "subscriptions_by_day": [ChurnDay(day=d, started=n, cancelled=c) for d, (n, c) in churn],
        }

    async def _undelivered(self, period: Period) -> list[Document]:
        """How deliveries ended that did not come, by day and outcome, as far back as subscriptions keep it."""
        ended = {"recent": {"$elemMatch": {"at": during(period), "outcome": {"$in": _UNDELIVERED}}}}
        each = {"recent.at": during(period), "recent.outcome": {"$in": _UNDELIVERED}}
        group = {"_id": {"day": day_of("recent.at"), "outcome": "$recent.outcome"}, "count": {"$sum": 1}}
        pipeline: Pipeline = [
            {"$match": _ANY_UNDELIVERED | ended},
            {"$unwind": "$recent"},
            {"$match": each},
            {"$group": group},
        ]
        return await rows(self._database, "subscriptions", pipeline)

    async def _skips(self, period: Period) -> Counter[date]:
        """Deliveries that their customers skipped, by the local day on which they would have come."""
        days = {"$gte": period.first.isoformat(), "$lt": f"{period.last.isoformat()}~"}
        skipped = {"skips": {"$gt": "", "$elemMatch": days}}
        group = {"_id": {"$substrBytes": ["$skips", 0, 10]}, "count": {"$sum": 1}}
        pipeline: Pipeline = [
            {"$match": skipped},
            {"$unwind": "$skips"},
            {"$match": {"skips": days}},
            {"$group": group},
        ]
        found = await rows(self._database, "subscriptions", pipeline)
        return Counter({date.fromisoformat(row["_id"]): row["count"] for row in found})


def _sums(undelivered: Iterable[Document], outcomes: list[str]) -> Counter[date]:
    sums: Counter[date] = Counter()
    for row in undelivered:
        if row["_id"]["outcome"] in outcomes:
            sums[date.fromisoformat(row["_id"]["day"])] += row["count"]
    return sums


def _counts(days: Iterable[DayCount]) -> Counter[date]:
    return Counter({each.day: each.count for each in days})


def _by(*counts: Counter[date]) -> list[tuple[date, tuple[int, ...]]]:
    """Each day that has any, with its number of each kind."""
    days = sorted(set[date]().union(*counts))
    return [(day, tuple(each[day] for each in counts)) for day in days]

"""What the analytics ask MongoDB for: pieces of pipelines, and how their rows are read. Days are UTC days."""

from __future__ import annotations

from datetime import date
from typing import Any

from care.models.analytics import DayCount
from care.models.period import Period
from care.stores.mongo import Database, Document

Pipeline = list[dict[str, Any]]


def during(period: Period) -> Document:
    """For a time that lies in the period."""
    return {"$gte": period.since, "$lt": period.until}


def day_of(field: str) -> Document:
    """The day of a time, as text that is kept in the order of days."""
    return {"$dateToString": {"date": f"${field}", "format": "%Y-%m-%d"}}


def counted(condition: Any) -> Document:
    """How many of a group fulfil it."""
    return {"$sum": {"$cond": [condition, 1, 0]}}


async def rows(database: Database, collection: str, pipeline: Pipeline) -> list[Document]:
    return [row async for row in database[collection].aggregate(pipeline)]


async def by_day(database: Database, collection: str, where: Document, field: str) -> list[DayCount]:
    """How many there are of each day that has any."""
    pipeline = [{"$match": where}, {"$group": {"_id": day_of(field), "count": {"$sum": 1}}}, {"$sort": {"_id": 1}}]
    found = await rows(database, collection, pipeline)
    return [DayCount(day=date.fromisoformat(row["_id"]), count=row["count"]) for row in found]

"""The figures as tables to take along: each begins with its head. Amounts in minor units, times as they are stored."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import AsyncIterator, Sequence
from datetime import date, datetime
from typing import Any

from care.models.analytics import Cell, ChurnDay, DeliveryDay, Resolutions, Summary, Table
from care.models.period import Period
from care.stores.analytics_pipelines import DECIDED_AT, DECISION, FIRST_REVIEWER, LAST_REVIEWER
from care.stores.analytics_subscriptions import DELIVERIES
from care.stores.counting import during
from care.stores.mongo import Database, Document

Columns = dict[str, Any]

_DECIDED = {"$ne": [DECISION, None]}
# By the head of the column: the field, or how it is found.
_REFUNDS: Columns = {
    "refund_id": "$_id",
    "order_id": "$order_id",
    "customer_id": "$customer_id",
    "opened_at": "$created_at",
    "reason": "$reason",
    "remedy": "$remedy",
    "status": "$status",
    "amount_minor": "$amount.amount",
    "approved_minor": "$approved.amount",
    "currency": "$amount.currency",
    "machine_decision": "$verdict.decision",
    "machine_confidence": "$verdict.confidence",
    "first_ruling_by": FIRST_REVIEWER,
    "first_ruling_at": "$first_ruling_at",
    "first_ruling_due_at": "$first_ruling_due_at",
    "decision": DECISION,
    "decided_by": {"$cond": [_DECIDED, LAST_REVIEWER, None]},
    "decided_at": {"$cond": [_DECIDED, DECIDED_AT, None]},
}
_DELIVERIES: Columns = {
    "order_id": "$_id",
    "subscription_id": "$subscription_id",
    "customer_id": "$customer_id",
    "occurrence": "$occurrence",
    "status": "$status",
    "total_minor": "$total.amount",
    "currency": "$total.currency",
    "payment": "$payment.status",
    "placed_at": "$placed_at",
    "shipped_at": "$shipped_at",
    "delivered_at": "$delivered_at",
}


class Rows:
    def __init__(self, database: Database) -> None:
        self._database = database

    def refunds(self, period: Period) -> AsyncIterator[Sequence[Cell]]:
        """The cases that were opened in the period."""
        return self._each("refunds", {"created_at": during(period)}, "created_at", _REFUNDS)

    def deliveries(self, period: Period) -> AsyncIterator[Sequence[Cell]]:
        """The orders of subscriptions that were placed in the period."""
        return self._each("orders", DELIVERIES | {"placed_at": during(period)}, "placed_at", _DELIVERIES)

    def conversations(self, period: Period, quiet_since: datetime) -> AsyncIterator[Sequence[Cell]]:
        """Those that began in the period. A contained one is verified if nothing was said from `quiet_since` on."""
        contained = {"$cond": [{"$lt": ["$updated_at", quiet_since]}, "verified", "contained"]}
        columns = {
            "conversation_id": "$_id",
            "customer_id": "$customer_id",
            "began_at": "$created_at",
            "last_message_at": "$updated_at",
            "resolution": {"$cond": [{"$eq": ["$was_handed_off", True]}, "assisted", contained]},
        }
        return self._each("conversations", {"created_at": during(period)}, "created_at", columns)

    async def of(self, what: Table, summary: Summary, period: Period) -> AsyncIterator[Sequence[Cell]]:
        """What the summary has: days, agents or models."""
        made = {Table.AGENTS: _agents, Table.MODELS: _models}.get(what)
        for row in made(summary) if made else _days(summary, period):
            yield row

    async def _each(self, collection: str, where: Document, by: str, columns: Columns) -> AsyncIterator[Sequence[Cell]]:
        yield list(columns)
        project = {"_id": 0} | columns
        found = self._database[collection].aggregate([{"$match": where}, {"$sort": {by: 1}}, {"$project": project}])
        async for document in found:
            yield [document.get(name) for name in columns]


def _agents(summary: Summary) -> list[Sequence[Cell]]:
    head = ["reviewer", "first_rulings_in_time", "first_rulings_late", "cases_decided", "median_seconds_to_decision"]
    return [head, *([a.reviewer, a.met, a.missed, a.decided, a.median_seconds] for a in summary.agents)]


def _models(summary: Summary) -> list[Sequence[Cell]]:
    return [
        [
            *("day", "model", "calls", "failures", "mean_milliseconds", "slowest_milliseconds"),
            *("tokens_in", "tokens_out", "cost_micros", "currency"),
        ],
        *(
            [
                *(m.day, m.name, m.calls, m.failures, m.mean_milliseconds, m.slowest_milliseconds),
                *(m.tokens_in, m.tokens_out, m.cost_micros, m.currency),
            ]
            for m in summary.models_by_day
        ),
    ]


def _days(summary: Summary, period: Period) -> list[Sequence[Cell]]:
    """One row a day, also where nothing happened."""
    found: defaultdict[date, dict[str, int]] = defaultdict(dict)
    by_day: list[Resolutions | DeliveryDay | ChurnDay] = [*summary.resolutions_by_day, *summary.delivery_days]
    for each in (*by_day, *summary.subscriptions_by_day):
        found[each.day] |= each.model_dump(exclude={"day"})
    for count in summary.refunds_by_day:
        found[count.day]["refunds"] = count.count
    names = {
        "conversations_contained": "contained",
        "conversations_assisted": "assisted",
        "conversations_verified": "verified",
        "refunds_opened": "refunds",
        "deliveries": "delivered",
        "deliveries_skipped": "skipped",
        "deliveries_failed": "failed",
        "subscriptions_started": "started",
        "subscriptions_cancelled": "cancelled",
    }
    rows: list[Sequence[Cell]] = [
        [day, *(found[day].get(name, 0) for name in names.values())] for day in period.each_day
    ]
    return [["day", *names], *rows]

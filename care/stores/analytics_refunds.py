"""The figures of refunds: of the cases that were opened in the time."""

from __future__ import annotations

import asyncio
from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import date

from care.models.analytics import AgentFigures, Agreement, DayCount, OutcomeCount
from care.models.money import Money
from care.models.period import Period
from care.models.refund import RefundStatus
from care.stores.analytics_pipelines import BANDS, BY_OUTCOME, FACTS, IN_ORDER, PEOPLE, RULED_ON
from care.stores.counting import during, rows
from care.stores.mongo import Database, Document


class RefundFigures:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def ensure_indexes(self) -> None:
        refunds = self._database["refunds"]
        await refunds.create_index(
            [("created_at", 1), ("status", 1), ("amount.currency", 1), ("amount.amount", 1)], name="analytics_outcomes"
        )
        await refunds.create_index([("created_at", 1)], name="analytics_ruled", partialFilterExpression=RULED_ON)

    async def summary(self, period: Period) -> Document:
        by_outcome, (people,), silent = await asyncio.gather(
            rows(self._database, "refunds", [{"$match": {"created_at": during(period)}}, BY_OUTCOME, IN_ORDER]),
            rows(self._database, "refunds", [{"$match": RULED_ON | {"created_at": during(period)}}, FACTS, PEOPLE]),
            self._database["refunds"].count_documents(_nobody_ruled(period)),
        )
        refunds = _outcomes(by_outcome)
        paid = sum(each.count for each in refunds if each.status == RefundStatus.PAID)
        return {
            "refunds": refunds,
            "refunds_by_day": _days(by_outcome),
            "automatic_refunds": paid - sum(row["count"] for row in people["paid"]),
            "deadlines_met": sum(row["met"] for row in people["first"]),
            "deadlines_missed": sum(row["missed"] for row in people["first"]) + silent,
            "agents": _agents(people["first"], people["decided"]),
            "agreement": _agreement(people["agreement"]),
        }


def _nobody_ruled(period: Period) -> Document:
    """Cases that expired without any ruling: those were late, and nobody's."""
    expired = {"created_at": during(period), "status": RefundStatus.EXPIRED.value}
    return expired | {"first_ruling_at": None, "first_ruling_due_at": {"$ne": None}}


def _outcomes(groups: Iterable[Document]) -> list[OutcomeCount]:
    counts: Counter[tuple[str, str]] = Counter()
    amounts: Counter[tuple[str, str]] = Counter()
    for group in groups:
        key = group["_id"]["status"], group["_id"]["currency"]
        counts[key] += group["count"]
        amounts[key] += group["amount"]
    return [
        OutcomeCount(status=status, count=count, amount=Money(amount=amounts[status, currency], currency=currency))
        for (status, currency), count in counts.items()
    ]


def _days(groups: Iterable[Document]) -> list[DayCount]:
    counts: Counter[str] = Counter()
    for group in groups:
        counts[group["_id"]["day"]] += group["count"]
    return [DayCount(day=date.fromisoformat(day), count=counts[day]) for day in sorted(counts)]


def _agents(first: Iterable[Document], decided: Iterable[Document]) -> list[AgentFigures]:
    cases: Counter[str] = Counter()
    ages: defaultdict[str, Counter[int]] = defaultdict(Counter)
    for row in decided:
        who, minutes = row["_id"]["by"], row["_id"]["minutes"]
        cases[who] += row["count"]
        if minutes is not None:  # else the timeline does not tell
            ages[who][minutes] += row["count"]
    ruled = {row["_id"]: row for row in first}
    return [
        AgentFigures(
            reviewer=who,
            met=ruled[who]["met"] if who in ruled else 0,
            missed=ruled[who]["missed"] if who in ruled else 0,
            decided=cases[who],
            median_seconds=_median(ages[who]),
        )
        for who in sorted(ruled.keys() | cases.keys())
    ]


def _median(minutes: Counter[int]) -> int | None:
    """Half of the cases took no longer, in seconds."""
    left = (minutes.total() + 1) // 2
    for each in sorted(minutes):
        left -= minutes[each]
        if left <= 0:
            return each * 60
    return None


def _agreement(groups: Iterable[Document]) -> list[Agreement]:
    width = 100 // BANDS
    return [
        Agreement(
            above=group["_id"] * width,
            below=(group["_id"] + 1) * width,
            agreed=group["agreed"],
            differed=group["cases"] - group["agreed"] - group["undecided"],
            undecided=group["undecided"],
            approved=group["approved"],
        )
        for group in groups
    ]

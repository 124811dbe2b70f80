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
from care.stores.counting import counted, day_of, during, rows
from care.stores.mongo import Database, Document

_APPROVED = [RefundStatus.APPROVED.value, RefundStatus.PAID.value, RefundStatus.PAYMENT_FAILED.value]
_BANDS = 5
# Some person has ruled; the index holds no other cases.
_RULED_ON: Document = {"rulings.reviewer": {"$gt": ""}}

_STANDING = {"$size": {"$ifNull": ["$approvals", []]}}
_SETTLING = {"$filter": {"input": "$timeline", "cond": {"$in": ["$$this.event", ["approved", "rejected"]]}}}
# What a person decided: an approval that stands is theirs, and the machine never rejects.
DECISION: Document = {
    "$switch": {
        "branches": [
            {"case": {"$eq": ["$status", RefundStatus.REJECTED.value]}, "then": "rejected"},
            {"case": {"$and": [{"$in": ["$status", _APPROVED]}, {"$gt": [_STANDING, 0]}]}, "then": "approved"},
        ],
        "default": None,
    }
}
LAST_REVIEWER: Document = {"$last": "$rulings.reviewer"}
FIRST_REVIEWER: Document = {"$first": "$rulings.reviewer"}
DECIDED_AT: Document = {"$last": {"$map": {"input": _SETTLING, "in": "$$this.at"}}}
# What the machine would have decided: what the judge read in the evidence, or what a verdict from before kept of it.
_LEANING: Document = {
    "$switch": {
        "branches": [
            {"case": {"$eq": ["$verdict.judgement.decision", "valid"]}, "then": "approved"},
            {"case": {"$eq": ["$verdict.judgement.decision", "invalid"]}, "then": "rejected"},
            {"case": {"$eq": ["$verdict.decision", "approve"]}, "then": "approved"},
        ],
        "default": None,
    }
}


class RefundFigures:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def ensure_indexes(self) -> None:
        refunds = self._database["refunds"]
        await refunds.create_index(
            [("created_at", 1), ("status", 1), ("amount.currency", 1), ("amount.amount", 1)], name="analytics_outcomes"
        )
        await refunds.create_index([("created_at", 1)], name="analytics_ruled", partialFilterExpression=_RULED_ON)

    async def summary(self, period: Period) -> Document:
        by_outcome, (people,), silent = await asyncio.gather(
            rows(self._database, "refunds", [{"$match": {"created_at": during(period)}}, _BY_OUTCOME, _IN_ORDER]),
            rows(self._database, "refunds", [{"$match": _RULED_ON | {"created_at": during(period)}}, _FACTS, _PEOPLE]),
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


_IN_ORDER: Document = {"$sort": {"_id": 1}}
_BY_OUTCOME: Document = {
    "$group": {
        "_id": {"status": "$status", "currency": "$amount.currency", "day": day_of("created_at")},
        "count": {"$sum": 1},
        "amount": {"$sum": "$amount.amount"},
    }
}
_MINUTES: Document = {"$dateDiff": {"startDate": "$created_at", "endDate": DECIDED_AT, "unit": "minute"}}
_FACTS: Document = {
    "$project": {
        "status": 1,
        "first": FIRST_REVIEWER,
        "had_deadline": {"$and": [{"$gt": ["$first_ruling_at", None]}, {"$gt": ["$first_ruling_due_at", None]}]},
        "met": {"$lte": ["$first_ruling_at", "$first_ruling_due_at"]},
        "decision": DECISION,
        "decider": LAST_REVIEWER,
        "minutes": _MINUTES,
        "leaning": _LEANING,
        # A judge that could not answer had no opinion to agree with.
        "judged": {"$and": [{"$gt": ["$verdict", None]}, {"$not": [{"$gt": ["$verdict.judgement.problem", None]}]}]},
        "band": {"$min": [{"$toInt": {"$multiply": ["$verdict.confidence", _BANDS]}}, _BANDS - 1]},
    }
}
# Ages are told in minutes or hours: so many groups at most are read, however many cases there are.
_AGE: Document = {
    "$cond": [{"$lt": ["$minutes", 120]}, "$minutes", {"$subtract": ["$minutes", {"$mod": ["$minutes", 60]}]}]
}
_PEOPLE: Document = {
    "$facet": {
        "paid": [{"$match": {"status": RefundStatus.PAID.value}}, {"$count": "count"}],
        "first": [
            {"$match": {"had_deadline": True}},
            {"$group": {"_id": "$first", "met": counted("$met"), "missed": counted({"$not": ["$met"]})}},
        ],
        "decided": [
            {"$match": {"decision": {"$ne": None}}},
            {"$group": {"_id": {"by": "$decider", "minutes": _AGE}, "count": {"$sum": 1}}},
            {"$sort": {"_id": 1}},
        ],
        "agreement": [
            {"$match": {"decision": {"$ne": None}, "judged": True}},
            {
                "$group": {
                    "_id": "$band",
                    "agreed": counted({"$eq": ["$leaning", "$decision"]}),
                    "undecided": counted({"$eq": ["$leaning", None]}),
                    "approved": counted({"$eq": ["$decision", "approved"]}),
                    "cases": {"$sum": 1},
                }
            },
            {"$sort": {"_id": 1}},
        ],
    }
}


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
    width = 100 // _BANDS
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

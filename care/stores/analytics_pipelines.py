"""What MongoDB is asked about refunds: who decided what and when, and how cases are counted by it."""

from __future__ import annotations

from care.models.refund import RefundStatus
from care.stores.counting import counted, day_of
from care.stores.mongo import Document

_APPROVED = [RefundStatus.APPROVED.value, RefundStatus.PAID.value, RefundStatus.PAYMENT_FAILED.value]
BANDS = 5
# Some person has ruled; the index holds no other cases.
RULED_ON: Document = {"rulings.reviewer": {"$gt": ""}}

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

IN_ORDER: Document = {"$sort": {"_id": 1}}
BY_OUTCOME: Document = {
    "$group": {
        "_id": {"status": "$status", "currency": "$amount.currency", "day": day_of("created_at")},
        "count": {"$sum": 1},
        "amount": {"$sum": "$amount.amount"},
    }
}
_MINUTES: Document = {"$dateDiff": {"startDate": "$created_at", "endDate": DECIDED_AT, "unit": "minute"}}
FACTS: Document = {
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
        "band": {"$min": [{"$toInt": {"$multiply": ["$verdict.confidence", BANDS]}}, BANDS - 1]},
    }
}
# Ages are told in minutes or hours: so many groups at most are read, however many cases there are.
_AGE: Document = {
    "$cond": [{"$lt": ["$minutes", 120]}, "$minutes", {"$subtract": ["$minutes", {"$mod": ["$minutes", 60]}]}]
}
PEOPLE: Document = {
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

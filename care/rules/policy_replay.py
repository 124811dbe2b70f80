"""Closed cases, ruled again under a candidate policy: who would have decided, and how much money hangs on it. Pure.

Only what the policy decides is ruled again. What the judge said, the signals, the files and the order are as they were,
and people are taken to rule as they did: a case changes only if it moves between the machine, a person and "not
eligible".
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from enum import StrEnum

from care.models.common import Model
from care.models.money import Money
from care.models.order import Order
from care.models.policy import RefundPolicy
from care.models.refund import Band, Judgement, Refund, RefundLine, RefundStatus, Verdict
from care.rules.refund_case import MACHINE
from care.rules.refund_decision import decide, month_of
from care.rules.refund_windows import refusals

NOT_ELIGIBLE = "not eligible"
BY_THE_MACHINE = "paid by the machine"
BY_A_PERSON = "paid by a person"
PAID = (BY_THE_MACHINE, BY_A_PERSON)
_WOULD_BE = {
    Band.PAY: BY_THE_MACHINE,
    Band.ASK: "asked for evidence",
    Band.RETURN_FIRST: "paid when the goods are back",
    Band.PERSON: "ruled on by a person",
}

# Minor units that the candidate would have approved so far, by customer, month and currency.
Spent = Counter[tuple[str, str, str]]


class Kind(StrEnum):
    AUTOMATIC = "newly automatic"
    PERSON = "newly to a person"
    NOT_ELIGIBLE = "newly not eligible"


class Change(Model):
    """`was` is what happened to the case, `would_be` what the candidate would have made of it."""

    refund_id: str
    was: str
    would_be: str
    kind: Kind
    amount: Money


class Case(Model):
    """`expired` are claims on the same order that expired: they keep its window open."""

    refund: Refund
    order: Order
    expired: Sequence[Refund] = ()


class Replayed(Model):
    """`gap` says what is missing where the case, or what is left of it, could not be decided again."""

    changes: list[Change] = []
    gap: str | None = None


def replay(case: Case, policy: RefundPolicy, spent: Spent) -> Replayed:
    """What would change: nothing, the whole case, or some items that would not be eligible and the rest.

    Cases come in the order in which they were opened; what the candidate would approve is added to `spent`.
    """
    was = what_happened(case.refund)
    refused, kept = _by_eligibility(case, policy)
    changes = [_change(case.refund, was, NOT_ELIGIBLE, Kind.NOT_ELIGIBLE, refused)] if refused else []
    if not kept:
        return Replayed(changes=changes)
    narrowed = case.refund.model_copy(update={"items": kept, "amount": _asked(kept)})
    try:
        band = _band(narrowed, case.order, policy)
    except _Incomplete as gap:
        return Replayed(changes=changes, gap=str(gap))
    if band is Band.PAY and not _fits(narrowed, policy, spent):
        band = Band.PERSON
    if (band is Band.PAY) != (was == BY_THE_MACHINE):
        kind = Kind.AUTOMATIC if band is Band.PAY else Kind.PERSON
        changes.append(_change(case.refund, was, _WOULD_BE[band], kind, kept))
    return Replayed(changes=changes)


def what_happened(refund: Refund) -> str:
    """How the case was closed and, if it was paid, by whom."""
    if refund.status is not RefundStatus.PAID:
        return refund.status.value
    approved = [entry.actor for entry in refund.timeline if entry.event == "approved"]
    return BY_THE_MACHINE if approved and approved[-1] == MACHINE else BY_A_PERSON


def _change(refund: Refund, was: str, would_be: str, kind: Kind, lines: Sequence[RefundLine]) -> Change:
    """`amount` is what was asked for; where all of a paid case would not be eligible, what was paid."""
    whole = kind is Kind.NOT_ELIGIBLE and len(lines) == len(refund.items) and refund.status is RefundStatus.PAID
    amount = refund.amount if whole else _asked(lines)
    return Change(refund_id=refund.refund_id, was=was, would_be=would_be, kind=kind, amount=amount)


def _asked(lines: Sequence[RefundLine]) -> Money:
    return sum((line.amount for line in lines[1:]), start=lines[0].amount)


def _by_eligibility(case: Case, policy: RefundPolicy) -> tuple[list[RefundLine], list[RefundLine]]:
    """The lines that could not have been asked for under the policy, and those that could."""
    refund, order = case.refund, case.order
    if refund.remedy not in policy.remedies:
        return refund.items, []
    if order.delivered_at and order.delivered_at > refund.created_at:
        order = order.model_copy(update={"delivered_at": None})  # it was still on its way
    found = refusals(policy, order, refund.reason, refund.created_at, case.expired)
    refused = [line for line in refund.items if line.sku in found]
    return refused, [line for line in refund.items if line.sku not in found]


def _fits(refund: Refund, policy: RefundPolicy, spent: Spent) -> bool:
    """Whether the month still has room for the refund; then it is taken."""
    account = (refund.customer_id, month_of(policy, refund.created_at), refund.amount.currency)
    if spent[account] + refund.amount.amount > policy.month_limit(refund.amount.currency):
        return False
    spent[account] += refund.amount.amount
    return True


class _Incomplete(Exception):
    """The case keeps too little to be decided again."""


def _band(refund: Refund, order: Order, policy: RefundPolicy) -> Band:
    """The machine pays if one of its assessments would have it pay; else the newest says where the case goes."""
    if not refund.verdicts:
        raise _Incomplete("never assessed")
    bands = [_band_of(refund, order, verdict, policy) for verdict in refund.verdicts[: policy.assessments]]
    return Band.PAY if Band.PAY in bands else bands[-1]


def _band_of(refund: Refund, order: Order, verdict: Verdict, policy: RefundPolicy) -> Band:
    judgement, count = _facts(refund, verdict)
    facts = (refund.amount, refund.reason, judgement, verdict.signals, count, refund.remedy)
    again = decide(policy, *facts, refund=refund, order=order)
    return Band.PERSON if verdict.doubts else again.band


def _facts(refund: Refund, verdict: Verdict) -> tuple[Judgement, int]:
    """What the judge said, and how many files it saw. Where a verdict of long ago keeps neither, an approval still
    tells: the judge was sure, and no file came after it."""
    if verdict.judgement is not None and verdict.evidence_count is not None:
        return verdict.judgement, verdict.evidence_count
    if verdict.decision != "approve":
        raise _Incomplete("no judgement kept")
    judgement = Judgement(decision="valid", confidence=verdict.confidence, model=verdict.model)
    return judgement, len(refund.evidence_ids)

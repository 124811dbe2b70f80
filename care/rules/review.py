"""The human gate: which rulings count. Pure; one choke point for the API, the Web UI and the `temporal` command."""

from __future__ import annotations

import unicodedata
from datetime import datetime, timedelta

from care.errors import AlreadySettled, Conflict, Forbidden, Invalid
from care.models.money import Money
from care.models.policy import RefundPolicy
from care.models.refund import Refund, RefundStatus, Remedy, Ruling
from care.rules.refund_case import moved
from care.rules.refund_policy import needs_two

_OPEN_TO_RULINGS = {RefundStatus.IN_REVIEW, RefundStatus.NEEDS_EVIDENCE, RefundStatus.PAYMENT_FAILED}


def check_ruling(refund: Refund, ruling: Ruling, policy: RefundPolicy) -> None:
    """Raises AlreadySettled, Conflict, Forbidden or Invalid (`fields`) if the ruling may not be made now."""
    if refund.status.is_settled:
        raise AlreadySettled(f"Refund {refund.refund_id} is settled already: {refund.status}.")
    if refund.status not in _OPEN_TO_RULINGS:
        doing = "being paid" if refund.status is RefundStatus.APPROVED else "still being assessed"
        raise Conflict(f"Refund {refund.refund_id} is {doing}.")
    if not _folded(ruling.reviewer):
        raise Invalid("A ruling needs the reviewer's name.", fields={"reviewer": "is needed"})
    if same_person(ruling.reviewer, refund.customer_id):
        raise own_case(refund)
    if ruling.decision in ("reject", "request_evidence") and not ruling.note.strip():
        raise Invalid("Please add a note that says why.", fields={"note": "is needed for this decision"})
    if ruling.decision == "approve":
        _check_approval(refund, ruling, ruling_amount(refund, ruling), policy)


def own_case(refund: Refund) -> Forbidden:
    return Forbidden(f"Refund {refund.refund_id} is the reviewer's own case: somebody else must decide it.")


def _check_approval(refund: Refund, ruling: Ruling, amount: Money, policy: RefundPolicy) -> None:
    standing = _standing(refund, amount)
    if needs_two(policy, amount) and any(same_person(each.reviewer, ruling.reviewer) for each in standing):
        raise Forbidden(f"{amount} needs two people: somebody else must give the second approval.")


def ruling_amount(refund: Refund, ruling: Ruling) -> Money:
    """What an approval pays: the ruling's amount, or all that was asked for. Raises Invalid."""
    match ruling.amount:
        case None:
            return refund.amount
        case Money() as money:
            amount, currency = money.amount, money.currency
        case int() as minor_units:
            amount, currency = minor_units, refund.amount.currency
    if currency != refund.amount.currency:
        raise _bad_amount(f"must be in {refund.amount.currency}")
    if not 0 < amount <= refund.amount.amount:
        raise _bad_amount(f"must be more than nothing and at most {refund.amount}")
    if refund.remedy is Remedy.REPLACEMENT and amount != refund.amount.amount:
        raise _bad_amount("must be left out: a replacement has no part amount")
    return Money(amount=amount, currency=currency)


def _bad_amount(why: str) -> Invalid:
    return Invalid(f"The amount {why}.", fields={"amount": why})


def same_person(one: str, other: str) -> bool:
    """However they write their name."""
    return _folded(one) == _folded(other)


def _folded(name: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())


def _standing(refund: Refund, amount: Money) -> list[Ruling]:
    """Approvals of exactly this amount: one of another amount is void."""
    return [each for each in refund.approvals if ruling_amount(refund, each) == amount]


def ruled(refund: Refund, ruling: Ruling, policy: RefundPolicy, now: datetime) -> Refund:
    """The case after a ruling that `check_ruling` let pass."""
    refund = refund.model_copy(update={"rulings": [*refund.rulings, ruling]})
    who = ruling.reviewer
    match ruling.decision:
        case "approve":
            return _approved(refund, ruling, policy, now)
        case "reject":
            return moved(refund, now, who, "rejected", status=RefundStatus.REJECTED, approvals=[], due_at=None)
        case "request_evidence":
            due = now + timedelta(hours=policy.evidence_hours)
            wait = {"status": RefundStatus.NEEDS_EVIDENCE, "approvals": [], "due_at": due}
            return moved(refund, now, who, "evidence_requested", ruling.note, **wait)
        case "escalate":
            return moved(refund, now, who, "escalated", escalated=True)


def _approved(refund: Refund, ruling: Ruling, policy: RefundPolicy, now: datetime) -> Refund:
    amount = ruling_amount(refund, ruling)
    approvals = [*_standing(refund, amount), ruling]
    if needs_two(policy, amount) and len(approvals) < 2:
        # Whatever the case waited for, it waits for a second person now.
        wait = {"status": RefundStatus.IN_REVIEW, "approvals": approvals}
        return moved(refund, now, ruling.reviewer, "first_approval", str(amount), **wait)
    paying = {"status": RefundStatus.APPROVED, "approvals": approvals, "approved": amount, "due_at": None}
    return moved(refund, now, ruling.reviewer, "approved", str(amount), **paying)

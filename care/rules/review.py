"""The human gate: which rulings count. Pure; one choke point for the API, the Web UI and the `temporal` command."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from care.errors import Conflict, Forbidden, Invalid
from care.models.customer import Role
from care.models.money import Money
from care.models.policy import RefundPolicy
from care.models.refund import Refund, RefundStatus, Ruling
from care.rules.approvals import (
    amount_in_words,
    check_approval,
    check_approver,
    outcome,
    ruling_amount,
    standing,
    two_needed,
)
from care.rules.refund_case import NO_LONGER_WAITING, moved, not_approved, settled
from care.rules.refund_exchange import owed
from care.rules.refund_items import rejected
from care.rules.refund_waiting import desk_due, waiting_for_the_customer
from care.rules.reviewers import Reviewer, folded, same_person

_OPEN_TO_RULINGS = {RefundStatus.IN_REVIEW, RefundStatus.NEEDS_EVIDENCE, RefundStatus.PAYMENT_FAILED}
# Bounds a case that goes round and round: after so many rulings it is approved or rejected.
_MOST_RULINGS = 50


def check_ruling(refund: Refund, ruling: Ruling, policy: RefundPolicy) -> None:
    """Raises AlreadySettled, Conflict, Forbidden or Invalid (`fields`) if the ruling may not be made now."""
    if refund.status.is_settled:
        raise settled(refund)
    if refund.status not in _OPEN_TO_RULINGS:
        doing = "being paid" if refund.status is RefundStatus.APPROVED else "still being assessed"
        raise Conflict(f"Refund {refund.refund_id} is {doing}.")
    if not folded(ruling.reviewer):
        raise Invalid("A ruling needs the reviewer's name.", fields={"reviewer": "is needed"})
    if same_person(ruling.reviewer, refund.customer_id):
        raise _own_case(refund)
    if refund.sent_as and ruling.decision in ("reject", "request_evidence"):
        sent = f"The new items of refund {refund.refund_id} have been sent"
        raise Conflict(f"{sent}: approve it, and the rest of {owed(refund)} is paid back.")
    if ruling.decision in ("reject", "request_evidence") and not ruling.note.strip():
        raise Invalid("Please add a note that says why.", fields={"note": "is needed for this decision"})
    if ruling.decision == "approve":
        check_approval(refund, ruling, policy)
    elif ruling.items is not None:
        raise Invalid("Only an approval names items.", fields={"items": "must be left out for this decision"})
    elif ruling.decision != "reject" and len(refund.rulings) >= _MOST_RULINGS:
        raise Conflict(f"Refund {refund.refund_id} has been ruled on {_MOST_RULINGS} times: please approve or reject.")


def check_reviewer(refund: Refund, ruling: Ruling, policy: RefundPolicy, who: Reviewer) -> None:
    """What can be said only once it is known who the reviewer is. Raises Forbidden."""
    if who.own_case:
        raise _own_case(refund)
    if not who.looked_up:
        return
    if who.role is Role.CUSTOMER:
        raise Forbidden(f"Refund {refund.refund_id} is decided by the shop's staff.")
    if ruling.decision == "approve":
        check_approver(refund, ruling, policy, who)


def _own_case(refund: Refund) -> Forbidden:
    return Forbidden(f"Refund {refund.refund_id} is the reviewer's own case: somebody else must decide it.")


def ruled(refund: Refund, ruling: Ruling, policy: RefundPolicy, now: datetime, who: Reviewer) -> Refund:
    """The case after a ruling that `check_ruling` and `check_reviewer` let pass."""
    earlier = standing(refund, ruling) if ruling.decision == "approve" else []
    refund = refund.model_copy(update={"rulings": [*refund.rulings, ruling]} | _first(refund, now))
    by, note = ruling.reviewer, ruling.note
    match ruling.decision:
        case "approve":
            return _approved(refund, ruling, policy, now, who, earlier)
        case "reject":
            nothing = f"{refund.amount} → {Money.zero(refund.amount.currency)}"
            done = NO_LONGER_WAITING | not_approved(refund) | {"items": rejected(refund.items)}
            return moved(refund, now, by, "rejected", nothing, note, status=RefundStatus.REJECTED, **done)
        case "request_evidence":
            wait = not_approved(refund) | waiting_for_the_customer(policy, now, policy.evidence_hours)
            return moved(refund, now, by, "evidence_requested", note, note, **wait)
        case "escalate":
            return moved(refund, now, by, "escalated", note=note, escalated=True, **_supervisors(refund, policy, now))


def _first(refund: Refund, now: datetime) -> dict[str, Any]:
    if refund.first_ruling_at:
        return {}
    return {"first_ruling_at": now, "first_ruling_due_at": refund.first_ruling_due_at or refund.due_at}


def _supervisors(refund: Refund, policy: RefundPolicy, now: datetime) -> dict[str, Any]:
    """A case at the desk gets the supervisors' deadline, once; one that waits for its customer goes on waiting."""
    if refund.escalated or refund.offered or refund.status is RefundStatus.NEEDS_EVIDENCE:
        return {}
    return {"due_at": desk_due(refund.model_copy(update={"escalated": True}), policy, now)}


def _approved(
    refund: Refund, ruling: Ruling, policy: RefundPolicy, now: datetime, who: Reviewer, earlier: list[Ruling]
) -> Refund:
    amount, lines, approvals = ruling_amount(refund, ruling), outcome(refund, ruling), [*earlier, ruling]
    words = amount_in_words(refund, amount, lines)
    if two_needed(policy, amount, who) and len(approvals) < 2:
        # Whatever the case waited for, it waits for a second person now.
        waits = NO_LONGER_WAITING | not_approved(refund) | {"status": RefundStatus.IN_REVIEW, "approvals": approvals}
        waits |= {"due_at": _still_due(refund, policy, now)}
        return moved(refund, now, ruling.reviewer, "first_approval", words, ruling.note, **waits)
    paying = {"status": RefundStatus.APPROVED, "approvals": approvals, "approved": amount, "items": lines}
    return moved(refund, now, ruling.reviewer, "approved", words, ruling.note, **NO_LONGER_WAITING | paying)


def _still_due(refund: Refund, policy: RefundPolicy, now: datetime) -> datetime | None:
    """The desk's deadline goes on; the customer's, which the case leaves, becomes one of the desk's."""
    if refund.status is RefundStatus.IN_REVIEW or refund.due_at is None:
        return refund.due_at
    return desk_due(refund, policy, now)

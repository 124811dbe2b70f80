"""Who may decide what, as the desk shows it before the workflow checks it again. Pure."""

from __future__ import annotations

from care.models.customer import OVERSEERS, CustomerView, Principal
from care.models.refund import Refund, RefundStatus, Ruling
from care.rules.approvals import escalations
from care.rules.reviewers import is_own_case, may_be_one, same_person


def first_approval(refund: Refund) -> Ruling | None:
    """The approval that waits for a second person's; None where none does."""
    if refund.status.is_settled or refund.approved is not None or not refund.approvals:
        return None
    return refund.approvals[0]


def decided_by(refund: Refund) -> Ruling | None:
    """The ruling that settled the case, or that is being carried out; None where no person has decided it."""
    over = refund.status.is_settled or refund.approved is not None
    last = refund.rulings[-1] if refund.rulings and over else None
    return last if last and last.decision in ("approve", "reject") else None


def own_case(customer: CustomerView, reader: Principal) -> bool:
    return is_own_case(customer, reader.email, reader.customer_id)


def approved_already(refund: Refund, reader: Principal) -> bool:
    return any(same_person(each.reviewer, reader.email) for each in refund.approvals)


def barred(refund: Refund, reader: Principal) -> bool:
    """Whether the second approval must be another's, as the reader gave the first or escalated the case."""
    had_a_say = [*refund.approvals, *escalations(refund)]
    return first_approval(refund) is not None and any(may_be_one(each.reviewer, reader.email) for each in had_a_say)


def may_second(refund: Refund, reader: Principal) -> bool:
    """Whether the reader may give the second approval: a supervisor who has had no say in the case."""
    return first_approval(refund) is not None and reader.role in OVERSEERS and not barred(refund, reader)


def may_rule(refund: Refund, reader: Principal) -> bool:
    """Whoever holds the case decides, while there is something to decide."""
    held = refund.claimed_by is not None and same_person(refund.claimed_by, reader.email)
    return held and not refund.status.is_settled and refund.status is not RefundStatus.APPROVED


def may_reassign(refund: Refund, reader: Principal) -> bool:
    return reader.role in OVERSEERS and not refund.status.is_settled

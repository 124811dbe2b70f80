"""A refund case as it moves: each step is a pure function from one state to the next, with its line in the timeline."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from care.errors import AlreadySettled, Conflict, Invalid
from care.models.policy import RefundPolicy
from care.models.refund import Judgement, Refund, RefundStatus, TimelineEntry, Verdict
from care.rules.refund_policy import decide, doubted

MACHINE = "machine"
CUSTOMER = "customer"
# The event of a ruling that broke a rule.
IGNORED = "ruling_ignored"
# Bounds what one case can cost: files are held in memory and shown to a model.
MOST_EVIDENCE = 10
# Bounds what noise from outside can write into a case.
_MOST_IGNORED = 20
_NOT_APPROVED: dict[str, Any] = {"approved": None, "approvals": []}


def moved(refund: Refund, now: datetime, actor: str, event: str, detail: str = "", **changes: Any) -> Refund:
    """The case with `changes`, one version on, and one more line in its timeline."""
    entry = TimelineEntry(at=now, actor=actor, event=event, detail=detail)
    common = {"timeline": [*refund.timeline, entry], "updated_at": now, "version": refund.version + 1}
    return refund.model_copy(update=common | changes)


def judged(refund: Refund, verdict: Verdict, policy: RefundPolicy, now: datetime) -> Refund:
    """After the graph: to be paid, or to a person. The machine stays out of a case that a person took further."""
    verdict = doubted(verdict, _not_the_machines(refund, policy))
    update = {"verdict": verdict, "verdicts": [*refund.verdicts, verdict], "policy_version": verdict.policy_version}
    refund = refund.model_copy(update=update)
    if verdict.decision == "approve":
        paying = {"status": RefundStatus.APPROVED, "approved": refund.amount, "due_at": None}
        return moved(refund, now, MACHINE, "approved", str(refund.amount), **paying)
    due = now + timedelta(hours=policy.review_hours)
    return moved(refund, now, MACHINE, "in_review", status=RefundStatus.IN_REVIEW, due_at=due)


def _not_the_machines(refund: Refund, policy: RefundPolicy) -> list[str]:
    reasons = []
    if refund.escalated:
        reasons.append("The case was escalated to a person.")
    if len(refund.verdicts) >= policy.assessments:
        reasons.append(f"The machine has assessed the case {len(refund.verdicts)} times already.")
    return reasons


def not_judged(refund: Refund, policy: RefundPolicy, problem: str) -> Verdict:
    """The verdict when the assessment broke down: a person decides."""
    judgement = Judgement(decision="unclear", confidence=0, model="none", problem=problem)
    return decide(policy, refund.amount, refund.reason, judgement, [], len(refund.evidence_ids), refund.remedy)


def with_evidence(refund: Refund, evidence_ids: Sequence[str], now: datetime) -> Refund:
    """More files, to be assessed; those that the case has already change nothing.

    Raises AlreadySettled, Conflict once it is approved, Invalid (`fields`) for too many.
    """
    if refund.status.is_settled:
        raise _settled(refund)
    if refund.status in (RefundStatus.APPROVED, RefundStatus.PAYMENT_FAILED):
        raise Conflict(f"Refund {refund.refund_id} is approved already; it needs no more evidence.")
    new = [each for each in dict.fromkeys(evidence_ids) if each not in refund.evidence_ids]
    if not new:
        return refund
    if len(refund.evidence_ids) + len(new) > MOST_EVIDENCE:
        why = f"a case can hold {MOST_EVIDENCE} files"
        raise Invalid(f"That is too much evidence: {why}.", fields={"evidence_ids": why})
    more = {"evidence_ids": [*refund.evidence_ids, *new], "approvals": [], "due_at": None}
    return moved(refund, now, CUSTOMER, "evidence_added", ", ".join(new), status=RefundStatus.ASSESSING, **more)


def withdrawn(refund: Refund, now: datetime) -> Refund:
    """Given up by the customer; twice is as once. Raises AlreadySettled, or Conflict while it is being paid."""
    if refund.status is RefundStatus.WITHDRAWN:
        return refund
    if refund.status.is_settled:
        raise _settled(refund)
    if refund.status is RefundStatus.APPROVED:
        raise Conflict(f"Refund {refund.refund_id} is being paid; it can no longer be withdrawn.")
    return moved(refund, now, CUSTOMER, "withdrawn", status=RefundStatus.WITHDRAWN, approvals=[], due_at=None)


def overdue(refund: Refund, policy: RefundPolicy, now: datetime) -> Refund:
    """The deadline passed: silence escalates, and decides nothing."""
    if refund.status is RefundStatus.NEEDS_EVIDENCE:
        due = now + timedelta(hours=policy.review_hours)
        return moved(refund, now, MACHINE, "evidence_not_received", status=RefundStatus.IN_REVIEW, due_at=due)
    return moved(refund, now, MACHINE, "escalated", "Nobody ruled before the deadline.", escalated=True)


def paid(refund: Refund, reference: str, now: datetime) -> Refund:
    """The money (or the replacement) is on its way; from here `amount` is what was paid."""
    done = {"status": RefundStatus.PAID, "payment_reference": reference, "amount": refund.approved or refund.amount}
    return moved(refund, now, MACHINE, "paid", reference, **done)


def payment_failed(refund: Refund, policy: RefundPolicy, why: str, now: datetime) -> Refund:
    """Declined for good: a person looks, and may approve again."""
    due = now + timedelta(hours=policy.review_hours)
    return moved(
        refund, now, MACHINE, "payment_failed", why, status=RefundStatus.PAYMENT_FAILED, due_at=due, **_NOT_APPROVED
    )


def not_replaceable(refund: Refund, policy: RefundPolicy, why: str, now: datetime) -> Refund:
    """The replacement is out of stock: back to the desk."""
    due = now + timedelta(hours=policy.review_hours)
    return moved(
        refund, now, MACHINE, "replacement_failed", why, status=RefundStatus.IN_REVIEW, due_at=due, **_NOT_APPROVED
    )


def ignored(refund: Refund, actor: str, why: str, now: datetime) -> Refund:
    """A ruling that did not count, recorded; past a bound further ones leave no trace here."""
    if sum(entry.event == IGNORED for entry in refund.timeline) >= _MOST_IGNORED:
        return refund
    return moved(refund, now, actor[:254], IGNORED, why)


def payout_key(refund: Refund) -> str:
    """The idempotency key of the payout. Only a definitive decline starts a new attempt, which needs a new key."""
    declines = sum(entry.event == "payment_failed" for entry in refund.timeline)
    return f"refund:{refund.refund_id}" + (f":{declines + 1}" if declines else "")


def _settled(refund: Refund) -> AlreadySettled:
    return AlreadySettled(f"Refund {refund.refund_id} is settled already: {refund.status}.")

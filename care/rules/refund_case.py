"""A refund case as it moves: each step is a pure function from one state to the next, with its line in the timeline.

Here is what a customer does to a case. Beside it: refund_judging (the machine's verdict), refund_waiting (deadlines),
refund_payout (money on its way) and review (a person's ruling).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from care.errors import AlreadySettled, Conflict, Invalid
from care.models.refund import Assignment, Refund, RefundStatus, TimelineEntry
from care.rules.refund_items import undecided

MACHINE = "machine"
CUSTOMER = "customer"
# Bounds what one case can cost: files are held in memory and shown to a model.
MOST_EVIDENCE = 10
# Bounds what noise from outside can write into a case.
_MOST_IGNORED = 20
# The event of a ruling that broke a rule, and that of a claim that was moved: neither moves the case.
IGNORED, ASSIGNED = "ruling_ignored", "assigned"
# What a case waited for, and no longer does.
NO_LONGER_WAITING: dict[str, Any] = {
    "wanted": None,
    "offered": None,
    "due_at": None,
    "remind_at": None,
    "retry_at": None,
}


def moved(
    refund: Refund, now: datetime, actor: str, event: str, detail: str = "", note: str = "", **changes: Any
) -> Refund:
    """The case with `changes`, one version on, and one more line in its timeline."""
    status = changes.get("status", refund.status)
    entry = TimelineEntry(at=now, actor=actor, event=event, detail=detail, note=note, status=status)
    common = {"timeline": [*refund.timeline, entry], "updated_at": now, "version": refund.version + 1}
    return refund.model_copy(update=common | changes)


def not_approved(refund: Refund) -> dict[str, Any]:
    """What voids every approval so far, and with it what was said of single items."""
    return {"approved": None, "approvals": [], "items": undecided(refund.items)}


def happened(refund: Refund, event: str, actor: str | None = None) -> bool:
    return any(entry.event == event and actor in (None, entry.actor) for entry in refund.timeline)


def with_evidence(refund: Refund, evidence_ids: Sequence[str], now: datetime) -> Refund:
    """More files, to be assessed; those that the case has already change nothing.

    Raises AlreadySettled, Conflict once it is approved, Invalid (`fields`) for too many.
    """
    if refund.status.is_settled:
        raise settled(refund)
    if refund.status in (RefundStatus.APPROVED, RefundStatus.PAYMENT_FAILED) or refund.sent_as:
        raise Conflict(f"Refund {refund.refund_id} is approved already; it needs no more evidence.")
    new = [each for each in dict.fromkeys(evidence_ids) if each not in refund.evidence_ids]
    if not new:
        return refund
    if len(refund.evidence_ids) + len(new) > MOST_EVIDENCE:
        why = f"a case can hold {MOST_EVIDENCE} files"
        raise Invalid(f"That is too much evidence: {why}.", fields={"evidence_ids": why})
    more = NO_LONGER_WAITING | not_approved(refund) | {"evidence_ids": [*refund.evidence_ids, *new]}
    return moved(refund, now, CUSTOMER, "evidence_added", ", ".join(new), status=RefundStatus.ASSESSING, **more)


def withdrawn(refund: Refund, now: datetime) -> Refund:
    """Given up by the customer; twice is as once. Raises AlreadySettled, or Conflict while it is being paid."""
    if refund.status is RefundStatus.WITHDRAWN:
        return refund
    if refund.status.is_settled:
        raise settled(refund)
    if refund.status is RefundStatus.APPROVED:
        raise Conflict(f"Refund {refund.refund_id} is being paid; it can no longer be withdrawn.")
    if refund.sent_as:
        raise Conflict(f"The new items of refund {refund.refund_id} have been sent; it can no longer be withdrawn.")
    done = NO_LONGER_WAITING | not_approved(refund)
    return moved(refund, now, CUSTOMER, "withdrawn", status=RefundStatus.WITHDRAWN, **done)


def assigned(refund: Refund, assignment: Assignment, now: datetime) -> Refund:
    """A claim that was moved to somebody else, recorded. Raises AlreadySettled."""
    if refund.status.is_settled:
        raise settled(refund)
    return moved(refund, now, assignment.by, ASSIGNED, assignment.to)


def ignored(refund: Refund, actor: str, why: str, now: datetime) -> Refund:
    """A ruling that did not count, recorded; past a bound further ones leave no trace here."""
    if sum(entry.event == IGNORED for entry in refund.timeline) >= _MOST_IGNORED:
        return refund
    return moved(refund, now, actor[:254], IGNORED, why)


def settled(refund: Refund) -> AlreadySettled:
    return AlreadySettled(f"Refund {refund.refund_id} is settled already: {refund.status}.")

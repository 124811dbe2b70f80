"""What an open case waits for, until when, and what silence does: it reminds, escalates and expires; it never decides.

A customer's time runs by the clock, the desk's in business hours.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from care.models.policy import RefundPolicy
from care.models.refund import Refund, RefundStatus, Wanted
from care.rules.deadlines import add_business_time
from care.rules.refund_case import MACHINE, NO_LONGER_WAITING, moved, not_approved

NO_RULING, NO_EVIDENCE = "no_ruling", "no_evidence"
LABELS = {NO_RULING: "Nobody decided in time.", NO_EVIDENCE: "What we asked for did not reach us in time."}


def desk_due(refund: Refund, policy: RefundPolicy, now: datetime) -> datetime:
    """By when a person must rule; by when a supervisor must, once the case is escalated."""
    hours = policy.escalation_hours if refund.escalated else policy.review_hours
    return add_business_time(now, hours, policy.business_hours)


def to_a_person(
    refund: Refund, policy: RefundPolicy, now: datetime, event: str, detail: str = "", **changes: Any
) -> Refund:
    """To the desk, with a deadline of its own."""
    due = desk_due(refund, policy, now)
    waits = NO_LONGER_WAITING | {"status": RefundStatus.IN_REVIEW, "due_at": due}
    if not refund.first_ruling_at and not refund.escalated:
        waits["first_ruling_due_at"] = due
    return moved(refund, now, MACHINE, event, detail, **waits | changes)


def waiting_for_the_customer(policy: RefundPolicy, now: datetime, hours: int) -> dict[str, Any]:
    """The changes that make a case wait for its customer, who is reminded once if there is time for it."""
    reminder = policy.evidence_reminder_hours
    return NO_LONGER_WAITING | {
        "status": RefundStatus.NEEDS_EVIDENCE,
        "due_at": now + timedelta(hours=hours),
        "remind_at": now + timedelta(hours=reminder) if reminder < hours else None,
    }


def asked(refund: Refund, wanted: Wanted, policy: RefundPolicy, now: datetime) -> Refund:
    """The machine's one question: a file that shows what is wanted, or the goods themselves."""
    back = wanted is Wanted.RETURN
    waits = waiting_for_the_customer(policy, now, policy.return_hours if back else policy.evidence_hours)
    event = "return_requested" if back else "evidence_requested"
    return moved(refund, now, MACHINE, event, **waits | {"wanted": wanted})


def wakes_at(refund: Refund) -> datetime | None:
    """When silence does something next."""
    times = [at for at in (refund.due_at, refund.remind_at) if at]
    return min(times, default=None)


def overdue(refund: Refund, policy: RefundPolicy, now: datetime, *, expires: bool = True) -> Refund:
    """The case at or after `wakes_at`. Without `expires`, silence only escalates: so it was for the first cases."""
    if refund.due_at and now < refund.due_at:
        return moved(refund, now, MACHINE, "evidence_reminded", remind_at=None)
    if refund.status is RefundStatus.NEEDS_EVIDENCE:
        return to_a_person(refund, policy, now, "evidence_not_received")
    if refund.offered:
        return to_a_person(refund, policy, now, "offer_ended", **not_approved(refund))
    why = "Nobody ruled before the deadline."
    if not expires:
        return moved(refund, now, MACHINE, "escalated", why, escalated=True, due_at=None, remind_at=None)
    # Where half of an exchange has been given, silence never closes the rest: supervisors are asked again.
    if not refund.escalated or refund.sent_as:
        refund = refund.model_copy(update={"escalated": True})
        return moved(refund, now, MACHINE, "escalated", why, due_at=desk_due(refund, policy, now))
    return _expired(refund, now)


def _expired(refund: Refund, now: datetime) -> Refund:
    last = next((entry.event for entry in reversed(refund.timeline) if entry.event.startswith("evidence_")), "")
    label = NO_EVIDENCE if last == "evidence_not_received" else NO_RULING
    over = NO_LONGER_WAITING | not_approved(refund) | {"status": RefundStatus.EXPIRED, "label": label}
    return moved(refund, now, MACHINE, "expired", LABELS[label], **over)

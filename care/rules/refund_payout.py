"""Money on its way back: paid, declined and tried again, or offered in another form. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from care.errors import Conflict
from care.models.policy import RefundPolicy
from care.models.refund import Refund, RefundStatus, Remedy
from care.rules.refund_case import CUSTOMER, MACHINE, NO_LONGER_WAITING, happened, moved, not_approved, settled
from care.rules.refund_exchange import owed
from care.rules.refund_waiting import desk_due, to_a_person

_DECLINES = ("payout_declined", "payment_failed")


def paid(refund: Refund, reference: str, now: datetime) -> Refund:
    """The money (or the replacement) is on its way; from here `amount` is what was paid."""
    done = {"status": RefundStatus.PAID, "payment_reference": reference, "amount": refund.approved or refund.amount}
    return moved(refund, now, MACHINE, "paid", reference, **NO_LONGER_WAITING | done)


def sent(refund: Refund, order_id: str, now: datetime) -> Refund:
    """The goods are on their way: that is all, but for an exchange that leaves a difference to be paid back."""
    if not owed(refund).amount:
        return paid(refund, order_id, now)
    return moved(refund, now, MACHINE, "replacement_sent", order_id, sent_as=order_id)


def declined(refund: Refund, policy: RefundPolicy, why: str, now: datetime, *, final: bool) -> Refund:
    """Tried again after each of the policy's hours; after the last, or at once if `final`, store credit is offered."""
    tries = _declines_since_approval(refund)
    if final or tries >= len(policy.payout_retries):
        return payment_failed(refund, policy, why, now)
    again = now + timedelta(hours=policy.payout_retries[tries])
    return moved(refund, now, MACHINE, "payout_declined", why, retry_at=again)


def payment_failed(refund: Refund, policy: RefundPolicy, why: str, now: datetime) -> Refund:
    """Declined for good. While store credit is offered the approvals stand; else a person may approve again."""
    failed: dict[str, Any] = NO_LONGER_WAITING | {"status": RefundStatus.PAYMENT_FAILED}
    if refund.remedy is not Remedy.STORE_CREDIT and Remedy.STORE_CREDIT in policy.remedies:
        failed |= {"offered": Remedy.STORE_CREDIT, "due_at": now + timedelta(hours=policy.offer_hours)}
    else:
        failed |= not_approved(refund) | {"due_at": desk_due(refund, policy, now)}
    return moved(refund, now, MACHINE, "payment_failed", why, **failed)


def offer_taken(refund: Refund, now: datetime) -> Refund:
    """The customer takes the other remedy: the same amount, so what was approved stays approved. Twice is as once.

    Raises AlreadySettled, or Conflict while nothing is offered.
    """
    if has_taken_offer(refund):
        return refund
    if refund.status.is_settled:
        raise settled(refund)
    if refund.status is not RefundStatus.PAYMENT_FAILED or refund.offered is None:
        raise Conflict(f"Nothing else is offered for refund {refund.refund_id} at the moment.")
    detail = f"{owed(refund)} as {refund.offered.value.replace('_', ' ')}"
    taken = NO_LONGER_WAITING | {"status": RefundStatus.APPROVED, "remedy": refund.offered}
    return moved(refund, now, CUSTOMER, "offer_accepted", detail, **taken)


def has_taken_offer(refund: Refund) -> bool:
    """Whether the offer was taken, and is being paid or has been."""
    return refund.status in (RefundStatus.APPROVED, RefundStatus.PAID) and happened(refund, "offer_accepted")


def not_replaceable(refund: Refund, policy: RefundPolicy, why: str, now: datetime) -> Refund:
    """The replacement is out of stock: back to the desk."""
    return to_a_person(refund, policy, now, "replacement_failed", why, **not_approved(refund))


def payout_key(refund: Refund) -> str:
    """The idempotency key of the payout. Only a definitive decline starts a new attempt, which needs a new key."""
    declines = sum(entry.event in _DECLINES for entry in refund.timeline)
    return f"refund:{refund.refund_id}" + (f":{declines + 1}" if declines else "")


def _declines_since_approval(refund: Refund) -> int:
    count = 0
    for entry in reversed(refund.timeline):
        if entry.event in ("approved", "offer_accepted"):
            break
        count += entry.event == "payout_declined"
    return count

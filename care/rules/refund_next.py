"""What happens next to an open refund, and by when, in a customer's words: the same in the portal and in the chat."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from care.models.refund import Refund, RefundStatus, Remedy

_ON_ITS_WAY: dict[Remedy, str] = {
    Remedy.REFUND: "The money is on its way to you.",
    Remedy.REPLACEMENT: "Your replacement is being prepared.",
    Remedy.STORE_CREDIT: "The amount is being added to your wallet.",
}


def given_last(refund: Refund) -> Remedy:
    """What is given in the end: of an exchange whose new items have been sent, the difference."""
    return Remedy.REFUND if refund.sent_as and refund.remedy is Remedy.REPLACEMENT else refund.remedy


def next_step(refund: Refund, now: datetime, moment: Callable[[datetime], str]) -> str | None:
    """None once it is settled. `moment` writes a time on the customer's clock."""
    due = refund.due_at if refund.due_at and refund.due_at > now else None
    at = moment(due) if due else ""
    match refund.status:
        case RefundStatus.ASSESSING:
            return "We are checking it now. What the check cannot settle goes to a colleague at once."
        case RefundStatus.NEEDS_EVIDENCE:
            until = f"We wait for it until {at}." if due else "We wait for it."
            return f"{until} After that a colleague decides with what there is."
        case RefundStatus.IN_REVIEW:
            return _decided(refund, at)
        case RefundStatus.APPROVED if refund.retry_at:
            again = moment(refund.retry_at)
            return f"The payment did not go through yet. We try again on {again}; you need not do anything."
        case RefundStatus.APPROVED:
            return _ON_ITS_WAY[given_last(refund)]
        case RefundStatus.PAYMENT_FAILED if refund.offered:
            until = f"You can take the offer until {at}." if due else "You can take the offer."
            return f"{until} After that a colleague looks into the payment."
        case RefundStatus.PAYMENT_FAILED:
            return f"A colleague looks into the payment{f' by {at}' if due else ' soon'}; you need not do anything."
        case _:
            return None


def _decided(refund: Refund, at: str) -> str:
    if not at:
        return "A colleague looks at it and decides soon."
    after = "If nobody does, we close it and tell you: then you can ask again."
    if not refund.escalated:
        after = "If it takes longer we go on by ourselves; you need not do anything."
    return f"A colleague looks at it and decides by {at}. {after}"

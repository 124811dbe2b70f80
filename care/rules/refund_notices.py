"""What a customer is told about a refund: plain, neutral, and nothing of signals or suspicion. Pure."""

from __future__ import annotations

from care.models.notification import Notification
from care.models.refund import Refund, RefundStatus, Remedy
from care.rules.refund_case import IGNORED


def notice_for(refund: Refund) -> Notification | None:
    """The message for the status that the case has just reached; None where there is nothing to tell."""
    message = _message(refund)
    if message is None:
        return None
    return Notification(
        notification_id=f"{refund.refund_id}-{_steps(refund)}-{refund.status}",
        customer_id=refund.customer_id,
        kind=f"refund_{refund.status}",
        message=message,
        created_at=refund.updated_at,
        order_id=refund.order_id,
        refund_id=refund.refund_id,
    )


def _steps(refund: Refund) -> int:
    """Makes it one notice for one step, however often the step is repeated.

    An ignored ruling is no step: to a worker that died before it told Temporal of a step, it may come before that step.
    """
    return refund.version - sum(entry.event == IGNORED for entry in refund.timeline)


def _message(refund: Refund) -> str | None:
    request = f"your refund request {refund.refund_id} for order {refund.order_id}"
    match refund.status:
        case RefundStatus.IN_REVIEW:
            return f"A colleague is looking at {request}. You will hear from us soon."
        case RefundStatus.NEEDS_EVIDENCE:
            return f"We need a little more for {request}: {refund.rulings[-1].note}"
        case RefundStatus.PAID:
            return _given(refund)
        case RefundStatus.REJECTED:
            return f"We could not approve {request}. If you see it differently, please write to us in the chat."
        case RefundStatus.WITHDRAWN:
            return f"You have withdrawn {request}."
        case RefundStatus.EXPIRED:
            return f"We have closed {request}, as it stayed unanswered. You can ask again in the chat."
        case RefundStatus.PAYMENT_FAILED:
            return f"The payment for {request} did not go through. We are looking into it; you need not do anything."
        case RefundStatus.ASSESSING | RefundStatus.APPROVED:
            return None


def _given(refund: Refund) -> str:
    about = f"(refund {refund.refund_id}, order {refund.order_id})"
    match refund.remedy:
        case Remedy.REFUND:
            return f"We have paid back {refund.amount} {about}."
        case Remedy.STORE_CREDIT:
            return f"We have added {refund.amount} to your wallet {about}."
        case Remedy.REPLACEMENT:
            return f"Your replacement is on its way as order {refund.payment_reference} {about}."

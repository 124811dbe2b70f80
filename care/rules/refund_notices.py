"""What a customer is told about a refund: plain, neutral, and nothing of signals or suspicion. Pure."""

from __future__ import annotations

from care.models.notification import Notification
from care.models.refund import Refund, RefundStatus, Remedy, Wanted
from care.rules.refund_case import ASSIGNED, IGNORED
from care.rules.refund_exchange import owed
from care.rules.refund_items import in_words
from care.rules.refund_waiting import NO_EVIDENCE

_WANTED: dict[Wanted, str] = {
    Wanted.PHOTO: "Please send a photo that shows the problem.",
    Wanted.SHARPER_PHOTO: "Please send the photo once more, sharp and in good light.",
    Wanted.CLOSE_UP: "Please send a photo of the problem from close by.",
    Wanted.WHOLE_ITEM: "Please send a photo that shows the whole item.",
    Wanted.LABEL: "Please send a photo of the label.",
    Wanted.PACKAGING: "Please send a photo of the packaging in which it came.",
    Wanted.INVOICE: "Please send the invoice, as a photo or a PDF.",
    Wanted.RETURN: "Please send the goods back to us, and add a photo or a PDF of the parcel's receipt.",
}


def asked_for(refund: Refund) -> str:
    """What the customer is asked for while the status is `needs_evidence`: in our words, or in the reviewer's."""
    if refund.wanted:
        return _WANTED[refund.wanted]
    notes = (each.note for each in reversed(refund.rulings) if each.decision == "request_evidence")
    return next(notes, _WANTED[Wanted.PHOTO])


def notice_for(refund: Refund, known: RefundStatus | None = None) -> Notification | None:
    """The message for the step that the case has just made; None where there is nothing to tell.

    `known` is the status that the customer was told of last.
    """
    kind, message = (refund.status.value, _message(refund)) if refund.status is not known else _same_status(refund)
    if message is None:
        return None
    return Notification(
        notification_id=f"{refund.refund_id}-{_steps(refund)}-{kind}",
        customer_id=refund.customer_id,
        kind=f"refund_{kind}",
        message=message,
        created_at=refund.updated_at,
        order_id=refund.order_id,
        refund_id=refund.refund_id,
    )


def _steps(refund: Refund) -> int:
    """Makes it one notice for one step, however often the step is repeated.

    What does not move the case is no step: to a worker that died before it told Temporal of a step, it may come before
    that step.
    """
    return refund.version - sum(entry.event in (IGNORED, ASSIGNED) for entry in refund.timeline)


def _request(refund: Refund) -> str:
    return f"your refund request {refund.refund_id} for order {refund.order_id}"


def _same_status(refund: Refund) -> tuple[str, str | None]:
    """What is worth a word although the status is the one it was."""
    match refund.timeline[-1].event if refund.timeline else "":
        case "evidence_requested" | "return_requested":
            return refund.status.value, _message(refund)
        case "evidence_reminded":
            return "reminder", f"A reminder about {_request(refund)}: {asked_for(refund)}"
        case "payout_declined" if _declines(refund) == 1:
            again = "We will try again by ourselves; you need not do anything."
            return (
                "payment_delayed",
                f"{_sent(refund)}The payment for {_request(refund)} did not go through yet. {again}",
            )
        case _:
            return "", None


def _declines(refund: Refund) -> int:
    return sum(entry.event == "payout_declined" for entry in refund.timeline)


def _message(refund: Refund) -> str | None:
    request = _request(refund)
    match refund.status:
        case RefundStatus.IN_REVIEW:
            return f"A colleague is looking at {request}. You will hear from us soon."
        case RefundStatus.NEEDS_EVIDENCE:
            return f"We need a little more for {request}: {asked_for(refund)}"
        case RefundStatus.PAID:
            return _given(refund) + _not_given(refund)
        case RefundStatus.REJECTED:
            return f"We could not approve {request}. If you see it differently, please write to us in the chat."
        case RefundStatus.WITHDRAWN:
            return f"You have withdrawn {request}."
        case RefundStatus.EXPIRED:
            return _expired(refund)
        case RefundStatus.PAYMENT_FAILED:
            return _payment_failed(refund)
        case RefundStatus.ASSESSING | RefundStatus.APPROVED:
            return None


def _given(refund: Refund) -> str:
    about = f"(refund {refund.refund_id}, order {refund.order_id})"
    if refund.sent_as:
        sent = f"Your replacement is on its way as order {refund.sent_as}, and we have"
        if refund.remedy is Remedy.STORE_CREDIT:
            return f"{sent} added {owed(refund)} to your wallet {about}."
        return f"{sent} paid back {owed(refund)} {about}."
    match refund.remedy:
        case Remedy.REFUND:
            return f"We have paid back {refund.amount} {about}."
        case Remedy.STORE_CREDIT:
            return f"We have added {refund.amount} to your wallet {about}."
        case Remedy.REPLACEMENT:
            return f"Your replacement is on its way as order {refund.payment_reference} {about}."


def _sent(refund: Refund) -> str:
    """The good half of the news where only the difference of an exchange did not come through."""
    return f"Your replacement is on its way as order {refund.sent_as}. " if refund.sent_as else ""


def _not_given(refund: Refund) -> str:
    rest = [line for line in refund.items if line.outcome == "rejected"]
    if not rest:
        return ""
    return f" We could not approve {in_words(rest)}. If you see it differently, please write to us in the chat."


def _expired(refund: Refund) -> str:
    why = "what we asked for did not reach us" if refund.label == NO_EVIDENCE else "we did not decide it in time"
    sorry = "" if refund.label == NO_EVIDENCE else " We are sorry."
    return (
        f"We have closed {_request(refund)}, as {why}.{sorry} "
        "Nothing was decided against you: you can ask again in the chat or from your orders."
    )


def _payment_failed(refund: Refund) -> str:
    failed = f"{_sent(refund)}The payment for {_request(refund)} did not go through."
    if refund.offered is None:
        return f"{failed} We are looking into it; you need not do anything."
    until = f" until {refund.due_at:%Y-%m-%d %H:%M} UTC" if refund.due_at else ""
    return (
        f"{failed} If you like, take {owed(refund)} as store credit instead: "
        f"you can say so on your refunds page{until}. Otherwise a colleague looks into it."
    )

"""A refund in plain words: what it waits for, what comes next and by when, and how a check reads. Pure."""

from __future__ import annotations

from datetime import datetime

from care.models.policy import BusinessHours
from care.models.refund import Band, Refund, RefundReason, RefundStatus, Remedy, Verdict, Wanted
from care.rules import refund_next
from care.rules.deadlines import staffed_between
from care.rules.refund_exchange import owed
from care.rules.refund_items import in_words
from ui.language import plural
from ui.parts import words
from ui.parts.words import Tone

EVENT_WORDS: dict[str, str] = {
    "opened": "Refund asked for",
    "assessed": "Evidence checked",
    "evidence_requested": "More was asked for",
    "return_requested": "The goods were asked back",
    "evidence_reminded": "Reminder sent",
    "evidence_added": "Evidence added",
    "evidence_not_received": "Nothing came",
    "in_review": "Waiting for a decision",
    "first_approval": "First of two approvals",
    "approved": "Approved",
    "rejected": "Not approved",
    "escalated": "Passed on to a supervisor",
    "assigned": "Given to a colleague",
    "ruling_ignored": "A ruling that did not count",
    "replacement_sent": "Replacement ordered",
    "paid": "Paid back",
    "payout_declined": "The payment did not go through",
    "payment_failed": "The payment failed",
    "offer_accepted": "Another form was chosen",
    "offer_ended": "The offer has ended",
    "replacement_failed": "The replacement is out of stock",
    "withdrawn": "Withdrawn",
    "expired": "Closed without a decision",
}
REMEDY_WORDS: dict[Remedy, str] = {
    Remedy.REFUND: "Money back, the way you paid",
    Remedy.REPLACEMENT: "The same item once more",
    Remedy.STORE_CREDIT: "Store credit, in your wallet",
}
# What an approval leads to, as the desk reads it.
GIVEN_WORDS: dict[Remedy, str] = {
    Remedy.REFUND: "It is paid back to the customer.",
    Remedy.REPLACEMENT: "The pieces are sent to the customer once more, at no charge.",
    Remedy.STORE_CREDIT: "It is added to the customer's wallet.",
}
EXCHANGED = "Other items are sent to the customer instead, and what they leave of the amount is paid back."
# Which evidence settles a claim soonest.
HELPS: dict[RefundReason, str] = {
    RefundReason.DAMAGED: "A photo of the damage from close by and one of the whole item help most.",
    RefundReason.WRONG_ITEM: "A photo of what you received, with its label, helps most.",
    RefundReason.MISSING: "A photo of everything that was in the parcel, and of its packaging, helps most.",
    RefundReason.LATE: "A photo of the parcel's label or a picture of the tracking page helps most.",
    RefundReason.QUALITY: "A photo of the fault from close by and one of the label with its date help most.",
    RefundReason.CHANGED_MIND: "A photo of the item as it is now helps most.",
    RefundReason.OTHER: "A photo, an invoice or a short video of what is wrong helps most.",
}
_WAITS: dict[Wanted, str] = {
    Wanted.PHOTO: "Needs a photo",
    Wanted.SHARPER_PHOTO: "Needs a sharper photo",
    Wanted.CLOSE_UP: "Needs a close-up",
    Wanted.WHOLE_ITEM: "Needs a photo of all of it",
    Wanted.LABEL: "Needs the label",
    Wanted.PACKAGING: "Needs the packaging",
    Wanted.INVOICE: "Needs the invoice",
    Wanted.RETURN: "Waits for the goods",
}
BAND_WORDS: dict[Band, tuple[str, Tone]] = {
    Band.PAY: ("Would pay", "good"),
    Band.ASK: ("Asked the customer", "info"),
    Band.RETURN_FIRST: ("Goods first", "info"),
    Band.PERSON: ("For a person", "warn"),
}
JUDGED_WORDS: dict[str, tuple[str, Tone]] = {
    "valid": ("The files show it", "good"),
    "unclear": ("Not clear", "warn"),
    "invalid": ("The files do not show it", "bad"),
}
OUTCOME_WORDS: dict[str, tuple[str, Tone]] = {"approved": ("Approved", "good"), "rejected": ("Not approved", "bad")}
_PAID: dict[Remedy, str] = {
    Remedy.REFUND: "Paid back",
    Remedy.REPLACEMENT: "Replacement ordered",
    Remedy.STORE_CREDIT: "Added to the wallet",
}


def event(name: str, refund: Refund) -> str:
    """A line of the timeline."""
    return _PAID[refund_next.given_last(refund)] if name == "paid" else EVENT_WORDS.get(name, words.sentence(name))


def given(refund: Refund) -> str:
    """What the approval of this case leads to, as the desk reads it."""
    if not refund.exchange_for:
        return GIVEN_WORDS[refund.remedy]
    new = in_words(refund.exchange_for)
    goods = f"Sent already: {new}." if refund.sent_as else f"To be sent: {new}."
    return f"{goods} To be paid back: {owed(refund)}."


def state(refund: Refund) -> tuple[str, Tone]:
    """How it stands, for its chip: of what waits for its customer, what for."""
    if refund.status is RefundStatus.NEEDS_EVIDENCE and refund.wanted:
        return _WAITS[refund.wanted], "warn"
    if refund.status is RefundStatus.APPROVED and refund.retry_at:
        return "Payment delayed", "warn"
    return words.refund_state(refund.status)


def add_words(wanted: Wanted | None) -> str:
    """The button that answers what is asked for."""
    return {Wanted.INVOICE: "Add the invoice", Wanted.RETURN: "Add the receipt"}.get(
        wanted or Wanted.PHOTO, "Add a photo"
    )


def by_when(refund: Refund, zone: str) -> str:
    """Until when the customer may answer, and that we remind; empty without a deadline."""
    if refund.due_at is None:
        return ""
    reminder = " We remind you once before." if refund.remind_at else ""
    return f"Please do so by {words.moment(refund.due_at, zone)}.{reminder}"


def next_step(refund: Refund, now: datetime, zone: str = "UTC") -> str | None:
    """What happens next to an open refund, and by when, as its customer reads it; None once it is settled."""
    return refund_next.next_step(refund, now, lambda at: words.moment(at, zone))


def desk_step(refund: Refund, now: datetime) -> str | None:
    """The same for the desk, in UTC: what silence leads to."""
    at = f"by {words.moment(refund.due_at, 'UTC')} UTC" if refund.due_at and refund.due_at > now else "soon"
    match refund.status:
        case RefundStatus.ASSESSING:
            return "The machine looks at it."
        case RefundStatus.NEEDS_EVIDENCE:
            reminded = " The customer is reminded once before." if refund.remind_at else ""
            return f"The customer answers {at}, or it comes back to the desk.{reminded}"
        case RefundStatus.APPROVED if refund.retry_at:
            return f"The payment is tried again on {words.moment(refund.retry_at, 'UTC')} UTC."
        case RefundStatus.APPROVED:
            return "It is being paid."
        case RefundStatus.PAYMENT_FAILED if refund.offered:
            return f"The customer takes store credit {at}, or it comes back to the desk."
        case RefundStatus.IN_REVIEW | RefundStatus.PAYMENT_FAILED if refund.escalated:
            after = "is asked again" if refund.sent_as else "it expires and the customer is told"
            return f"A supervisor decides {at}, or {after}."
        case RefundStatus.IN_REVIEW | RefundStatus.PAYMENT_FAILED:
            return f"A person decides {at}, or it is escalated."
        case _:
            return None


def band(verdict: Verdict) -> tuple[str, Tone]:
    """Where the check leads. A verdict from before there were bands has none of its own."""
    return BAND_WORDS[Band.PAY if verdict.decision == "approve" and verdict.band is Band.PERSON else verdict.band]


def weight(points: int, limit: int) -> tuple[str, Tone]:
    """How much a signal weighs against the policy's limit of suspicion, above which a person decides."""
    if points > limit:
        return "Heavy", "bad"
    return ("Medium", "warn") if 2 * points > limit else ("Light", "plain")


def due(refund: Refund, now: datetime, staffed: BusinessHours) -> tuple[str, Tone]:
    """The deadline of a case: the desk's in business hours, its customer's by the clock."""
    if refund.due_at is None or refund.due_at <= now or refund.offered or refund.status is RefundStatus.NEEDS_EVIDENCE:
        return words.due(refund.due_at, now)
    left = staffed_between(now, refund.due_at, staffed).total_seconds()
    urgent: Tone = "warn" if left < 4 * 3600 else "plain"
    if left < 3600:
        return "due in under a business hour", urgent
    return plural("due in {n} business hour", "due in {n} business hours", int(left // 3600)), urgent

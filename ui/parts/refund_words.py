"""A refund in plain words: what it waits for, what comes next and by when, and how a check reads. Pure."""

from __future__ import annotations

from datetime import datetime

from care.models.policy import BusinessHours
from care.models.refund import Band, Refund, RefundReason, RefundStatus, Remedy, Verdict, Wanted
from care.rules import refund_next
from care.rules.deadlines import staffed_between
from care.rules.refund_exchange import owed
from care.rules.refund_items import in_words
from ui.language import _, mark, plural, retold
from ui.parts import words
from ui.parts.words import Tone

EVENT_WORDS: dict[str, str] = {
    "opened": mark("Refund asked for"),
    "assessed": mark("Evidence checked"),
    "evidence_requested": mark("More was asked for"),
    "return_requested": mark("The goods were asked back"),
    "evidence_reminded": mark("Reminder sent"),
    "evidence_added": mark("Evidence added"),
    "evidence_not_received": mark("Nothing came"),
    "in_review": mark("Waiting for a decision"),
    "first_approval": mark("First of two approvals"),
    "approved": mark("Approved"),
    "rejected": mark("Not approved"),
    "escalated": mark("Passed on to a supervisor"),
    "assigned": mark("Given to a colleague"),
    "ruling_ignored": mark("A ruling that did not count"),
    "replacement_sent": mark("Replacement ordered"),
    "paid": mark("Paid back"),
    "payout_declined": mark("The payment did not go through"),
    "payment_failed": mark("The payment failed"),
    "offer_accepted": mark("Another form was chosen"),
    "offer_ended": mark("The offer has ended"),
    "replacement_failed": mark("The replacement is out of stock"),
    "withdrawn": mark("Withdrawn"),
    "expired": mark("Closed without a decision"),
}
REMEDY_WORDS: dict[Remedy, str] = {
    Remedy.REFUND: mark("Money back, the way you paid"),
    Remedy.REPLACEMENT: mark("The same item once more"),
    Remedy.STORE_CREDIT: mark("Store credit, in your wallet"),
}
# What an approval leads to, as the desk reads it.
GIVEN_WORDS: dict[Remedy, str] = {
    Remedy.REFUND: mark("It is paid back to the customer."),
    Remedy.REPLACEMENT: mark("The pieces are sent to the customer once more, at no charge."),
    Remedy.STORE_CREDIT: mark("It is added to the customer's wallet."),
}
EXCHANGED = mark("Other items are sent to the customer instead, and what they leave of the amount is paid back.")
# Which evidence settles a claim soonest.
HELPS: dict[RefundReason, str] = {
    RefundReason.DAMAGED: mark("A photo of the damage from close by and one of the whole item help most."),
    RefundReason.WRONG_ITEM: mark("A photo of what you received, with its label, helps most."),
    RefundReason.MISSING: mark("A photo of everything that was in the parcel, and of its packaging, helps most."),
    RefundReason.LATE: mark("A photo of the parcel's label or a picture of the tracking page helps most."),
    RefundReason.QUALITY: mark("A photo of the fault from close by and one of the label with its date help most."),
    RefundReason.CHANGED_MIND: mark("A photo of the item as it is now helps most."),
    RefundReason.OTHER: mark("A photo, an invoice or a short video of what is wrong helps most."),
}
_WAITS: dict[Wanted, str] = {
    Wanted.PHOTO: mark("Needs a photo"),
    Wanted.SHARPER_PHOTO: mark("Needs a sharper photo"),
    Wanted.CLOSE_UP: mark("Needs a close-up"),
    Wanted.WHOLE_ITEM: mark("Needs a photo of all of it"),
    Wanted.LABEL: mark("Needs the label"),
    Wanted.PACKAGING: mark("Needs the packaging"),
    Wanted.INVOICE: mark("Needs the invoice"),
    Wanted.RETURN: mark("Waits for the goods"),
}
BAND_WORDS: dict[Band, tuple[str, Tone]] = {
    Band.PAY: (mark("Would pay"), "good"),
    Band.ASK: (mark("Asked the customer"), "info"),
    Band.RETURN_FIRST: (mark("Goods first"), "info"),
    Band.PERSON: (mark("For a person"), "warn"),
}
JUDGED_WORDS: dict[str, tuple[str, Tone]] = {
    "valid": (mark("The files show it"), "good"),
    "unclear": (mark("Not clear"), "warn"),
    "invalid": (mark("The files do not show it"), "bad"),
}
OUTCOME_WORDS: dict[str, tuple[str, Tone]] = {
    "approved": (mark("Approved"), "good"),
    "rejected": (mark("Not approved"), "bad"),
}
_PAID: dict[Remedy, str] = {
    Remedy.REFUND: mark("Paid back"),
    Remedy.REPLACEMENT: mark("Replacement ordered"),
    Remedy.STORE_CREDIT: mark("Added to the wallet"),
}


def event(name: str, refund: Refund) -> str:
    """A line of the timeline."""
    if name == "paid":
        return _(_PAID[refund_next.given_last(refund)])
    return _(EVENT_WORDS[name]) if name in EVENT_WORDS else words.sentence(name)


def remedy(wished: Remedy) -> str:
    return _(REMEDY_WORDS[wished])


def helps(reason: RefundReason) -> str:
    """Which evidence settles a claim of this kind soonest."""
    return _(HELPS[reason])


def outcome(name: str) -> tuple[str, Tone]:
    """What became of an item, for its chip."""
    return words.chip(OUTCOME_WORDS[name])


def judged(decision: str) -> tuple[str, Tone]:
    """What the check says of an item, for its chip."""
    return words.chip(JUDGED_WORDS[decision])


def given(refund: Refund) -> str:
    """What the approval of this case leads to, as the desk reads it."""
    if not refund.exchange_for:
        return _(GIVEN_WORDS[refund.remedy])
    new, left = in_words(refund.exchange_for), words.money(owed(refund))
    if refund.sent_as:
        return _("Sent already: {items}. To be paid back: {amount}.", items=new, amount=left)
    return _("To be sent: {items}. To be paid back: {amount}.", items=new, amount=left)


def state(refund: Refund) -> tuple[str, Tone]:
    """How it stands, for its chip: of what waits for its customer, what for."""
    if refund.status is RefundStatus.NEEDS_EVIDENCE and refund.wanted:
        return _(_WAITS[refund.wanted]), "warn"
    if refund.status is RefundStatus.APPROVED and refund.retry_at:
        return _("Payment delayed"), "warn"
    return words.refund_state(refund.status)


def add_words(wanted: Wanted | None) -> str:
    """The button that answers what is asked for."""
    match wanted:
        case Wanted.INVOICE:
            return _("Add the invoice")
        case Wanted.RETURN:
            return _("Add the receipt")
        case _other:
            return _("Add a photo")


def by_when(refund: Refund, zone: str) -> str:
    """Until when the customer may answer, and that we remind; empty without a deadline."""
    if refund.due_at is None:
        return ""
    at = words.moment(refund.due_at, zone)
    if refund.remind_at:
        return _("Please do so by {moment}. We remind you once before.", moment=at)
    return _("Please do so by {moment}.", moment=at)


def next_step(refund: Refund, now: datetime, zone: str = "UTC") -> str | None:
    """What happens next to an open refund, and by when, as its customer reads it; None once it is settled."""
    coming = refund_next.next_step(refund, now, lambda at: words.moment(at, zone))
    return retold(coming) if coming else None


def desk_step(refund: Refund, now: datetime) -> str | None:
    """The same for the desk, in UTC: what silence leads to."""
    due = refund.due_at if refund.due_at and refund.due_at > now else None
    at = _("by {moment} UTC", moment=words.moment(due, "UTC")) if due else _("soon")
    match refund.status:
        case RefundStatus.ASSESSING:
            return _("The machine looks at it.")
        case RefundStatus.NEEDS_EVIDENCE:
            told = _("The customer answers {when}, or it comes back to the desk.", when=at)
            return f"{told} {_('The customer is reminded once before.')}" if refund.remind_at else told
        case RefundStatus.APPROVED if refund.retry_at:
            return _("The payment is tried again on {moment} UTC.", moment=words.moment(refund.retry_at, "UTC"))
        case RefundStatus.APPROVED:
            return _("It is being paid.")
        case RefundStatus.PAYMENT_FAILED if refund.offered:
            return _("The customer takes store credit {when}, or it comes back to the desk.", when=at)
        case RefundStatus.IN_REVIEW | RefundStatus.PAYMENT_FAILED if refund.escalated:
            if refund.sent_as:
                return _("A supervisor decides {when}, or is asked again.", when=at)
            return _("A supervisor decides {when}, or it expires and the customer is told.", when=at)
        case RefundStatus.IN_REVIEW | RefundStatus.PAYMENT_FAILED:
            return _("A person decides {when}, or it is escalated.", when=at)
        case _settled:
            return None


def band(verdict: Verdict) -> tuple[str, Tone]:
    """Where the check leads. A verdict from before there were bands has none of its own."""
    paid = verdict.decision == "approve" and verdict.band is Band.PERSON
    return words.chip(BAND_WORDS[Band.PAY if paid else verdict.band])


def weight(points: int, limit: int) -> tuple[str, Tone]:
    """How much a signal weighs against the policy's limit of suspicion, above which a person decides."""
    if points > limit:
        return _("Heavy"), "bad"
    return (_("Medium"), "warn") if 2 * points > limit else (_("Light"), "plain")


def due(refund: Refund, now: datetime, staffed: BusinessHours) -> tuple[str, Tone]:
    """The deadline of a case: the desk's in business hours, its customer's by the clock."""
    if refund.due_at is None or refund.due_at <= now or refund.offered or refund.status is RefundStatus.NEEDS_EVIDENCE:
        return words.due(refund.due_at, now)
    left = staffed_between(now, refund.due_at, staffed).total_seconds()
    urgent: Tone = "warn" if left < 4 * 3600 else "plain"
    if left < 3600:
        return _("due in under a business hour"), urgent
    return plural("due in {n} business hour", "due in {n} business hours", int(left // 3600)), urgent

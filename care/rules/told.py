"""What customers are told of their cases and conversations: no signals, no names of staff, no inner workings. Pure."""

from __future__ import annotations

from typing import TypeVar

from care.models.conversation import Conversation, ConversationView
from care.models.refund import Refund, TimelineEntry, Verdict
from care.rules.refund_waiting import LABELS

# What a customer reads of a case. The rest (who approved first, what was escalated) is the desk's business.
_TOLD = {
    "opened",
    "evidence_added",
    "evidence_requested",
    "evidence_reminded",
    "evidence_not_received",
    "return_requested",
    "in_review",
    "approved",
    "rejected",
    "withdrawn",
    "expired",
    "replacement_sent",
    "paid",
    "payout_declined",
    "payment_failed",
    "offer_accepted",
    "offer_ended",
    "replacement_failed",
}
_WITHOUT_DETAIL = {"rejected", "payout_declined", "payment_failed", "replacement_failed"}
_NAMED = {"customer", "machine"}

Talk = TypeVar("Talk", bound=Conversation)


def told_conversation(conversation: Talk) -> Talk:
    """Why and to whom it was handed, and which colleague wrote what, is the desk's business."""
    hidden: dict[str, object] = {"handoff": None}
    if isinstance(conversation, ConversationView):
        hidden["messages"] = [each.model_copy(update={"by": None}) for each in conversation.messages]
    return conversation.model_copy(update=hidden)


def told(refund: Refund) -> Refund:
    """The case for its customer."""
    hidden: dict[str, object] = {
        "verdicts": [],
        "rulings": [],
        "approvals": [],
        "claimed_by": None,
        "escalated": False,
        "first_ruling_at": None,
        "first_ruling_due_at": None,
    }
    shown: dict[str, object] = {
        "label": LABELS.get(refund.label) if refund.label else None,
        "verdict": refund.verdict and _told_verdict(refund.verdict),
        "timeline": [_told_entry(entry) for entry in refund.timeline if entry.event in _TOLD],
    }
    return refund.model_copy(update=hidden | shown)


def _told_verdict(verdict: Verdict) -> Verdict:
    """A model's findings may quote its prompt, or what a file says of the order: they are for the desk."""
    hidden: dict[str, object] = {
        "findings": [],
        "signals": [],
        "reasons": [],
        "doubts": [],
        "wanted": None,
        "items": [],
        "judgement": None,
    }
    return verdict.model_copy(update=hidden)


def _told_entry(entry: TimelineEntry) -> TimelineEntry:
    return entry.model_copy(
        update={
            "actor": entry.actor if entry.actor in _NAMED else "reviewer",
            "detail": "" if entry.event in _WITHOUT_DETAIL else entry.detail,
            "note": "",
        }
    )

"""A refund as the customer reads it: what happened, what comes next, by when."""

from __future__ import annotations

from api.views import told
from care.models.refund import Refund
from ui.parts import words
from ui.parts.elements import box, chip, text
from ui.visit import Visit

_EVENTS = {
    "opened": "Refund asked for",
    "assessed": "Evidence checked",
    "evidence_requested": "A photo was asked for",
    "evidence_added": "Evidence added",
    "evidence_not_received": "No photo came",
    "in_review": "Waiting for a decision",
    "approved": "Approved",
    "paid": "Paid back",
    "rejected": "Not approved",
    "withdrawn": "Withdrawn",
    "expired": "Closed",
    "payment_failed": "The payment failed",
    "escalated": "Passed on to a supervisor",
    "ruling_ignored": "A ruling that did not count",
}
# Ids and references: right for the desk, noise for the customer.
_FOR_STAFF = {"evidence_added", "paid", "opened"}


def timeline(visit: Visit, refund: Refund) -> None:
    """What happened, newest last, and what comes next. Customers get the case as `told` gives it."""
    staff = visit.principal.is_staff
    shown = refund if staff else told(refund)
    with box("timeline", tag="ol", name="What happened"):
        for entry in shown.timeline:
            with box("", tag="li"):
                text(_EVENTS.get(entry.event, words.sentence(entry.event)), "strong")
                who = entry.actor if staff else words.actor(entry.actor)
                at = words.moment(entry.at, visit.zone, locale=visit.locale)
                text(f"{who} · {at} UTC" if staff else f"{who} · {at}", "mute small")
                if entry.detail and (staff or entry.event not in _FOR_STAFF):
                    text(entry.detail, "small wrap")
        coming = words.next_step(refund, visit.now())
        if coming:
            with box("next", tag="li"):
                text("Next", "strong")
                text(coming, "small")


def refund_head(refund: Refund) -> None:
    label, tone = words.REFUND_WORDS[refund.status]
    with box("line between top"):
        with box("stack"):
            text(f"{refund.amount} · {', '.join(line.name for line in refund.items)}", "wrap", tag="h2")
            text(f"{refund.refund_id} · order {refund.order_id}", "mute small wrap")
        chip(label, tone)

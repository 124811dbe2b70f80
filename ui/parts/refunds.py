"""A refund as the customer reads it: what happened, what comes next, by when."""

from __future__ import annotations

from care.models.refund import Refund, RefundStatus
from care.rules.told import told
from ui.language import _, retold
from ui.parts import refund_words, words
from ui.parts.elements import box, chip, link, text
from ui.visit import Visit

# Ids and references: right for the desk, noise for the customer.
_FOR_STAFF = {"evidence_added", "paid", "opened"}


def timeline(visit: Visit, refund: Refund) -> None:
    """What happened, newest last, and what comes next. Customers get the case as `told` gives it."""
    staff = visit.principal.is_staff
    shown = refund if staff else told(refund)
    with box("timeline", tag="ol", name=_("What happened")):
        for entry in shown.timeline:
            with box("", tag="li"):
                text(refund_words.event(entry.event, refund), "strong")
                who = words.by(entry.actor) if staff else words.actor(entry.actor)
                at = words.moment(entry.at, visit.zone)
                text(_("{who} · {moment} UTC", who=who, moment=at) if staff else f"{who} · {at}", "mute small")
                if entry.detail and (staff or entry.event not in _FOR_STAFF):
                    text(retold(entry.detail), "small wrap")
                if entry.note and entry.note != entry.detail:
                    text(f"“{entry.note}”", "small wrap")
        coming = (
            refund_words.desk_step(refund, visit.now())
            if staff
            else refund_words.next_step(refund, visit.now(), visit.zone)
        )
        if coming:
            with box("next", tag="li"):
                text(_("Next"), "strong")
                text(coming, "small")


def refund_head(refund: Refund) -> None:
    """What it is about, as it was decided as far as it was, and how it stands."""
    names = dict.fromkeys(line.name for line in refund.items)
    with box("line between top"):
        with box("stack"):
            text(f"{words.money(refund.approved or refund.amount)} · {', '.join(names)}", "wrap", tag="h2")
            text(_("{refund} · order {order}", refund=refund.refund_id, order=refund.order_id), "mute small wrap")
        chip(*refund_words.state(refund))


def outcomes(refund: Refund) -> None:
    """What became of each item, where they were decided separately."""
    if len({line.outcome for line in refund.items}) < 2:
        return
    with box("stack", tag="ul", name=_("What became of each item")):
        for line in refund.items:
            with box("line between small", tag="li"):
                text(words.pieces(line.quantity, line.name), "wrap")
                if line.outcome:
                    chip(*refund_words.outcome(line.outcome))


def differs(refund: Refund) -> None:
    """Where a customer who was not, or not wholly, approved is heard."""
    if refund.status is RefundStatus.REJECTED or any(line.outcome == "rejected" for line in refund.items):
        with box("line between small"):
            text(_("If you see it differently, please write to us."), "wrap")
            with link("/ui/support?conversation=new"):
                text(_("To the chat"), tag="span")

"""The desk's queue: what waits for a person, and how long it may."""

from __future__ import annotations

from care.models.refund import Refund
from ui.parts import words
from ui.parts.elements import box, chip, link, text
from ui.visit import Visit


def queue(visit: Visit, refunds: list[Refund], chosen: str | None) -> None:
    with box("card flush"), box("queue", tag="ul", name="Refunds that wait for a person"):
        for refund in refunds:
            with box(tag="li"):
                _row(visit, refund, refund.refund_id == chosen)


def _row(visit: Visit, refund: Refund, chosen: bool) -> None:
    now = visit.now()
    with link(f"/ui/desk/{refund.refund_id}", "on" if chosen else "") as row:
        if chosen:
            row.props["aria-current"] = "true"
        with box("line between"):
            text(f"{refund.amount} · {refund.refund_id}", "strong")
            chip(*words.due(refund.due_at, now))
        text(
            f"{words.REASON_WORDS[refund.reason]} · waits {words.span((now - refund.created_at).total_seconds())}",
            "mute small",
        )
        with box("options"):
            if refund.status.value != "in_review":
                chip(*words.REFUND_WORDS[refund.status])
            if refund.escalated:
                chip("Escalated", "bad")
            if refund.approvals:
                chip("Second approval", "warn")
            if refund.claimed_by:
                mine = refund.claimed_by == visit.principal.email
                chip("Yours" if mine else f"With {refund.claimed_by}", "info" if mine else "plain")
            suspicious = [s for s in (refund.verdict.signals if refund.verdict else []) if s.weight > 0]
            if suspicious:
                chip(words.count(len(suspicious), "signal"), "warn")

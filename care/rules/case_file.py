"""The case file's account of what people decided. Pure."""

from __future__ import annotations

from care.models.refund import CaseRuling, Refund, RefundStatus

_EVENTS = {
    "approve": {"approved", "first_approval"},
    "reject": {"rejected"},
    "request_evidence": {"evidence_requested"},
    "escalate": {"escalated"},
}


def decisions(refund: Refund) -> list[CaseRuling]:
    """Each ruling with its line of the timeline: when it was made, and the status before and after it.

    Rulings and their lines stand in the same order; a ruling whose line is not found stays without a time.
    """
    found: list[CaseRuling] = []
    left = list(enumerate(refund.timeline))
    for ruling in refund.rulings:
        told = CaseRuling(**ruling.model_dump())
        for place, (n, entry) in enumerate(left):
            if entry.actor == ruling.reviewer and entry.event in _EVENTS[ruling.decision]:
                told = told.model_copy(update={"at": entry.at, "before": _before(refund, n), "after": entry.status})
                left = left[place + 1 :]
                break
        found.append(told)
    return found


def _before(refund: Refund, n: int) -> RefundStatus | None:
    return refund.timeline[n - 1].status if n else None

"""The desk's queue: what waits for a person, how long it may, and the parts of it that one can look at alone."""

from __future__ import annotations

from datetime import datetime, timedelta
from urllib.parse import urlencode

from care.models.refund import Refund, RefundStatus
from care.rules.reviewers import same_person
from ui.language import _, mark, plural
from ui.parts import filters, refund_words, words
from ui.parts.deciding import first_approval
from ui.parts.elements import box, chip, link, text
from ui.parts.focus import keyed
from ui.visit import Visit

FILTERS: filters.Filters[Refund] = {
    "all": (mark("All"), lambda refund, me: True),
    "mine": (mark("Mine"), lambda refund, me: refund.claimed_by is not None and same_person(refund.claimed_by, me)),
    "unclaimed": (mark("Unclaimed"), lambda refund, me: refund.claimed_by is None),
    "escalated": (mark("Escalated"), lambda refund, me: refund.escalated),
    "second": (mark("Second approval"), lambda refund, me: first_approval(refund) is not None),
}
MOST = 200
_LONG, _VERY_LONG = timedelta(days=1), timedelta(days=3)


def chosen_filter(visit: Visit) -> str:
    return filters.chosen(FILTERS, visit)


def address(refund_id: str = "", *, show: str = "all", decided: str = "") -> str:
    """Of the desk, or of a case on it, under /ui."""
    query = {"show": show if show != "all" else "", "decided": decided}
    asked = urlencode({name: value for name, value in query.items() if value})
    return "/desk" + (f"/{refund_id}" if refund_id else "") + (f"?{asked}" if asked else "")


async def waiting(visit: Visit) -> list[Refund]:
    """The most urgent cases that wait for a person, the first due first."""
    return (await visit.services.stores.refunds.reviews(open_only=True, limit=MOST)).items


def shown(refunds: list[Refund], show: str, me: str) -> list[Refund]:
    return filters.passing(FILTERS, refunds, show, me)


def following(refunds: list[Refund], current: str, me: str) -> str | None:
    """The case after this one that nobody else works on, from the top again after the last."""
    ids = [refund.refund_id for refund in refunds]
    start = ids.index(current) + 1 if current in ids else 0
    for refund in [*refunds[start:], *refunds[:start]]:
        free = refund.claimed_by is None or same_person(refund.claimed_by, me)
        approved = any(same_person(each.reviewer, me) for each in refund.approvals)
        if refund.refund_id != current and free and not approved:
            return refund.refund_id
    return None


def age(refund: Refund, now: datetime) -> tuple[str, words.Tone]:
    """How long its customer waits, and how bad that is."""
    waited = now - refund.created_at
    tone: words.Tone = "bad" if waited > _VERY_LONG else "warn" if waited > _LONG else "plain"
    return _("Waits {span}", span=words.span(waited.total_seconds())), tone


def choose(visit: Visit, refunds: list[Refund], show: str, chosen: str | None) -> None:
    filters.draw(_("Which cases"), FILTERS, refunds, visit, show, lambda name: address(chosen or "", show=name))


def queue(visit: Visit, refunds: list[Refund], show: str, chosen: str | None) -> None:
    with box("card flush"), box("queue", tag="ul", name=_("Refunds that wait for a person")):
        for refund in refunds:
            with box(tag="li"):
                _row(visit, refund, show, refund.refund_id == chosen)


def _row(visit: Visit, refund: Refund, show: str, chosen: bool) -> None:
    with link(f"/ui{address(refund.refund_id, show=show)}", "on" if chosen else "") as row:
        keyed(row, refund.refund_id)
        if chosen:
            row.props["aria-current"] = "true"
        text(f"{words.money(refund.amount)} · {words.reason(refund.reason)}", "strong")
        waits, tone = age(refund, visit.now())
        with box("line between wraps small"):
            text(refund.refund_id, "mute")
            text(waits, f"age {tone}")
        with box("options"):
            for label, tone in _chips(visit, refund):
                chip(label, tone)


def _chips(visit: Visit, refund: Refund) -> list[tuple[str, words.Tone]]:
    """By when it is due, and what sets it apart from the others."""
    chips = [refund_words.due(refund, visit.now(), visit.services.client.policy.business_hours)]
    if refund.status is not RefundStatus.IN_REVIEW:
        chips.append(refund_words.state(refund))
    if refund.offered:
        chips.append((_("Store credit offered"), "info"))
    if refund.escalated:
        chips.append((_("Escalated"), "bad"))
    if first_approval(refund):
        chips.append((_("Second approval"), "second"))
    if refund.claimed_by:
        mine = same_person(refund.claimed_by, visit.principal.email)
        chips.append((_("Yours"), "info") if mine else (_("With {who}", who=refund.claimed_by), "plain"))
    suspicious = [s for s in (refund.verdict.signals if refund.verdict else []) if s.weight > 0]
    if suspicious:
        chips.append((plural("{n} signal", "{n} signals", len(suspicious)), "warn"))
    return chips

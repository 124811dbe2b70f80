"""Conversations that were handed to people, as the desk lists them."""

from __future__ import annotations

from datetime import datetime, timedelta
from urllib.parse import urlencode

from care.models.conversation import Conversation, HandoffReason
from ui.language import _, mark
from ui.parts import filters, words
from ui.parts.elements import box, chip, link, text
from ui.parts.focus import keyed
from ui.visit import Visit

REASONS: dict[HandoffReason, str] = {
    "asked": mark("Asked for a person"),
    "angry": mark("Upset"),
    "not_understood": mark("Not understood"),
    "language": mark("Another language"),
    "out_of_scope": mark("Beyond the assistant"),
    "needs_person": mark("Needs a person"),
}
FILTERS: filters.Filters[Conversation] = {
    "all": (mark("All"), lambda talk, me: True),
    "waiting": (mark("Waiting"), lambda talk, me: owner(talk) is None),
    "mine": (mark("Mine"), lambda talk, me: owner(talk) == me),
}
MOST = 200
_LONG = timedelta(hours=1)


def owner(talk: Conversation) -> str | None:
    return talk.handoff.taken_by if talk.handoff else None


def reason(talk: Conversation) -> str:
    return _(REASONS[talk.handoff.reason if talk.handoff else "needs_person"])


def chosen_filter(visit: Visit) -> str:
    return filters.chosen(FILTERS, visit)


def address(conversation_id: str = "", *, show: str = "all") -> str:
    """Of the list, or of a conversation in it, under /ui."""
    asked = f"?{urlencode({'show': show})}" if show != "all" else ""
    return "/conversations" + (f"/{conversation_id}" if conversation_id else "") + asked


def shown(talks: list[Conversation], show: str, me: str) -> list[Conversation]:
    return filters.passing(FILTERS, talks, show, me)


def choose(visit: Visit, talks: list[Conversation], show: str, chosen: str | None) -> None:
    filters.draw(_("Which conversations"), FILTERS, talks, visit, show, lambda name: address(chosen or "", show=name))


def rows(visit: Visit, talks: list[Conversation], show: str, chosen: str | None) -> None:
    with box("card flush"), box("queue", tag="ul", name=_("Conversations that were handed over")):
        for talk in talks:
            with box(tag="li"):
                _row(visit, talk, show, talk.conversation_id == chosen)


def _row(visit: Visit, talk: Conversation, show: str, chosen: bool) -> None:
    with link(f"/ui{address(talk.conversation_id, show=show)}", "on" if chosen else "") as row:
        keyed(row, talk.conversation_id)
        if chosen:
            row.props["aria-current"] = "true"
        text(talk.title, "strong cut")
        text(f"{reason(talk)} · {talk.customer_id}", "mute small")
        with box("options"):
            chip(*waits(talk, visit.now()))
            chip(*with_whom(talk, visit.principal.email))


def waits(talk: Conversation, now: datetime) -> tuple[str, words.Tone]:
    """How long the customer waits for an answer."""
    since = talk.handoff.waiting_since if talk.handoff else talk.updated_at
    if since is None:
        return _("Answered"), "good"
    waited = words.span((now - since).total_seconds())
    return _("Waits {span}", span=waited), "bad" if now - since > _LONG else "warn"


def with_whom(talk: Conversation, me: str) -> tuple[str, words.Tone]:
    match owner(talk):
        case None:
            return _("Nobody has it"), "plain"
        case who:
            return (_("Yours"), "info") if who == me else (_("With {who}", who=who), "plain")

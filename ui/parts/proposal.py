"""What waits for the customer's yes: a card that says what it is, and the two answers."""

from __future__ import annotations

from care.models.conversation import ChatAction
from care.rules.writes import WRITES
from ui.language import _, mark
from ui.parts.chat import called
from ui.parts.elements import box, icon, link, text
from ui.parts.saying import says
from ui.parts.talk import Talk
from ui.parts.things import PAGES, Things

# The assistant's own answers come first among its suggestions. Only those in English have a name in each language.
_ANSWERS = {"Yes": mark("Yes"), "No": mark("No")}


def proposed(talk: Talk) -> ChatAction | None:
    """The action that waits for a yes: shown by the last answer, or by an earlier one if that only asked again."""
    if talk.proposal is None:
        return None
    kind = WRITES[talk.proposal.kind].done
    shown = [a for m in talk.messages for a in m.actions if a.status == "proposed" and a.kind == kind]
    return shown[-1] if shown else ChatAction(kind=kind, status="proposed")


def answers(talk: Talk) -> tuple[list[str], list[str]]:
    """The yes and the no to what is proposed, and what else the assistant suggests."""
    suggested = talk.messages[-1].suggestions if talk.messages else []
    if talk.proposal is None:
        return [], suggested
    return (suggested[:2], suggested[2:]) if len(suggested) >= 2 else (list(_ANSWERS), suggested)


def card(talk: Talk, things: Things) -> None:
    action = proposed(talk)
    if action is None or talk.proposal is None:
        return
    named, title = action.id or "", called(action.kind, done=False)
    known = things.get(named)
    with box("proposal", name=_("Do you agree? {what}", what=title)).props("role=group"):
        with box("line top"):
            icon(PAGES.get(named[:3], ("help_outline", ""))[0], "22px").classes("acted-icon")
            with box("stack grow"):
                text(title, tag="h2")
                if named[:3] in PAGES:
                    with link(f"{PAGES[named[:3]][1]}{named}", "small wrap"):
                        text(named, tag="span")
                if known:
                    text(known.what, "mute small")
            if known:
                things.state(named)
        asked = talk.proposal.worded or talk.proposal.shown
        if talk.messages[-1].text != asked:  # right above it the assistant has just asked the same
            text(asked, "asked wrap")
        with box("line agree"):
            for n, answer in enumerate(answers(talk)[0]):
                says(_(_ANSWERS.get(answer, "")) or answer, answer, look="outline" if n else "unelevated")

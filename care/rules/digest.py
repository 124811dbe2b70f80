"""What is kept of a conversation: its last lines, a digest of what was done, and a summary for who takes over."""

from __future__ import annotations

from care.models.conversation import ChatAction, Handoff, HandoffReason
from care.models.dialogue import Reading
from care.models.memory import ConversationState, Open
from care.models.understanding import Intent
from care.rules.matters import MATTER, asked_for, intent_of, is_open

HISTORY = 12
_LINE = 300
_DIGEST = 12
_LAST_WORDS = 2
_REASONS: dict[HandoffReason, str] = {
    "asked": "The customer asked for a person.",
    "angry": "The customer is upset.",
    "not_understood": "I did not understand the customer.",
    "language": "The customer writes in a language that I do not speak.",
    "out_of_scope": "The customer asks for something that I cannot do.",
    "needs_person": "This needs a person.",
}


def remember(history: list[str], role: str, text: str) -> list[str]:
    """The history with one more line, bounded: the oldest lines fall off and a long one is cut."""
    line = f"{role}: {' '.join(text.split())}"
    return [*history, line if len(line) <= _LINE else line[: _LINE - 1] + "…"][-HISTORY:]


def noted(digest: list[str], reading: Reading, actions: list[ChatAction]) -> list[str]:
    """The digest with a line for a turn that did something: ids and kinds, no words of the customer's."""
    name = MATTER.get(reading.intent)
    if told := _told(actions):
        line = told
    elif name and reading.act == "decline":
        line = f"declined: {name}"
    elif name and reading.act == "serve":
        line = " ".join([f"asked about {name}", *_about(reading)])
    else:
        return digest
    return [*digest, line][-_DIGEST:] if line not in digest[-1:] else digest


def _about(reading: Reading) -> list[str]:
    managed = reading.subscription_ids if reading.intent is Intent.SUBSCRIPTION_MANAGE else []
    found = reading.order_ids if reading.family in ("orders", "refunds") else managed
    return found if len(found) == 1 else []


def recalled(state: ConversationState) -> list[str]:
    """The history as a model reads it: what was done comes first, once messages have fallen off."""
    if len(state.history) < HISTORY or not state.digest:
        return state.history
    return [f"earlier: {'; '.join(state.digest)}", *state.history]


def handoff_summary(state: ConversationState, handoff: Handoff, said: str, done: list[ChatAction]) -> str:
    """What a colleague has to know. `state` is the conversation before it was handed over, `said` the last message,
    `done` what this turn did."""
    heard = [line.removeprefix("customer: ") for line in state.history if line.startswith("customer: ")]
    last = [*heard, " ".join(said.split())[:_LINE]][-_LAST_WORDS:]
    # Within their quotes: nobody's words may look like ours.
    note = " ".join('"' + words.replace('"', "'") + '"' for words in last)
    matters: list[Open] = [*state.parked, state]
    topics = dict.fromkeys(MATTER[i] for m in reversed(matters) if (i := intent_of(m)) in MATTER)
    ids = dict.fromkeys(
        each
        for m in reversed(matters)
        for each in (m.slots.order_id, m.slots.subscription_id, m.slots.refund_id)
        if each
    )
    past = [line for line in (*state.digest, _told(done)) if line]
    waiting = [wish for m in reversed(matters) for wish in m.waiting]
    lines = [
        _REASONS[handoff.reason],
        f"About: {', '.join([*topics, *ids])}." if topics or ids else "",
        f"Last said: {note}",
        f"So far: {'; '.join(past)}." if past else "",
        *(f"Open: {_question(m)}" for m in matters if is_open(m)),
        f"Also asked for: {asked_for(waiting)}." if waiting else "",
        f"Language: {state.language}.",
    ]
    return "\n".join(line for line in lines if line)


def _told(actions: list[ChatAction]) -> str:
    told = [f"{a.kind.replace('_', ' ')} {a.id or ''}".strip() + f": {a.status}" for a in actions]
    return ", ".join(line for a, line in zip(actions, told, strict=True) if a.kind != "handed_off")


def _question(matter: Open) -> str:
    return matter.pending.shown if matter.pending else matter.asked or "a question of mine"

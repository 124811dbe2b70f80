"""A conversation in the hands of a person: who may take it, what the customer is told, when the machine speaks again.

Pure. Each step gives the conversation after it; a step that was made before changes nothing. All raise Conflict for a
conversation that is with the assistant, and ClaimedByOther, naming the owner, for one that somebody else has.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from care.errors import ClaimedByOther, Conflict
from care.models.audit import Act
from care.models.conversation import Handoff, Message
from care.models.handoff import DeskStep, Moved
from care.models.memory import ConversationState, Open
from care.models.notification import Notification
from care.rules.digest import remember

Told = Literal["joined", "changed", "left", "back"]
_TOLD: dict[Told, dict[str, str]] = {
    "joined": {
        "en": "A colleague is with you now.",
        "es": "Ahora le atiende una persona de nuestro equipo.",
        "hi": "अब हमारे एक सहकर्मी आपके साथ हैं।",
    },
    "changed": {
        "en": "Another colleague is with you now.",
        "es": "Ahora le atiende otra persona de nuestro equipo.",
        "hi": "अब हमारे एक दूसरे सहकर्मी आपके साथ हैं।",
    },
    "left": {
        "en": "Our colleague had to leave. Another one will answer you here.",
        "es": "Nuestro compañero ha tenido que irse. Otra persona le responderá aquí.",
        "hi": "हमारे सहकर्मी को जाना पड़ा। कोई दूसरा सहकर्मी आपको यहीं उत्तर देगा।",
    },
    "back": {
        "en": "You are back with the assistant. What else can I do for you?",
        "es": "Vuelve a hablar con el asistente. ¿En qué más puedo ayudarle?",
        "hi": "अब आप फिर से सहायक के साथ हैं। मैं आपके लिए और क्या कर सकता हूँ?",
    },
}
_ANSWERED = "A colleague has answered you. Open our conversation to read it."
_BACK = "Our colleague has finished, and you are back with the assistant."


def with_assistant(conversation_id: str) -> Conflict:
    return Conflict(f"Conversation {conversation_id} is with the assistant: nobody has been asked for.")


def taken(state: ConversationState, step: DeskStep, at: datetime) -> Moved:
    """A colleague joins. Who leads may also take what another one has."""
    handoff = _handoff(state, at)
    if handoff.taken_by == step.by:
        return Moved(state=state)
    if not step.leads:
        _not_anothers(state, handoff, step)
    joined = _tells(state, "changed" if handoff.taken_by else "joined", step, at)
    return _moved(state, step, "conversation_taken", [joined], handoff=handoff.model_copy(update={"taken_by": step.by}))


def released(state: ConversationState, step: DeskStep, at: datetime) -> Moved:
    """A colleague leaves it to the others."""
    handoff = _handoff(state, at)
    if handoff.taken_by is None:
        return Moved(state=state)
    if not step.leads:
        _not_anothers(state, handoff, step)
    left = _tells(state, "left", step, at)
    return _moved(state, step, "conversation_released", [left], handoff=handoff.model_copy(update={"taken_by": None}))


def answered(state: ConversationState, step: DeskStep, at: datetime) -> Moved:
    """A colleague's words. Who answers what nobody has, takes it."""
    handoff = _handoff(state, at)
    _not_anothers(state, handoff, step)
    said = [] if handoff.taken_by else [_tells(state, "joined", step, at)]
    said.append(Message(role="agent", text=step.text, at=at, by=step.by))
    after = handoff.model_copy(update={"taken_by": step.by, "waiting_since": None})
    notice = _notice(state, handoff, "answered", at)
    return _moved(state, step, "conversation_answered", said, notice=notice, handoff=after)


def handed_back(state: ConversationState, step: DeskStep, at: datetime) -> Moved:
    """The machine speaks again. It knows what was talked about, and nothing waits for an answer."""
    handoff = _handoff(state, at)
    if not step.leads:
        _not_anothers(state, handoff, step)
    said = [Message(role="agent", text=step.text, at=at, by=step.by)] if step.text.strip() else []
    said.append(_tells(state, "back", step, at))
    notice = _notice(state, handoff, "answered" if step.text.strip() else "handed_back", at)
    nothing_open: dict[str, Any] = dict(Open(topic=state.topic, slots=state.slots)) | {"parked": [], "failures": 0}
    freed = state.model_copy(update=nothing_open)
    return _moved(freed, step, "conversation_handed_back", said, notice=notice, handed_off=False, handoff=None)


def waits(state: ConversationState, at: datetime) -> ConversationState:
    """The customer has written to a colleague."""
    handoff = _handoff(state, at)
    return state.model_copy(
        update={"handoff": handoff.model_copy(update={"waiting_since": handoff.waiting_since or at})}
    )


def _handoff(state: ConversationState, at: datetime) -> Handoff:
    if not state.handed_off:
        raise with_assistant(state.conversation_id)
    # Conversations that were handed over before anybody could answer them have no more than the mark.
    return state.handoff or Handoff(reason="needs_person", at=at, waiting_since=at)


def _not_anothers(state: ConversationState, handoff: Handoff, step: DeskStep) -> None:
    if handoff.taken_by not in (None, step.by):
        raise ClaimedByOther(f"{handoff.taken_by} has conversation {state.conversation_id}.")


def _tells(state: ConversationState, what: Told, step: DeskStep, at: datetime) -> Message:
    words = _TOLD[what]
    return Message(role="system", text=words.get(state.language, words["en"]), at=at, by=step.by)


def _notice(
    state: ConversationState, handoff: Handoff, what: Literal["answered", "handed_back"], at: datetime
) -> Notification | None:
    """One for each time that the customer waited; who reads along needs no second."""
    if handoff.waiting_since is None:
        return None
    return Notification(
        notification_id=f"{state.conversation_id}-{state.turn + 1}-{what}",
        customer_id=state.customer_id,
        kind=f"conversation_{what}",
        message=_ANSWERED if what == "answered" else _BACK,
        created_at=at,
        conversation_id=state.conversation_id,
    )


def _moved(
    state: ConversationState,
    step: DeskStep,
    act: Act,
    said: list[Message],
    /,
    *,
    notice: Notification | None = None,
    **changes: Any,
) -> Moved:
    history = state.history
    for message in said:
        history = remember(history, message.role, message.text)
    changes |= {"turn": state.turn + 1, "history": history}
    return Moved(state=state.model_copy(update=changes), said=said, notice=notice, act=act, by=step.by)

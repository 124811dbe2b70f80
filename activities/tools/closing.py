"""The end of a turn: the messages that are kept, what the conversation remembers, and the reply."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from care.models.conversation import ChatReply, Conversation, Message
from care.models.dialogue import Outcome, Reading
from care.models.memory import ChatTurn, ConversationState
from care.models.understanding import Understood
from care.rules import digest, matters
from care.stores import Stores

_TITLE = 80


def head(memory: ConversationState, turn: ChatTurn, at: datetime) -> Conversation:
    """A new conversation, called after its first message."""
    title = " ".join(turn.message.split())[:_TITLE]
    ids = {"conversation_id": memory.conversation_id, "customer_id": memory.customer_id}
    return Conversation(**ids, title=title, created_at=at, updated_at=at)


def messages(turn: ChatTurn, outcome: Outcome | None, at: datetime) -> list[Message]:
    """Both sides of the turn; without an outcome the machine was silent."""
    said = [Message(role="customer", text=turn.message, at=at, evidence_ids=turn.evidence_ids)]
    if outcome is None:
        return said
    answer = Message(
        role="assistant", text=outcome.text, at=at, actions=outcome.actions, suggestions=outcome.suggestions
    )
    return [*said, answer]


def remembered(memory: ConversationState, number: int, said: list[Message], read: Reading | None) -> ConversationState:
    """The memory after turn `number`; without a reading the machine was silent."""
    history, done = memory.history, [action for message in said for action in message.actions]
    for message in said:
        history = digest.remember(history, message.role, message.text)
    noted = digest.noted(memory.digest, read, done) if read else memory.digest
    return memory.model_copy(update={"turn": number, "history": history, "digest": noted})


def handed_over(before: ConversationState, outcome: Outcome, turn: ChatTurn, read: Reading | None) -> ConversationState:
    """The memory that a colleague takes over: nothing is open any more, and the summary names all that was."""
    state, handoff = outcome.state, outcome.state.handoff
    if handoff:
        settled = read is not None and read.act == "confirm"
        left = before.model_copy(update={"pending": None}) if settled else before
        summary = digest.handoff_summary(left, handoff, turn.message, outcome.actions)
        handoff = handoff.model_copy(update={"summary": summary, "language": left.language})
    closed: dict[str, Any] = {"topic": state.topic, "parked": [], "handoff": handoff}
    return matters.cleared(state).model_copy(update=closed)


async def keep(stores: Stores, memory: ConversationState, said: list[Message]) -> None:
    """Each write can be repeated. The memory comes last: with it the turn is over."""
    await stores.conversations.append(memory.conversation_id, memory.turn, said)
    await stores.conversations.save_state(memory)


def reply(outcome: Outcome, memory: ConversationState, understood: Understood) -> ChatReply:
    return ChatReply(
        conversation_id=memory.conversation_id,
        reply=outcome.text,
        intents=understood.intents,
        entities=understood.entities,
        actions=outcome.actions,
        suggestions=outcome.suggestions,
        needs_confirmation=memory.pending is not None,
        handed_off=memory.handed_off,
        model=understood.model,
    )

"""The end of a turn: the messages that are kept, what the conversation remembers, and the reply."""

from __future__ import annotations

from datetime import datetime

from care.models.conversation import ChatReply, Conversation, Message
from care.models.dialogue import Outcome
from care.models.memory import ChatTurn, ConversationState
from care.models.understanding import Understood
from care.rules.digest import remember
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


def remembered(memory: ConversationState, number: int, said: list[Message]) -> ConversationState:
    """The memory after turn `number`."""
    history = memory.history
    for message in said:
        history = remember(history, message.role, message.text)
    return memory.model_copy(update={"turn": number, "history": history})


async def keep(stores: Stores, memory: ConversationState, said: list[Message], *, handed_over: bool) -> None:
    """Each write can be repeated. The memory comes last: with it the turn is over."""
    await stores.conversations.append(memory.conversation_id, memory.turn, said)
    if handed_over:
        await stores.conversations.set_handed_off(memory.conversation_id, True, memory.handoff)
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

"""Conversations: one document for the head, one for each turn's messages beside it.

Beside the model's fields a head keeps `state`, what the conversation remembers, and for the queue of those that are
with people its place there, `queue_at`, and who has it, `held_by`. What it shows of the handoff is written with the
state, so that an older turn replaces nothing.
"""

from __future__ import annotations

from collections.abc import Sequence

from pymongo.errors import DuplicateKeyError

from care.models.common import Page, known
from care.models.conversation import Conversation, ConversationView, Message
from care.models.memory import ConversationState
from care.stores.documents import NEWEST, OLDEST, Documents, plain
from care.stores.mongo import Database, Document

_NOBODY = ""  # an index finds it at once, which it does not for what is null


class ConversationStore:
    def __init__(self, database: Database) -> None:
        self._heads = Documents(database, "conversations", Conversation, key="conversation_id", noun="conversation")
        self._turns = database["messages"]

    async def ensure_indexes(self) -> None:
        heads = self._heads.collection
        await heads.create_index([("customer_id", 1), ("updated_at", NEWEST), ("_id", NEWEST)])
        await heads.create_index([("handed_off", 1), ("queue_at", OLDEST), ("_id", OLDEST)])
        await heads.create_index([("handed_off", 1), ("held_by", 1), ("queue_at", OLDEST), ("_id", OLDEST)])
        await self._turns.create_index([("conversation_id", 1), ("turn", OLDEST)], unique=True)

    async def start(self, conversation: Conversation) -> None:
        """Store once: starting again changes nothing."""
        await self._heads.add(conversation, was_handed_off=conversation.handed_off)

    async def append(self, conversation_id: str, turn: int, messages: Sequence[Message]) -> None:
        """Add the messages of one turn; the same turn again changes nothing. Raises NotFound for an unknown one.

        Both writes can be repeated, so a crash between them is mended by the caller's retry.
        """
        await self._heads.get(conversation_id)
        document: Document = {
            "conversation_id": conversation_id,
            "turn": turn,
            "messages": plain([message.model_dump() for message in messages]),
        }
        try:
            await self._turns.insert_one(document)
        except DuplicateKeyError:
            stored = await self._turns.find_one({"conversation_id": conversation_id, "turn": turn})
            document = stored or document
        if document["messages"]:
            latest = max(message["at"] for message in document["messages"])
            await self._heads.collection.update_one({"_id": conversation_id}, {"$max": {"updated_at": latest}})

    async def get(self, conversation_id: str) -> Conversation:
        return await self._heads.get(conversation_id)

    async def view(self, conversation_id: str) -> ConversationView:
        """With all messages, oldest first. Raises NotFound."""
        head = await self._heads.get(conversation_id)
        turns = self._turns.find({"conversation_id": conversation_id}).sort([("turn", OLDEST)])
        messages = [known(Message, each) async for turn in turns for each in turn["messages"]]
        return ConversationView(**head.model_dump(), messages=messages)

    async def page(self, customer_id: str, *, limit: int = 50, cursor: str | None = None) -> Page[Conversation]:
        """Latest activity first."""
        return await self._heads.page({"customer_id": customer_id}, by="updated_at", limit=limit, cursor=cursor)

    async def handed_off(self, *, limit: int = 50, cursor: str | None = None) -> Page[Conversation]:
        """Those that wait for or are with a person, who waits longest first."""
        return await self._queue({"handed_off": True}, limit, cursor)

    async def waiting(self, *, limit: int = 50, cursor: str | None = None) -> Page[Conversation]:
        """Those that no colleague has taken, who waits longest first."""
        return await self._queue({"handed_off": True, "held_by": _NOBODY}, limit, cursor)

    async def count_waiting(self) -> int:
        """How many no colleague has taken."""
        return await self._heads.collection.count_documents({"handed_off": True, "held_by": _NOBODY})

    async def taken(self, by: str, *, limit: int = 50, cursor: str | None = None) -> Page[Conversation]:
        """Those that this account has taken, who waits longest first."""
        return await self._queue({"handed_off": True, "held_by": by}, limit, cursor)

    async def _queue(self, where: Document, limit: int, cursor: str | None) -> Page[Conversation]:
        return await self._heads.page(where, by="queue_at", direction=OLDEST, limit=limit, cursor=cursor)

    async def save_state(self, state: ConversationState) -> None:
        """Keep what a conversation remembers, so that a closed one can be reopened, and show who has it.

        An older turn replaces nothing.
        """
        shown: Document = {"handed_off": state.handed_off, "handoff": state.handoff and state.handoff.model_dump()}
        if state.handed_off:  # that a person was ever asked stays on record, for the summary
            shown["was_handed_off"] = True
        if state.handoff:
            shown["held_by"] = state.handoff.taken_by or _NOBODY
            shown["queue_at"] = state.handoff.waiting_since or state.handoff.at
        await self._heads.collection.update_one(
            {"_id": state.conversation_id, "state.turn": {"$not": {"$gte": state.turn}}},
            {"$set": plain(shown | {"state": state.model_dump()})},
        )

    async def load_state(self, conversation_id: str) -> ConversationState | None:
        """What the conversation remembered after its last turn; None for one that never had a turn."""
        head = await self._heads.collection.find_one({"_id": conversation_id}, {"state": 1})
        return known(ConversationState, head["state"]) if head and "state" in head else None

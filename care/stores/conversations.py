"""Conversations: one document for the head, one for each turn's messages beside it."""

from __future__ import annotations

from collections.abc import Sequence

from pymongo.errors import DuplicateKeyError

from care.models.common import Page
from care.models.conversation import Conversation, ConversationView, Handoff, Message
from care.models.memory import ConversationState
from care.stores.documents import NEWEST, OLDEST, Documents, plain
from care.stores.mongo import Database, Document


class ConversationStore:
    def __init__(self, database: Database) -> None:
        self._heads = Documents(database, "conversations", Conversation, key="conversation_id", noun="conversation")
        self._turns = database["messages"]

    async def ensure_indexes(self) -> None:
        heads = self._heads.collection
        await heads.create_index([("customer_id", 1), ("updated_at", NEWEST), ("_id", NEWEST)])
        await heads.create_index([("handed_off", 1), ("updated_at", NEWEST), ("_id", NEWEST)])
        await heads.create_index([("created_at", NEWEST)])
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

    async def set_handed_off(self, conversation_id: str, handed_off: bool, handoff: Handoff | None = None) -> None:
        """`handoff` says why, and what it is about. Raises NotFound. That a person was ever asked stays on record, for
        the summary."""
        fields: Document = {"handed_off": handed_off, "handoff": handoff and handoff.model_dump()}
        if handed_off:
            fields["was_handed_off"] = True
        if await self._heads.change(conversation_id, fields) is None:
            raise self._heads.missing(conversation_id)

    async def get(self, conversation_id: str) -> Conversation:
        return await self._heads.get(conversation_id)

    async def view(self, conversation_id: str) -> ConversationView:
        """With all messages, oldest first. Raises NotFound."""
        head = await self._heads.get(conversation_id)
        turns = self._turns.find({"conversation_id": conversation_id}).sort([("turn", OLDEST)])
        messages = [Message.model_validate(each) async for turn in turns for each in turn["messages"]]
        return ConversationView(**head.model_dump(), messages=messages)

    async def page(self, customer_id: str, *, limit: int = 50, cursor: str | None = None) -> Page[Conversation]:
        """Latest activity first."""
        return await self._heads.page({"customer_id": customer_id}, by="updated_at", limit=limit, cursor=cursor)

    async def handed_off(self, *, limit: int = 50, cursor: str | None = None) -> Page[Conversation]:
        """Those that wait for or are with a person, latest activity first."""
        return await self._heads.page({"handed_off": True}, by="updated_at", limit=limit, cursor=cursor)

    async def save_state(self, state: ConversationState) -> None:
        """Keep what a conversation remembers, so that a closed one can be reopened; an older turn replaces nothing."""
        await self._heads.collection.update_one(
            {"_id": state.conversation_id, "state.turn": {"$not": {"$gte": state.turn}}},
            {"$set": {"state": plain(state.model_dump())}},
        )

    async def load_state(self, conversation_id: str) -> ConversationState | None:
        """What the conversation remembered after its last turn; None for one that never had a turn."""
        head = await self._heads.collection.find_one({"_id": conversation_id}, {"state": 1})
        return ConversationState.model_validate(head["state"]) if head and "state" in head else None

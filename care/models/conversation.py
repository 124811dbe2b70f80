"""Conversations as others see them: messages, what was done, and who answers."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from care.models.common import Body, CustomerId, Model, Utc
from care.models.understanding import Entities, IntentScore


class ChatAction(Model):
    """Something the assistant did. `id` names the order, refund or subscription that it touched."""

    kind: str
    status: Literal["done", "proposed", "refused"]
    id: str | None = None


class Message(Model):
    """`by` is the account of the colleague who wrote or did it: for staff alone."""

    role: Literal["customer", "assistant", "agent", "system"]
    text: str
    at: Utc
    by: str | None = None
    evidence_ids: list[str] = []
    actions: list[ChatAction] = []
    suggestions: list[str] = []


class ChatRequest(Body):
    model_config = ConfigDict(json_schema_extra={"example": {"message": "Where is my order?"}})
    message: Annotated[str, Field(min_length=1, max_length=4000)]
    conversation_id: Annotated[str, Field(max_length=64)] | None = None
    evidence_ids: Annotated[list[Annotated[str, Field(max_length=64)]], Field(max_length=10)] = []


class ChatReply(Model):
    conversation_id: str
    reply: str
    intents: list[IntentScore]
    entities: Entities
    actions: list[ChatAction] = []
    suggestions: list[str] = []
    needs_confirmation: bool = False
    handed_off: bool = False
    model: str


class ChatToken(Model):
    """A piece of a reply that is being streamed; all pieces together are the reply."""

    text: str


# Why a person took over.
HandoffReason = Literal["asked", "angry", "not_understood", "language", "out_of_scope", "needs_person"]


class Handoff(Model):
    """A conversation in the hands of a person. `summary` tells the colleague what it is about; `taken_by` is the
    account that answers, None while nobody does; `waiting_since` is the first word of the customer that no colleague
    has answered yet, None when all are answered. `language` is the code of the one that the customer writes, like "es";
    None where it was handed over before that was kept."""

    reason: HandoffReason
    at: Utc
    summary: str = ""
    language: str | None = None
    taken_by: str | None = None
    waiting_since: Utc | None = None


class Conversation(Model):
    """The head of a conversation; its messages lie beside it. `title` is the first message, cut short."""

    conversation_id: str
    customer_id: CustomerId
    title: str
    handed_off: bool = False
    handoff: Handoff | None = None
    created_at: Utc
    updated_at: Utc


class ConversationView(Conversation):
    messages: list[Message]

"""Conversations."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator

from fastapi import APIRouter
from fastapi.responses import StreamingResponse
from fastapi.sse import format_sse_event

from api.deps import PAGE, Cursor, Limit, OwnConversation, OwnCustomer, Serving
from api.idempotency import Once, RepeatableRoute
from api.problems import ERRORS
from care.models.common import Page
from care.models.conversation import ChatReply, ChatRequest, ChatToken, Conversation, ConversationView

router = APIRouter(tags=["chat"], responses=ERRORS, route_class=RepeatableRoute)
streams = APIRouter(tags=["chat"], responses=ERRORS)


@router.post("/chat/{customer_id}")
async def say(body: ChatRequest, customer_id: OwnCustomer, serving: Serving, once: Once) -> ChatReply:
    """One turn. Without `conversation_id` it starts a conversation."""
    return await serving.client.say(customer_id, body, once=once)


@router.get("/chat/{customer_id}")
async def conversations(
    customer_id: OwnCustomer, serving: Serving, limit: Limit = PAGE, cursor: Cursor = None
) -> Page[Conversation]:
    """Newest first."""
    return await serving.stores.conversations.page(customer_id, limit=limit, cursor=cursor)


@router.get("/conversation/{conversation_id}")
async def conversation(conversation: OwnConversation, serving: Serving) -> ConversationView:
    return await serving.stores.conversations.view(conversation.conversation_id)


@streams.post(
    "/chat/{customer_id}/stream",
    response_class=StreamingResponse,
    responses={200: {"content": {"text/event-stream": {}}, "description": "`token` events, then `done`."}},
)
async def stream(body: ChatRequest, customer_id: OwnCustomer, serving: Serving, once: Once) -> StreamingResponse:
    """The same turn as server-sent events: `token` (a piece of the reply), then `done` (the whole answer)."""
    # The turn comes first: a refusal is then an ordinary problem, not half a stream.
    reply = await serving.client.say(customer_id, body, once=once)
    return StreamingResponse(_events(reply), media_type="text/event-stream", headers={"X-Accel-Buffering": "no"})


async def _events(reply: ChatReply) -> AsyncIterator[bytes]:
    for word in re.findall(r"\s*\S+|\s+$", reply.reply):
        yield format_sse_event(event="token", data_str=ChatToken(text=word).model_dump_json())
    yield format_sse_event(event="done", data_str=reply.model_dump_json())

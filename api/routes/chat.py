"""Conversations, as customers have them."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from functools import partial

from fastapi import APIRouter, Request, Response
from fastapi.responses import StreamingResponse
from fastapi.sse import format_sse_event

from api.deps import (
    PAGE,
    Cursor,
    Limit,
    OwnConversation,
    OwnCustomer,
    Services,
    Serving,
    StoreError,
    Viewer,
    is_out_of_order,
    own,
)
from api.idempotency import REPLAYED, Once, RepeatableRoute, repeatable
from api.problems import ERRORS, response_to
from api.views import conversation_for
from care.errors import CareError, Unavailable
from care.models.common import Page
from care.models.conversation import ChatReply, ChatRequest, ChatToken, Conversation, ConversationView
from care.models.customer import Principal

router = APIRouter(tags=["chat"], responses=ERRORS, route_class=RepeatableRoute)
streams = APIRouter(tags=["chat"], responses=ERRORS)

# A refusal comes within this time, as an ordinary problem; a turn that takes longer is shown to be alive.
_SOON = 5.0  # seconds
_ALIVE = b": thinking\n\n"
_turns: set[asyncio.Task[Response]] = set()


@router.post("/chat/{customer_id}", dependencies=[own("chat")])
async def say(body: ChatRequest, customer_id: OwnCustomer, viewer: Viewer, serving: Serving, once: Once) -> ChatReply:
    """One turn. Without `conversation_id` it starts a conversation.

    While a colleague has the conversation, the message is kept for them and `reply` is empty.
    """
    return await _said(customer_id, body, viewer, serving, once)


@router.get("/chat/{customer_id}", dependencies=[own("chat")])
async def conversations(
    customer_id: OwnCustomer, viewer: Viewer, serving: Serving, limit: Limit = PAGE, cursor: Cursor = None
) -> Page[Conversation]:
    """Newest first."""
    page = await serving.stores.conversations.page(customer_id, limit=limit, cursor=cursor)
    return Page(items=[conversation_for(viewer, each) for each in page.items], next=page.next)


@router.get("/conversation/{conversation_id}", dependencies=[own("chat")])
async def conversation(conversation: OwnConversation, viewer: Viewer, serving: Serving) -> ConversationView:
    return conversation_for(viewer, await serving.stores.conversations.view(conversation.conversation_id))


@streams.post(
    "/chat/{customer_id}/stream",
    dependencies=[own("chat")],
    response_class=StreamingResponse,
    responses={
        200: {"content": {"text/event-stream": {}}, "description": "`token` events, then `done`; or one `error`."}
    },
)
async def stream(
    request: Request, body: ChatRequest, customer_id: OwnCustomer, viewer: Viewer, serving: Serving, once: Once
) -> Response:
    """The same turn as server-sent events: `token` (a piece of the reply), then `done` (the whole answer).

    A reply is checked against the facts as a whole before its first token leaves. Until then a turn that takes long
    sends comments, so that no proxy takes the line for dead; what fails that late is an `error` event with the
    problem, while an earlier refusal is an ordinary problem.
    """
    said = partial(_said, customer_id, body, viewer, serving, once)
    turn = asyncio.create_task(_turn(request, said))
    _turns.add(turn)  # a task that nobody holds may vanish; who hangs up has said it all the same
    turn.add_done_callback(_turns.discard)
    await asyncio.wait({turn}, timeout=_SOON)
    headers = {"X-Accel-Buffering": "no"}
    if turn.done():
        answer = turn.result()
        if answer.status_code >= 400:
            return answer
        headers |= {REPLAYED: "true"} if REPLAYED in answer.headers else {}
    return StreamingResponse(_events(turn), media_type="text/event-stream", headers=headers)


async def _said(
    customer_id: str, body: ChatRequest, viewer: Principal, serving: Services, once: str | None
) -> ChatReply:
    reply = await serving.client.say(customer_id, body, once=once)
    await serving.acted(viewer, customer_id, "message_sent", reply.conversation_id, once)
    return reply


async def _turn(request: Request, said: Callable[[], Awaitable[ChatReply]]) -> Response:
    """The answer as it is kept under its key: a ChatReply, or a problem."""

    async def answered() -> Response:
        return Response((await said()).model_dump_json(), media_type="application/json")

    try:
        return await repeatable(request, answered)
    except CareError as error:
        return response_to(error)
    except StoreError as error:
        if not is_out_of_order(error):
            raise
        return response_to(Unavailable("The database cannot be reached. Please try again in a moment."))


async def _events(turn: asyncio.Task[Response]) -> AsyncIterator[bytes]:
    while not turn.done():
        yield _ALIVE
        await asyncio.wait({turn}, timeout=_SOON)
    answer = bytes(turn.result().body).decode()
    if turn.result().status_code >= 400:
        yield format_sse_event(event="error", data_str=answer)
        return
    for word in re.findall(r"\s*\S+|\s+$", ChatReply.model_validate_json(answer).reply):
        yield format_sse_event(event="token", data_str=ChatToken(text=word).model_dump_json())
    yield format_sse_event(event="done", data_str=answer)

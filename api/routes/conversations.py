"""Conversations in the hands of people: the list of the staff, and their side of the thread."""

from __future__ import annotations

from typing import Literal

from fastapi import APIRouter

from api.deps import PAGE, Cursor, Limit, OwnConversation, Serving, Viewer, staff
from api.idempotency import Once, RepeatableRoute
from api.problems import ERRORS
from care.models.common import Page
from care.models.conversation import Conversation
from care.models.handoff import AgentReply, DeskStep, HandBack

router = APIRouter(tags=["conversations"], responses=ERRORS, route_class=RepeatableRoute)


@router.get("/conversations", dependencies=[staff("chat")])
async def handed_over(
    viewer: Viewer,
    serving: Serving,
    status: Literal["waiting", "mine", "handed_off"] = "handed_off",
    limit: Limit = PAGE,
    cursor: Cursor = None,
) -> Page[Conversation]:
    """Those that are with people, who waits longest first: all, those that nobody has taken, or the asker's own."""
    kept = serving.stores.conversations
    match status:
        case "waiting":
            return await kept.waiting(limit=limit, cursor=cursor)
        case "mine":
            return await kept.taken(viewer.email, limit=limit, cursor=cursor)
        case "handed_off":
            return await kept.handed_off(limit=limit, cursor=cursor)


@router.post("/conversation/claim/{conversation_id}", dependencies=[staff()])
async def claim(viewer: Viewer, conversation: OwnConversation, serving: Serving) -> Conversation:
    """A supervisor may also take what a colleague has."""
    return await serving.client.take_conversation(conversation.conversation_id, DeskStep.of(viewer))


@router.post("/conversation/release/{conversation_id}", dependencies=[staff()])
async def release(viewer: Viewer, conversation: OwnConversation, serving: Serving) -> Conversation:
    """The others may take it again."""
    return await serving.client.release_conversation(conversation.conversation_id, DeskStep.of(viewer))


@router.post("/conversation/reply/{conversation_id}", dependencies=[staff()])
async def reply(
    body: AgentReply, viewer: Viewer, conversation: OwnConversation, serving: Serving, once: Once
) -> Conversation:
    """Answers the customer in the same thread; what nobody has is taken with it."""
    step = DeskStep.of(viewer, body.message)
    return await serving.client.answer_conversation(conversation.conversation_id, step, once=once)


@router.post("/conversation/hand-back/{conversation_id}", dependencies=[staff()])
async def hand_back(
    body: HandBack, viewer: Viewer, conversation: OwnConversation, serving: Serving, once: Once
) -> Conversation:
    """The assistant speaks again, after a last word to the customer if there is a note."""
    step = DeskStep.of(viewer, body.note)
    return await serving.client.hand_back_conversation(conversation.conversation_id, step, once=once)

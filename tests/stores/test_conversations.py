from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from care.errors import NotFound
from care.models.conversation import ChatAction, Conversation, Handoff, Message
from care.models.memory import ConversationState
from care.stores import Stores
from tests.stores.make import AT


def conversation(conversation_id: str = "CON1", **given: object) -> Conversation:
    fields = {"conversation_id": conversation_id, "customer_id": "CUST001", "title": "Hello"}
    return Conversation.model_validate(fields | {"created_at": AT, "updated_at": AT} | given)


def turn(number: int) -> list[Message]:
    at = AT + timedelta(minutes=number)
    done = ChatAction(kind="refund_opened", status="done", id="REF001")
    return [
        Message(role="customer", text=f"question {number}", at=at),
        Message(role="assistant", text=f"answer {number}", at=at + timedelta(seconds=1), actions=[done]),
    ]


async def test_a_conversation_reads_in_the_order_of_its_turns(stores: Stores) -> None:
    await stores.conversations.start(conversation())
    for number in (2, 1, 10):
        await stores.conversations.append("CON1", number, turn(number))
    texts = [message.text for message in (await stores.conversations.view("CON1")).messages]
    assert texts == [f"{kind} {n}" for n in (1, 2, 10) for kind in ("question", "answer")]


async def test_a_turn_that_is_stored_again_is_not_said_twice(stores: Stores) -> None:
    await stores.conversations.start(conversation())
    await asyncio.gather(*(stores.conversations.append("CON1", 1, turn(1)) for _ in range(20)))
    await stores.conversations.append("CON1", 1, turn(5))
    assert [m.text for m in (await stores.conversations.view("CON1")).messages] == ["question 1", "answer 1"]


async def test_the_latest_message_brings_a_conversation_to_the_top(stores: Stores) -> None:
    await stores.conversations.start(conversation("CON1"))
    await stores.conversations.start(conversation("CON2", updated_at=AT + timedelta(seconds=1)))
    await stores.conversations.append("CON1", 1, turn(1))
    await stores.conversations.append("CON1", 0, turn(0))  # late, and older
    found = await stores.conversations.page("CUST001")
    assert [each.conversation_id for each in found.items] == ["CON1", "CON2"]
    assert found.items[0].updated_at == turn(1)[1].at.replace(microsecond=123000)


async def test_starting_again_changes_nothing(stores: Stores) -> None:
    await stores.conversations.start(conversation())
    await stores.conversations.append("CON1", 1, turn(1))
    await stores.conversations.start(conversation(title="Another"))
    seen = await stores.conversations.view("CON1")
    assert (seen.title, len(seen.messages)) == ("Hello", 2)


def memory(conversation_id: str, turn: int = 1, **handoff: object) -> ConversationState:
    """Handed over at its turn unless nothing is said of a handoff."""
    held = Handoff.model_validate({"reason": "asked", "at": AT} | handoff) if handoff else None
    return ConversationState(
        conversation_id=conversation_id, customer_id="CUST001", turn=turn, handed_off=held is not None, handoff=held
    )


async def test_handed_over_conversations_are_listed_for_people_who_waits_longest_first(stores: Stores) -> None:
    for number in range(4):
        await stores.conversations.start(conversation(f"CON{number}"))
    await stores.conversations.save_state(memory("CON1", waiting_since=AT + timedelta(hours=2)))
    await stores.conversations.save_state(memory("CON2", waiting_since=AT + timedelta(hours=1), taken_by="amy"))
    await stores.conversations.save_state(memory("CON3", waiting_since=AT))
    await stores.conversations.save_state(memory("CON3", turn=2))
    kept = stores.conversations
    for page, ids in ((kept.handed_off(), ["CON2", "CON1"]), (kept.waiting(), ["CON1"]), (kept.taken("amy"), ["CON2"])):
        assert [each.conversation_id for each in (await page).items] == ids


async def test_a_late_write_of_an_older_turn_hands_nothing_over_again(stores: Stores) -> None:
    await stores.conversations.start(conversation())
    await stores.conversations.save_state(memory("CON1", turn=3))
    await stores.conversations.save_state(memory("CON1", turn=2, waiting_since=AT))
    assert not (await stores.conversations.get("CON1")).handed_off


async def test_unknown_conversations_are_not_found(stores: Stores) -> None:
    for call in (
        stores.conversations.get("NONE"),
        stores.conversations.view("NONE"),
        stores.conversations.append("NONE", 1, turn(1)),
    ):
        with pytest.raises(NotFound):
            await call

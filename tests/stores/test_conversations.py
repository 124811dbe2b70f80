from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from care.errors import NotFound
from care.models.conversation import ChatAction, Conversation, Message
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


async def test_handed_over_conversations_are_listed_for_people(stores: Stores) -> None:
    for number in range(3):
        await stores.conversations.start(conversation(f"CON{number}"))
    await stores.conversations.set_handed_off("CON1", True)
    await stores.conversations.set_handed_off("CON2", True)
    await stores.conversations.set_handed_off("CON2", False)
    assert [each.conversation_id for each in (await stores.conversations.handed_off()).items] == ["CON1"]


async def test_unknown_conversations_are_not_found(stores: Stores) -> None:
    for call in (
        stores.conversations.get("NONE"),
        stores.conversations.view("NONE"),
        stores.conversations.append("NONE", 1, turn(1)),
        stores.conversations.set_handed_off("NONE", True),
    ):
        with pytest.raises(NotFound):
            await call

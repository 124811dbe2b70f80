"""Conversations through HTTP, on a real worker and with the local model."""

from __future__ import annotations

import json

import pytest

from tests.api.shop import Shop, Someone
from tests.api.test_errors import assert_is_problem

pytestmark = pytest.mark.usefixtures("at_work")


async def test_a_question_about_an_order_is_answered_and_kept(shop: Shop, ana: Someone, agent: Someone) -> None:
    order = await shop.sells(ana)
    answer = await ana.http.post(f"/chat/{ana.customer_id}", json={"message": f"Where is my order {order.order_id}?"})
    assert answer.status_code == 200, answer.text
    said = answer.json()
    assert order.order_id in said["reply"]
    assert said["model"] == "local"
    assert said["intents"][0].keys() == {"intent", "confidence"}
    more = {"message": "Thank you!", "conversation_id": said["conversation_id"]}
    assert (await ana.http.post(f"/chat/{ana.customer_id}", json=more)).json()["conversation_id"] == said[
        "conversation_id"
    ]
    for reader in (ana, agent):
        kept = (await reader.http.get(f"/conversation/{said['conversation_id']}")).json()
        assert [message["role"] for message in kept["messages"]] == ["customer", "assistant"] * 2
    talks = (await ana.http.get(f"/chat/{ana.customer_id}")).json()["items"]
    assert [talk["conversation_id"] for talk in talks] == [said["conversation_id"]]


async def test_a_repeated_message_is_said_once(ana: Someone) -> None:
    key = {"Idempotency-Key": "k1"}
    first, second = [
        await ana.http.post(f"/chat/{ana.customer_id}", json={"message": "Hello"}, headers=key) for _ in range(2)
    ]
    assert first.json() == second.json()
    kept = (await ana.http.get(f"/conversation/{first.json()['conversation_id']}")).json()
    assert len(kept["messages"]) == 2


async def test_the_stream_ends_with_the_whole_answer(shop: Shop, ana: Someone) -> None:
    await shop.sells(ana)
    path = f"/chat/{ana.customer_id}/stream"
    async with ana.http.stream("POST", path, json={"message": "Where is my order?"}) as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        text = (await answer.aread()).decode()
    events = [dict(line.split(": ", 1) for line in event.splitlines()) for event in text.strip().split("\n\n")]
    assert {event["event"] for event in events[:-1]} == {"token"}
    assert events[-1]["event"] == "done"
    done = json.loads(events[-1]["data"])
    assert "".join(json.loads(event["data"])["text"] for event in events[:-1]) == done["reply"]
    assert done["conversation_id"]


@pytest.mark.parametrize("message", ["", "x" * 4001, None, 7, ["Hi"]])
async def test_a_message_that_is_none_is_refused(ana: Someone, message: object) -> None:
    for path in (f"/chat/{ana.customer_id}", f"/chat/{ana.customer_id}/stream"):
        answer = await ana.http.post(path, json={"message": message})
        assert [each["field"] for each in assert_is_problem(answer, 422)["errors"]] == ["message"]


@pytest.mark.parametrize(
    "message", ["\x00", "  ", "😀" * 2000, "<script>alert(1)</script>", "'; DROP TABLE orders; --"]
)
async def test_an_odd_message_is_still_answered(ana: Someone, message: str) -> None:
    answer = await ana.http.post(f"/chat/{ana.customer_id}", json={"message": message})
    assert answer.status_code == 200, answer.text
    assert answer.json()["reply"]


async def test_an_unknown_conversation_is_not_found(ana: Someone) -> None:
    said = {"message": "Hi", "conversation_id": "CNV99999"}
    assert_is_problem(await ana.http.post(f"/chat/{ana.customer_id}", json=said), 404)

"""Conversations through HTTP, on a real worker and with the local model."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import httpx
import pytest

from api.routes import chat
from care.errors import Unavailable
from tests.api.shop import Shop, Someone
from tests.api.test_errors import assert_is_problem
from workflows.client import CareClient

Json = dict[str, Any]

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


async def streamed(someone: Someone, message: str, **headers: str) -> tuple[httpx.Response, list[tuple[str, Json]]]:
    """The answer, and its events with what they carry."""
    path = f"/chat/{someone.customer_id}/stream"
    async with someone.http.stream("POST", path, json={"message": message}, headers=headers) as answer:
        text = (await answer.aread()).decode()
    if answer.status_code >= 400:
        return answer, []
    assert answer.headers["content-type"].startswith("text/event-stream")
    lines = [dict(line.split(": ", 1) for line in event.splitlines()) for event in text.strip().split("\n\n")]
    return answer, [(each["event"], json.loads(each["data"])) for each in lines if "event" in each]


async def test_the_stream_ends_with_the_whole_answer(shop: Shop, ana: Someone) -> None:
    await shop.sells(ana)
    _, [*tokens, (last, done)] = await streamed(ana, "Where is my order?")
    assert {event for event, _ in tokens} == {"token"}
    assert last == "done"
    assert "".join(each["text"] for _, each in tokens) == done["reply"]
    assert done["conversation_id"]


async def test_a_streamed_message_is_said_once_under_its_key(ana: Someone) -> None:
    key = {"Idempotency-Key": "k1"}
    first, again = [await streamed(ana, "Hello", **key) for _ in range(2)]
    assert first[1] == again[1]
    assert again[0].headers["Idempotent-Replayed"] == "true"
    kept = (await ana.http.get(f"/conversation/{first[1][-1][1]['conversation_id']}")).json()
    assert len(kept["messages"]) == 2
    other, _ = await streamed(ana, "Hello again", **key)
    assert_is_problem(other, 422)


async def test_a_turn_that_takes_long_shows_that_it_lives_and_tells_how_it_failed(
    ana: Someone, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fails_late(*_: object, **__: object) -> None:
        await asyncio.sleep(0.1)
        raise Unavailable("Try again.")

    monkeypatch.setattr(chat, "_SOON", 0.02)
    monkeypatch.setattr(CareClient, "say", fails_late)
    async with ana.http.stream("POST", f"/chat/{ana.customer_id}/stream", json={"message": "Hello"}) as answer:
        text = (await answer.aread()).decode()
    assert answer.status_code == 200
    assert text.startswith(": thinking\n\n")
    event, data = text.strip().split("\n\n")[-1].splitlines()
    assert (event, json.loads(data.removeprefix("data: "))["status"]) == ("event: error", 503)


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

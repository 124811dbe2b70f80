"""Conversations in the hands of colleagues, through HTTP, on a real worker."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from tests.api.shop import Someone
from tests.api.test_errors import assert_is_problem

pytestmark = pytest.mark.usefixtures("at_work")


@pytest.fixture
async def talk_id(ana: Someone) -> str:
    """A conversation of Ana's that waits for a person."""
    answer = await ana.http.post(f"/chat/{ana.customer_id}", json={"message": "Let me talk to a human"})
    assert answer.json()["handed_off"], answer.text
    return str(answer.json()["conversation_id"])


async def says(ana: Someone, talk_id: str, message: str) -> dict[str, Any]:
    said = {"message": message, "conversation_id": talk_id}
    answer = await ana.http.post(f"/chat/{ana.customer_id}", json=said)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def does(who: Someone, what: str, talk_id: str, **how: Any) -> httpx.Response:
    return await who.http.post(f"/conversation/{what}/{talk_id}", **how)


async def listed(who: Someone, status: str) -> list[str]:
    page = (await who.http.get("/conversations", params={"status": status, "limit": 200})).json()
    return [each["conversation_id"] for each in page["items"]]


async def test_a_colleague_takes_answers_and_hands_back(ana: Someone, agent: Someone, talk_id: str) -> None:
    assert talk_id in await listed(agent, "waiting")
    claimed = (await does(agent, "claim", talk_id)).json()
    assert claimed["handoff"]["taken_by"] == agent.email
    assert talk_id not in await listed(agent, "waiting")
    assert talk_id in await listed(agent, "mine")
    silent = await says(ana, talk_id, "My milk leaks")
    assert (silent["reply"], silent["suggestions"], silent["model"]) == ("", [], "none")
    assert silent["handed_off"]
    key = {"headers": {"Idempotency-Key": "k1"}}
    for _ in range(2):
        answer = await does(agent, "reply", talk_id, json={"message": "I am sorry."}, **key)
        assert answer.json()["handoff"]["waiting_since"] is None
    back = await does(agent, "hand-back", talk_id, json={"note": "A new one is on its way."})
    assert not back.json()["handed_off"]
    assert talk_id not in await listed(agent, "handed_off")
    assert (await says(ana, talk_id, "Thank you"))["reply"]
    kept = (await agent.http.get(f"/conversation/{talk_id}")).json()
    assert [message["role"] for message in kept["messages"]] == [
        *("customer", "assistant", "system", "customer", "agent", "agent", "system", "customer", "assistant"),
    ]
    assert {message["by"] for message in kept["messages"] if message["role"] in ("agent", "system")} == {agent.email}


async def test_a_second_agent_is_refused_by_name_and_a_supervisor_may_take_over(
    agent: Someone, colleague: Someone, supervisor: Someone, talk_id: str
) -> None:
    assert (await does(agent, "claim", talk_id)).status_code == 200
    assert (await does(agent, "claim", talk_id)).status_code == 200
    for what, body in (("claim", None), ("release", None), ("reply", {"message": "Hi"}), ("hand-back", {})):
        problem = assert_is_problem(await does(colleague, what, talk_id, json=body), 409)
        assert agent.email in problem["detail"]
    assert (await does(supervisor, "claim", talk_id)).json()["handoff"]["taken_by"] == supervisor.email
    assert (await does(supervisor, "release", talk_id)).json()["handoff"]["taken_by"] is None
    assert (await does(colleague, "reply", talk_id, json={"message": "Hello"})).status_code == 200
    assert talk_id in await listed(colleague, "mine")


async def test_what_is_with_the_assistant_cannot_be_answered(ana: Someone, agent: Someone) -> None:
    talk_id = (await ana.http.post(f"/chat/{ana.customer_id}", json={"message": "Hello"})).json()["conversation_id"]
    for what, body in (("claim", None), ("release", None), ("reply", {"message": "Hi"}), ("hand-back", {})):
        problem = assert_is_problem(await does(agent, what, talk_id, json=body), 409)
        assert "assistant" in problem["detail"]


@pytest.mark.parametrize("message", ["", "  \n", "x" * 4001, None])
async def test_an_answer_that_says_nothing_is_refused(agent: Someone, talk_id: str, message: object) -> None:
    answer = await does(agent, "reply", talk_id, json={"message": message})
    assert [each["field"] for each in assert_is_problem(answer, 422)["errors"]] == ["message"]


async def test_the_customer_reads_neither_names_nor_why_it_was_handed_over(
    ana: Someone, agent: Someone, talk_id: str
) -> None:
    await does(agent, "reply", talk_id, json={"message": "Hello, what can I do?"})
    for address in (f"/conversation/{talk_id}", f"/chat/{ana.customer_id}"):
        seen = await ana.http.get(address)
        assert seen.status_code == 200
        assert agent.email not in seen.text
        assert '"handoff":null' in seen.text
        assert '"handed_off":true' in seen.text
    told = (await ana.http.get(f"/subscription/notifications/{ana.customer_id}")).json()["items"]
    assert [note["kind"] for note in told] == ["conversation_answered"]

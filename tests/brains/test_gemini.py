"""GeminiJudge: the real client against a server that speaks Gemini's protocol, well or badly."""

from __future__ import annotations

import base64
import json
from collections.abc import AsyncIterator

import pytest
from pydantic import SecretStr

from care.brains import close, judge_for
from care.brains.gemini import MAX_INLINE_BYTES, GeminiJudge
from care.errors import ModelTrouble
from care.settings import Settings
from tests.brains.conftest import Tally, a_claim, a_file
from tests.fakes import gemini_server
from tests.fakes.wire import FakeServer


@pytest.fixture
async def gemini(fake_gemini: FakeServer) -> AsyncIterator[GeminiJudge]:
    judge = GeminiJudge("key", "gemini-3.8-flash", base_url=fake_gemini.url, timeout=0.5)
    yield judge
    await judge.aclose()


async def test_a_good_answer_is_a_judgement_with_model_and_prompt(gemini: GeminiJudge, fake_gemini: FakeServer) -> None:
    judgement = await gemini.judge(a_claim([a_file()]))
    assert (judgement.decision, judgement.confidence) == ("valid", 0.97)
    assert judgement.findings == ["The damage is visible."]
    assert judgement.model == "gemini-3.8-flash"
    assert judgement.prompt_version
    assert len(judgement.prompt_version) == 12


async def test_files_and_order_travel_apart_from_the_instructions(gemini: GeminiJudge, fake_gemini: FakeServer) -> None:
    await gemini.judge(a_claim([a_file(b"picture"), a_file(b"%PDF", "application/pdf")]))
    sent = fake_gemini.seen[0]
    about, picture, invoice = sent.body["contents"][0]["parts"]
    claim = json.loads(about["text"])
    assert (claim["order"]["order_id"], claim["claimed_items"]) == ("ORD004", ["Whey Protein"])
    assert base64.urlsafe_b64decode(picture["inlineData"]["data"]) == b"picture"
    assert invoice["inlineData"] == {"data": "JVBERg==", "mime_type": "application/pdf"}
    assert claim["complaint"] not in json.dumps(sent.body["systemInstruction"])
    assert sent.headers["x-goog-api-key"] == "key"
    assert sent.body["generationConfig"]["responseMimeType"] == "application/json"


@pytest.mark.parametrize("case", gemini_server.MISBEHAVIOUR)
async def test_an_unusable_answer_is_trouble_and_is_asked_for_once(
    case: str, gemini: GeminiJudge, fake_gemini: FakeServer
) -> None:
    answer, can_pass = gemini_server.MISBEHAVIOUR[case]
    fake_gemini.will(answer)
    with pytest.raises(ModelTrouble) as trouble:
        await gemini.judge(a_claim([a_file()]))
    assert trouble.value.retryable is can_pass
    assert len(fake_gemini.seen) == 1


@pytest.mark.filterwarnings("ignore:STOPPED_FOR_TEA is not a valid FinishReason")
async def test_a_finish_reason_that_nobody_knows_yet_is_trouble(gemini: GeminiJudge, fake_gemini: FakeServer) -> None:
    fake_gemini.will(gemini_server.candidate('{"decision": "valid", "confidence": 0.97}', "STOPPED_FOR_TEA"))
    with pytest.raises(ModelTrouble):
        await gemini.judge(a_claim([a_file()]))


async def test_a_slow_answer_is_trouble(gemini: GeminiJudge, fake_gemini: FakeServer) -> None:
    fake_gemini.will(gemini_server.SLOW)
    with pytest.raises(ModelTrouble, match="in time"):
        await gemini.judge(a_claim())


async def test_a_server_that_is_not_there_is_trouble() -> None:
    judge = GeminiJudge("key", "m", base_url="http://127.0.0.1:9", timeout=0.5)
    with pytest.raises(ModelTrouble, match="reached"):
        await judge.judge(a_claim())
    await judge.aclose()


async def test_files_too_large_for_one_request_go_to_a_person_unsent(
    gemini: GeminiJudge, fake_gemini: FakeServer
) -> None:
    with pytest.raises(ModelTrouble, match="too large") as trouble:
        await gemini.judge(a_claim([a_file(bytes(MAX_INLINE_BYTES)), a_file()]))
    assert not trouble.value.retryable
    assert fake_gemini.seen == []


async def test_trouble_is_metered_and_left_to_the_activity(fake_gemini: FakeServer, meters: Tally) -> None:
    fake_gemini.will(gemini_server.candidate("nonsense"))
    judge = judge_for(Settings(gemini_api_key=SecretStr("key"), gemini_base_url=fake_gemini.url), meters)
    with pytest.raises(ModelTrouble):
        await judge.judge(a_claim([a_file()]))
    assert (await judge.judge(a_claim([a_file()]))).decision == "valid"
    await close(judge)
    assert meters.counted == [("gemini gemini-3.8-flash", False), ("gemini gemini-3.8-flash", True)]

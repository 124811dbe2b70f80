"""A hosted model costs so much for a conversation, a case and a customer's day, and nobody is turned away."""

from __future__ import annotations

from collections import Counter
from datetime import date
from typing import Any

import pytest
from pydantic import SecretStr

from care.brains import chat_brains, close, judge_for
from care.brains.budget import Budget
from care.brains.protocols import Payer, Saying, Utterance
from care.errors import ModelTrouble
from care.settings import Settings
from tests.brains.conftest import Tally, a_claim, a_file
from tests.fakes import groq_server
from tests.fakes.gemini_files import GeminiServer
from tests.fakes.wire import FakeServer

ME = Payer(case="CNV1", customer_id="CUST001")
A_CALL = 12  # tokens that the stand-in says one took


class Purse:
    """Accounts in memory."""

    def __init__(self) -> None:
        self.of: Counter[str] = Counter()

    async def spent(self, account: str) -> int:
        return self.of[account]

    async def spend(self, account: str, amount: int) -> None:
        self.of[account] += amount


def asked(case: str = "CNV1", customer_id: str = "CUST001") -> Utterance:
    return Utterance(text="Where is ORD004?", payer=Payer(case=case, customer_id=customer_id))


def settings(fake: FakeServer, **limits: Any) -> Settings:
    key = SecretStr("key")
    return Settings(groq_api_key=key, groq_base_url=fake.url, gemini_api_key=key, gemini_base_url=fake.url, **limits)


async def test_an_account_is_of_one_case_or_of_one_customer_and_day() -> None:
    today = date(2026, 11, 27)
    budget = Budget(Purse(), "tokens", each=10, daily=25, today=lambda: today)
    other = Payer(case="CNV2", customer_id="CUST001")
    await budget.spend(ME, 10)
    assert (await budget.is_used_up(ME), await budget.is_used_up(other)) == (True, False)
    await budget.spend(other, 15)
    third = Payer(case="CNV3", customer_id="CUST001")
    assert await budget.is_used_up(third)
    assert not await budget.is_used_up(Payer(case="CNV4", customer_id="CUST002"))
    today = date(2026, 11, 28)
    assert (await budget.is_used_up(third), await budget.is_used_up(ME)) == (False, True)


async def test_a_conversation_that_has_cost_enough_is_read_by_the_local_model(
    fake_groq: FakeServer, meters: Tally
) -> None:
    brains = chat_brains(settings(fake_groq, chat_tokens=A_CALL + 1), meters, Purse())
    models = [(await brains.understanding.understand(asked())).model for _ in range(4)]
    assert models == ["openai/gpt-oss-20b"] * 2 + ["local"] * 2
    assert brains.wording
    with pytest.raises(ModelTrouble, match="cost enough"):
        await brains.wording.word(Saying(text="Done.", language="es", payer=ME), 1)
    assert len(fake_groq.seen) == 2
    assert (await brains.understanding.understand(asked("CNV2"))).model != "local"
    await brains.aclose()


async def test_new_conversations_of_one_customer_share_a_day(fake_groq: FakeServer, meters: Tally) -> None:
    brains = chat_brains(settings(fake_groq, chat_tokens_per_day=2 * A_CALL), meters, Purse())
    for number in range(5):
        await brains.understanding.understand(asked(f"CNV{number}"))
    assert len(fake_groq.seen) == 2
    assert (await brains.understanding.understand(asked(customer_id="CUST002"))).model != "local"
    await brains.aclose()


async def test_answers_that_cannot_be_used_and_wordings_cost_too(fake_groq: FakeServer, meters: Tally) -> None:
    purse = Purse()
    brains = chat_brains(settings(fake_groq), meters, purse)
    fake_groq.will(groq_server.completion("nonsense"), groq_server.completion("nonsense"))
    assert (await brains.understanding.understand(asked())).model == "local"
    assert purse.of["tokens CNV1"] == 2 * A_CALL
    fake_groq.will(groq_server.worded("Listo."))
    assert brains.wording
    await brains.wording.word(Saying(text="Done.", language="es", payer=ME), 1)
    assert purse.of["tokens CNV1"] == 3 * A_CALL
    await brains.aclose()


@pytest.mark.parametrize("limits", [{"judgements_per_refund": 2}, {"judgements_per_day": 2}])
async def test_evidence_is_looked_at_so_often_and_then_by_a_person(
    limits: dict[str, int], fake_gemini: GeminiServer, meters: Tally
) -> None:
    judge = judge_for(settings(fake_gemini, **limits), meters, Purse())
    claim = a_claim([a_file()]).model_copy(update={"payer": Payer(case="REF001", customer_id="CUST001")})
    for _ in range(2):
        await judge.judge(claim)
    with pytest.raises(ModelTrouble, match="often enough") as trouble:
        await judge.judge(claim)
    assert not trouble.value.retryable
    assert len(fake_gemini.seen) == 2
    await close(judge)

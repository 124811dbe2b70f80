"""Understanding messages and judging evidence: hosted models where a key is set, local ones where not.

The clients are imported when they are made, so that a process which does not use them stays small.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from care.brains.budget import Accounts, Budget, Told
from care.brains.hosted import Hosted, Meters, Prices
from care.brains.metered import MeteredJudge, MeteredUnderstanding, MeteredWording
from care.brains.protocols import EvidenceJudge, Understanding, Wording

if TYPE_CHECKING:
    from care.settings import Settings


class ChatBrains(NamedTuple):
    """What a conversation needs. Both ask one hosted model, so that they stop together when it fails; without a key
    there is none, and replies go out as the tools wrote them."""

    understanding: MeteredUnderstanding
    wording: Wording | None
    hosted: Hosted | None

    async def aclose(self) -> None:
        if self.hosted:
            await self.hosted.aclose()


def chat_brains(
    settings: Settings, meters: Meters, accounts: Accounts | None = None, used_up: Told | None = None
) -> ChatBrains:
    """Groq with the local model behind it, or the local model alone. Without `accounts` nothing bounds the cost;
    `used_up` hears each time that it was bounded."""
    from care.brains.local import LocalUnderstanding

    local = LocalUnderstanding()
    if settings.groq_api_key is None or not settings.groq_api_key.get_secret_value():
        return ChatBrains(MeteredUnderstanding(None, local, meters), None, None)
    from care.brains.groq import UNDERSTANDING_SECONDS, GroqUnderstanding, GroqWording
    from care.brains.groq_client import GroqClient

    model = settings.groq_model
    client = GroqClient(settings.groq_api_key.get_secret_value(), model, base_url=settings.groq_base_url)
    prices = Prices(settings.groq_price_in, settings.groq_price_out, settings.price_currency)
    hosted = Hosted(client, meters, f"groq {model}", prices)
    groq = GroqUnderstanding(hosted, model, seconds=min(settings.model_timeout_seconds, UNDERSTANDING_SECONDS))
    each, daily = settings.chat_tokens, settings.chat_tokens_per_day
    budget = Budget(accounts, "tokens", each=each, daily=daily, told=used_up) if accounts else None
    wording = MeteredWording(GroqWording(hosted), budget)
    return ChatBrains(MeteredUnderstanding(groq, local, meters, budget), wording, hosted)


def understanding_for(settings: Settings, meters: Meters) -> Understanding:
    """For whoever only reads messages."""
    return chat_brains(settings, meters).understanding


def judge_for(
    settings: Settings, meters: Meters, accounts: Accounts | None = None, used_up: Told | None = None
) -> EvidenceJudge:
    """Gemini, which raises ModelTrouble when it gives no usable answer, or the local checks. Without `accounts` nothing
    bounds how often it is asked; `used_up` hears each time that it was bounded."""
    if settings.gemini_api_key is None or not settings.gemini_api_key.get_secret_value():
        from care.brains.local_judge import LocalJudge

        return LocalJudge()
    from care.brains.gemini import GeminiJudge

    gemini = GeminiJudge(
        settings.gemini_api_key.get_secret_value(),
        settings.gemini_model,
        base_url=settings.gemini_base_url,
        timeout=settings.model_timeout_seconds,
    )
    prices = Prices(settings.gemini_price_in, settings.gemini_price_out, settings.price_currency)
    each, daily = settings.judgements_per_refund, settings.judgements_per_day
    budget = Budget(accounts, "judgements", each=each, daily=daily, told=used_up) if accounts else None
    return MeteredJudge(gemini, meters, f"gemini {settings.gemini_model}", prices, budget)


async def close(judge: EvidenceJudge) -> None:
    """Closes the connections of a hosted judge; a local one holds none."""
    if isinstance(judge, MeteredJudge):
        await judge.aclose()

"""Understanding messages and judging evidence: hosted models where a key is set, local ones where not.

The clients are imported when they are made, so that a process which does not use them stays small.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from care.brains.metered import MeteredJudge, Meters, UnderstandingWithFallback
from care.brains.protocols import EvidenceJudge, Understanding

if TYPE_CHECKING:
    from care.settings import Settings


def understanding_for(settings: Settings, meters: Meters) -> Understanding:
    """Groq with the local model behind it, or the local model alone."""
    from care.brains.local import LocalUnderstanding

    local = LocalUnderstanding()
    if settings.groq_api_key is None or not settings.groq_api_key.get_secret_value():
        return local
    from care.brains.groq import CHAT_SECONDS, GroqUnderstanding

    groq = GroqUnderstanding(
        settings.groq_api_key.get_secret_value(),
        settings.groq_model,
        base_url=settings.groq_base_url,
        timeout=min(settings.model_timeout_seconds, CHAT_SECONDS),
    )
    return UnderstandingWithFallback(groq, local, meters, f"groq {settings.groq_model}")


def judge_for(settings: Settings, meters: Meters) -> EvidenceJudge:
    """Gemini, which raises ModelTrouble when it gives no usable answer, or the local checks."""
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
    return MeteredJudge(gemini, meters, f"gemini {settings.gemini_model}")


async def close(*brains: Understanding | EvidenceJudge) -> None:
    """Closes the connections of hosted models; local ones hold none."""
    for brain in brains:
        if isinstance(brain, UnderstandingWithFallback | MeteredJudge):
            await brain.aclose()

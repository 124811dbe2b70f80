"""A claim assessed: what the judge says, and what our own code finds in the claim's texts, whichever judge it is."""

from __future__ import annotations

import asyncio

from care.brains.protocols import Claim, EvidenceJudge
from care.models.refund import Judgement
from care.rules import injection
from care.rules.cross_check import check_document


async def assess(judge: EvidenceJudge, claim: Claim) -> Judgement:
    """Raises ModelTrouble. Nothing that speaks against the claim, or to the judge, leaves it "valid"."""
    judgement = await judge.judge(claim)
    # Up to half a second for a long document: not in the worker's event loop.
    ours = await asyncio.to_thread(contradictions, claim)
    return held_against(judgement, ours)


def unjudged(reason: str, claim: Claim) -> Judgement:
    """No judge answered: `reason` as a sentence, for the person who looks instead, with what our own code finds."""
    problem = f"{reason[0].upper()}{reason[1:].rstrip('.')}."
    return Judgement(
        decision="unclear", confidence=0, model="none", problem=problem, contradictions=contradictions(claim)
    )


def contradictions(claim: Claim) -> list[str]:
    """What the documents say against the order record, and texts that speak to the machine. Pure."""
    texts = [file.about.facts.text for file in claim.files if file.about.facts.text.strip()]
    found = [sentence for text in texts for sentence in check_document(text, claim.record)]
    return [*found, *injection.doubts(claim.complaint, [file.about.file_name for file in claim.files], texts)]


def held_against(judgement: Judgement, ours: list[str]) -> Judgement:
    """The judgement with our contradictions; with any, whosever they are, it is not "valid" for anything."""
    against = list(dict.fromkeys([*ours, *judgement.contradictions]))
    if not against:
        return judgement
    return judgement.model_copy(
        update={
            "decision": _unsure(judgement.decision),
            "items": [item.model_copy(update={"decision": _unsure(item.decision)}) for item in judgement.items],
            "contradictions": against,
        }
    )


def _unsure(decision: str) -> str:
    return "unclear" if decision == "valid" else decision

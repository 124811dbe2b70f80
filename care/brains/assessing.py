"""A claim assessed: what the judge says, and what our own code finds in the claim's texts, whichever judge it is."""

from __future__ import annotations

import asyncio

from care.brains.protocols import Claim, EvidenceJudge
from care.models.refund import Judgement
from care.rules import injection
from care.rules.cross_check import check_document

UNCONFIRMED = "Without the customer's words the files do not settle the claim; a person decides."


async def assess(judge: EvidenceJudge, claim: Claim) -> Judgement:
    """Raises ModelTrouble. Nothing that speaks against the claim, or to the judge, leaves it "valid"; nor do words
    alone: the judge has to say the same without any of the customer's."""
    judgement = await judge.judge(claim)
    # Up to half a second for a long document: not in the worker's event loop.
    ours = await asyncio.to_thread(contradictions, claim)
    if judgement.decision == "valid" and claim.files and not ours and not judgement.contradictions:
        return await _confirmed(judge, claim, judgement)
    return held_against(judgement, ours)


async def _confirmed(judge: EvidenceJudge, claim: Claim, judgement: Judgement) -> Judgement:
    """What both looks agree on, the one with the customer's words and the one without."""
    mute = without_words(claim)
    again = await judge.judge(mute) if mute.files else None
    if again is None or again.decision != "valid":
        return held_against(judgement, [UNCONFIRMED])
    # Of two judgements of one item the worse one stays.
    items = sorted([*judgement.items, *again.items], key=lambda each: (each.decision == "valid", each.confidence))
    worst = {each.sku: each for each in reversed(items)}
    agreed = {"confidence": min(judgement.confidence, again.confidence), "items": list(worst.values())}
    return held_against(judgement.model_copy(update=agreed), again.contradictions)


def without_words(claim: Claim) -> Claim:
    """The claim as its pictures and videos show it: documents are words too. Pure."""
    silent = [file for file in claim.files if not file.about.facts.text.strip()]
    return claim.model_copy(update={"complaint": "", "files": silent})


def unjudged(reason: str, claim: Claim) -> Judgement:
    """No judge answered: why, as the end of a sentence for the person who looks instead; and what our code finds."""
    problem = f"{reason.rstrip('.')}."
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

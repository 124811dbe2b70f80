"""A claim assessed: what the judge says, and what our own code finds in the claim's texts, whichever judge it is."""

from __future__ import annotations

import asyncio

from care.brains.protocols import Claim, EvidenceJudge
from care.models.refund import Judgement
from care.rules import injection
from care.rules.cross_check import check_document
from care.rules.strays import about_the_claim

UNCONFIRMED = "Without the customer's words the files do not settle the claim; a person decides."


async def assess(judge: EvidenceJudge, claim: Claim) -> Judgement:
    """Raises ModelTrouble. Nothing that speaks against the claim, or to the judge, leaves it "valid"; nor does a text
    that is about something else, unless the judge says the same without it."""
    judgement = await judge.judge(claim)
    # Up to half a second for a long document: not in the worker's event loop.
    ours = await asyncio.to_thread(contradictions, claim)
    quiet = quiet_claim(claim) if judgement.decision == "valid" and not ours else None
    if quiet is not None:
        again = await judge.judge(quiet)
        judgement = judgement.model_copy(update={"confidence": min(judgement.confidence, again.confidence)})
        ours += again.contradictions if again.decision == "valid" else [UNCONFIRMED]
    return held_against(judgement, ours)


def quiet_claim(claim: Claim) -> Claim | None:
    """The claim without its words, where some of them are not about it; None where all are. Documents are words too,
    and are left out as long as other files remain: our own code compares them with the order. Pure."""
    names = [line.name for line in claim.order.items]
    silent = [file for file in claim.files if not file.about.facts.text.strip()]
    texts = [file.about.facts.text for file in claim.files if file.about.facts.text.strip()] if silent else []
    if all(about_the_claim(text, names) for text in (claim.complaint, *texts)):
        return None
    return claim.model_copy(update={"complaint": "", "files": silent or claim.files})


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

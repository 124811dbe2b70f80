"""Judging without a key: only what can really be known. It never claims to have looked at the damage."""

from __future__ import annotations

from care.brains.protocols import Claim
from care.models.refund import Judgement, Wanted
from care.rules import evidence_checks

MODEL = "local"
_NO_FILE = 0.3
_SOME_FILE = 0.5
_DOCUMENT_AGREES = 0.1
_OLD_PICTURE = 0.25
_BLURRED = 0.1
_SCREENSHOT = 0.1
_NOT_LOOKED = "Nobody has looked at what the files show: no model for pictures is set up."


class LocalJudge:
    """Always "unclear", so that a person decides; the confidence orders the queue and says no more. What the texts of
    documents contradict is found for every judge alike (care/brains/assessing.py); files that were sent before are a
    signal (care/rules/signals.py)."""

    async def judge(self, claim: Claim) -> Judgement:
        facts = [file.about.facts for file in claim.files]
        wanted = evidence_checks.wanted_of([file.about for file in claim.files])
        if not facts:
            return _unclear(_NO_FILE, ["The customer sent no file."], wanted)
        confidence = _SOME_FILE
        confidence += _DOCUMENT_AGREES * any(evidence_checks.agrees(f, claim.order) for f in facts)
        confidence -= _OLD_PICTURE * any(evidence_checks.captured_before(f, claim.order) for f in facts)
        confidence -= _BLURRED * all(evidence_checks.is_blurred(f) for f in facts)
        confidence -= _SCREENSHOT * any(f.screenshot for f in facts)
        found = {
            file.about.evidence_id: evidence_checks.findings_of(file.about.facts, claim.order) for file in claim.files
        }
        told = dict.fromkeys(sentence for sentences in found.values() for sentence in sentences)
        return _unclear(confidence, [_NOT_LOOKED, *told], wanted, found)


def _unclear(
    confidence: float, findings: list[str], wanted: Wanted | None, found: dict[str, list[str]] | None = None
) -> Judgement:
    return Judgement(
        decision="unclear",
        confidence=round(confidence, 2),
        findings=findings,
        about_files={evidence_id: sentences for evidence_id, sentences in (found or {}).items() if sentences},
        wanted=wanted,
        model=MODEL,
    )

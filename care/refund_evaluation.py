"""Scores for refund decisions, against labelled claims."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from care.brains.assessing import assess, unjudged
from care.brains.protocols import Claim, EvidenceFile, EvidenceJudge
from care.errors import CareError, ModelTrouble, SetupError
from care.evaluation import ClassScore, calibration_error_of, class_score, read_lines
from care.media.sanitise import sanitise
from care.models.common import Model
from care.models.evidence import Evidence
from care.models.order import Order
from care.models.policy import RefundPolicy
from care.models.refund import RefundReason, Remedy, Verdict
from care.rules.refund_policy import decide

Label = Literal["approve", "uncertain"]
_LABELS: tuple[Label, ...] = ("approve", "uncertain")
_AT_ONCE = 4


class LabelledClaim(Model):
    """`files` are paths relative to the file that names them."""

    reason: RefundReason
    complaint: str
    order: Order
    files: list[str] = []
    label: Label


class RefundScores(Model):
    """All between 0 and 1. `coverage` is the share that the machine approves by itself; `calibration_error` compares
    the confidence that a claim is valid with the share of claims that should be approved."""

    claims: int
    accuracy: float
    macro_f1: float
    calibration_error: float
    coverage: float
    per_decision: dict[str, ClassScore]


async def evaluate_refunds(path: Path, judge: EvidenceJudge, policy: RefundPolicy, max_bytes: int) -> RefundScores:
    """Has each line's claim judged and decided. Raises SetupError for a line or a file that cannot be read."""
    lines = read_lines(path, LabelledClaim)
    gate = asyncio.Semaphore(_AT_ONCE)

    async def verdict(line: LabelledClaim) -> Verdict:
        async with gate:
            return await _decided(await _claim(line, path.parent, max_bytes), judge, policy)

    return score([line.label for line in lines], await asyncio.gather(*map(verdict, lines)))


async def _decided(claim: Claim, judge: EvidenceJudge, policy: RefundPolicy) -> Verdict:
    try:
        judgement = await assess(judge, claim)
    except ModelTrouble as trouble:
        judgement = unjudged(trouble.reason, claim)
    return decide(policy, claim.order.total, claim.reason, judgement, [], len(claim.files), Remedy.REFUND)


async def _claim(line: LabelledClaim, folder: Path, max_bytes: int) -> Claim:
    return Claim(
        reason=line.reason,
        complaint=line.complaint,
        order=line.order,
        skus=[each.sku for each in line.order.items],
        files=[await _file(folder / name, line.order, max_bytes) for name in line.files],
        now=datetime.now(UTC),
    )


async def _file(path: Path, order: Order, max_bytes: int) -> EvidenceFile:
    """As the API would have kept it."""
    try:
        original = await asyncio.to_thread(path.read_bytes)
        kept = await sanitise(original, path.name, max_bytes=max_bytes)
    except OSError as error:
        raise SetupError(f"{path} cannot be read: {error}.") from None
    except CareError as error:
        raise SetupError(f"{path}: {error.detail}") from None
    about = Evidence(
        evidence_id=path.name,
        customer_id=order.customer_id,
        media_type=kept.media_type,
        bytes=len(kept.data),
        sha256=hashlib.sha256(kept.data).hexdigest(),
        original_sha256=hashlib.sha256(original).hexdigest(),
        file_name=kept.file_name,
        facts=kept.facts,
        created_at=datetime.now(UTC),
    )
    return EvidenceFile(about=about, data=kept.data)


def score(truth: Sequence[Label], verdicts: Sequence[Verdict]) -> RefundScores:
    """Pure. Both sequences have the same length, at least one."""
    decided = [verdict.decision for verdict in verdicts]
    per_decision = {label: class_score(label, truth, decided) for label in _LABELS}
    occurring = [each for each in per_decision.values() if each.support]
    return RefundScores(
        claims=len(truth),
        accuracy=sum(t == d for t, d in zip(truth, decided, strict=True)) / len(truth),
        macro_f1=sum(each.f1 for each in occurring) / len(occurring),
        calibration_error=calibration_error_of(
            [verdict.confidence for verdict in verdicts], [label == "approve" for label in truth]
        ),
        coverage=decided.count("approve") / len(decided),
        per_decision={str(label): each for label, each in per_decision.items()},
    )

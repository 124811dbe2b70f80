"""Scores for the understanding of messages, against labelled lines."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import TypeVar

from pydantic import ValidationError

from care.brains.protocols import Understanding, Utterance
from care.errors import SetupError
from care.models.common import Model
from care.models.understanding import Intent

L = TypeVar("L", bound=Model)

_BINS = 10
# A hosted model answers several at once; a local one takes turns anyway.
_AT_ONCE = 4


class Labelled(Model):
    text: str
    intent: Intent


class Predicted(Model):
    intent: Intent
    confidence: float


class ClassScore(Model):
    """Precision, recall and f1 are 0 where they are undefined; `support` counts the true messages."""

    precision: float
    recall: float
    f1: float
    support: int


class IntentScores(Model):
    """All between 0 and 1. `calibration_error` is the expected calibration error over ten bins (Guo et al., 2017).

    `coverage` is the share of messages that got an intent other than OTHER; `macro_f1` averages over the intents
    that occur in the file.
    """

    messages: int
    accuracy: float
    macro_f1: float
    calibration_error: float
    coverage: float
    per_intent: dict[str, ClassScore]


async def evaluate_intents(path: Path, understanding: Understanding) -> IntentScores:
    """Reads `{"text", "intent"}` lines and has them understood. Raises SetupError naming a bad line, ModelTrouble."""
    lines = read_labelled(path)
    gate = asyncio.Semaphore(_AT_ONCE)

    async def predict(line: Labelled) -> Predicted:
        async with gate:
            first = (await understanding.understand(Utterance(text=line.text))).intents[0]
        return Predicted(intent=first.intent, confidence=first.confidence)

    return score([line.intent for line in lines], await asyncio.gather(*map(predict, lines)))


def read_labelled(path: Path) -> list[Labelled]:
    return read_lines(path, Labelled)


def read_lines(path: Path, kind: type[L]) -> list[L]:
    """One model a line. Raises SetupError naming a bad line, or if there is none."""
    try:
        raw = path.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise SetupError(f"{path} cannot be read: {error}.") from None
    labelled = [_read(path, number, line, kind) for number, line in enumerate(raw, 1) if line.strip()]
    if not labelled:
        raise SetupError(f"{path} holds no labelled lines.")
    return labelled


def _read(path: Path, number: int, line: str, kind: type[L]) -> L:
    try:
        return kind.model_validate_json(line)
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(str(part) for part in first["loc"])
        raise SetupError(f"{path}, line {number}: {field + ': ' if field else ''}{first['msg']}.") from None


def score(truth: Sequence[Intent], predicted: Sequence[Predicted]) -> IntentScores:
    """Pure. Both sequences have the same length, at least one."""
    right = [t is p.intent for t, p in zip(truth, predicted, strict=True)]
    claimed = [p.intent for p in predicted]
    per_intent = {intent.value: class_score(intent, truth, claimed) for intent in Intent}
    occurring = [s for s in per_intent.values() if s.support]
    return IntentScores(
        messages=len(truth),
        accuracy=sum(right) / len(right),
        macro_f1=sum(s.f1 for s in occurring) / len(occurring),
        calibration_error=calibration_error_of([p.confidence for p in predicted], right),
        coverage=sum(p.intent is not Intent.OTHER for p in predicted) / len(predicted),
        per_intent=per_intent,
    )


def shown(scores: IntentScores) -> str:
    """The scores as lines to read: the overall ones, then a table with one line an intent."""
    lines = [f"messages          {scores.messages}"]
    for name in ("accuracy", "macro_f1", "calibration_error", "coverage"):
        lines.append(f"{name.replace('_', ' '):<18}{getattr(scores, name):.3f}")
    lines += ["", f"{'intent':<22}{'precision':>10}{'recall':>8}{'f1':>8}{'messages':>10}"]
    for intent, part in scores.per_intent.items():
        numbers = f"{part.precision:>10.3f}{part.recall:>8.3f}{part.f1:>8.3f}{part.support:>10}"
        lines.append(f"{intent:<22}{numbers}")
    return "\n".join(lines)


def class_score(label: str, truth: Sequence[str], predicted: Sequence[str]) -> ClassScore:
    hits = sum(t == label == p for t, p in zip(truth, predicted, strict=True))
    claimed = sum(p == label for p in predicted)
    support = sum(t == label for t in truth)
    return ClassScore(
        precision=hits / claimed if claimed else 0.0,
        recall=hits / support if support else 0.0,
        f1=2 * hits / (claimed + support) if hits else 0.0,
        support=support,
    )


def calibration_error_of(confidences: Sequence[float], right: Sequence[bool]) -> float:
    """Sum over the bins of |mean confidence - accuracy| weighted by their share."""
    bins: dict[int, list[tuple[float, bool]]] = {}
    for confidence, hit in zip(confidences, right, strict=True):
        bins.setdefault(min(int(confidence * _BINS), _BINS - 1), []).append((confidence, hit))
    gaps = (abs(sum(c for c, _ in members) - sum(h for _, h in members)) for members in bins.values())
    return sum(gaps) / len(right)

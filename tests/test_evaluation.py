"""Scores for the understanding of messages."""

from __future__ import annotations

from pathlib import Path

import pytest

from care.brains.protocols import Utterance
from care.errors import SetupError
from care.evaluation import Predicted, evaluate_intents, score, shown
from care.models.understanding import Intent, IntentScore, Understood

STATUS, REFUND, OTHER = Intent.ORDER_STATUS, Intent.REFUND_REQUEST, Intent.OTHER


class AlwaysRefund:
    async def understand(self, utterance: Utterance) -> Understood:
        return Understood(intents=[IntentScore(intent=REFUND, confidence=0.5)], model="test")


def test_scores_of_a_small_table() -> None:
    predicted = [
        Predicted(intent=STATUS, confidence=0.9),
        Predicted(intent=REFUND, confidence=0.8),
        Predicted(intent=REFUND, confidence=0.85),
        Predicted(intent=OTHER, confidence=0.2),
    ]
    scores = score([STATUS, REFUND, STATUS, REFUND], predicted)
    assert (scores.accuracy, scores.coverage) == (0.5, 0.75)
    refund, status = scores.per_intent["REFUND_REQUEST"], scores.per_intent["ORDER_STATUS"]
    assert (refund.precision, refund.recall, refund.f1, refund.support) == (0.5, 0.5, 0.5, 2)
    assert (status.precision, status.recall) == (1.0, 0.5)
    assert status.f1 == pytest.approx(2 / 3)
    assert scores.macro_f1 == pytest.approx((0.5 + 2 / 3) / 2)
    # Bins: 0.9 right; 0.8 and 0.85 with one of two right; 0.2 wrong.
    assert scores.calibration_error == pytest.approx((0.1 + 0.65 + 0.2) / 4)


def test_scores_are_shown_as_an_aligned_table() -> None:
    predicted = [Predicted(intent=STATUS, confidence=0.9), Predicted(intent=REFUND, confidence=0.8)]
    lines = shown(score([STATUS, STATUS], predicted)).splitlines()
    assert lines[1] == "accuracy          0.500"
    assert len({len(line) for line in lines[6:]}) == 1
    assert lines[7].split() == ["ORDER_STATUS", "1.000", "0.500", "0.667", "2"]


async def test_a_file_of_labelled_lines_is_scored(tmp_path: Path) -> None:
    file = tmp_path / "labelled.jsonl"
    file.write_text('{"text": "a", "intent": "REFUND_REQUEST"}\n\n{"text": "b", "intent": "OTHER", "source": "x"}\n')
    scores = await evaluate_intents(file, AlwaysRefund())
    assert (scores.messages, scores.accuracy, scores.calibration_error) == (2, 0.5, 0.0)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('{"text": "b"}', "line 2: intent: Field required"),
        ('{"text": "b", "intent": "GIVE_MONEY"}', "line 2: intent"),
        ('{"text": 3, "intent": "OTHER"}', "line 2: text"),
        ("not json", "line 2: Invalid JSON"),
    ],
)
async def test_a_bad_line_is_named(tmp_path: Path, line: str, said: str) -> None:
    file = tmp_path / "labelled.jsonl"
    file.write_text(f'{{"text": "a", "intent": "OTHER"}}\n{line}\n')
    with pytest.raises(SetupError, match=said):
        await evaluate_intents(file, AlwaysRefund())


async def test_a_file_that_is_missing_or_empty_is_named(tmp_path: Path) -> None:
    with pytest.raises(SetupError, match=r"gone\.jsonl cannot be read"):
        await evaluate_intents(tmp_path / "gone.jsonl", AlwaysRefund())
    (tmp_path / "empty.jsonl").touch()
    with pytest.raises(SetupError, match="holds no labelled lines"):
        await evaluate_intents(tmp_path / "empty.jsonl", AlwaysRefund())

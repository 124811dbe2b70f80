"""Scores for refund decisions."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from care.errors import ModelTrouble, SetupError
from care.models.refund import Judgement
from care.policy import load_policy
from care.refund_evaluation import evaluate_refunds
from tests.brains.conftest import an_order
from tests.media.files import encoded, scene
from tests.workflows.refund_shop import SURE, UNSURE, Judge

POLICY = load_policy(None)
LIMIT = 1_000_000


def labelled(folder: Path, *lines: dict[str, Any]) -> Path:
    (folder / "tub.jpg").write_bytes(encoded(scene(), "JPEG"))
    usual = {"reason": "damaged", "complaint": "The tub is broken.", "order": an_order().model_dump(mode="json")}
    file = folder / "claims.jsonl"
    file.write_text("".join(json.dumps(usual | {"files": ["tub.jpg"]} | line) + "\n" for line in lines))
    return file


@pytest.mark.parametrize(
    ("answers", "accuracy", "coverage", "error"),
    [
        ([SURE], 0.5, 1.0, 0.47),
        ([UNSURE], 0.5, 0.0, 0.1),
        ([ModelTrouble("busy", retryable=True)], 0.5, 0.0, 0.5),
    ],
)
async def test_decisions_are_scored_under_the_policy(
    answers: list[Judgement | ModelTrouble], accuracy: float, coverage: float, error: float, tmp_path: Path
) -> None:
    file = labelled(tmp_path, {"label": "approve"}, {"label": "uncertain"})
    scores = await evaluate_refunds(file, Judge(answers), POLICY, LIMIT)
    assert (scores.claims, scores.accuracy, scores.coverage) == (2, accuracy, coverage)
    assert scores.calibration_error == pytest.approx(error)
    assert scores.per_decision["approve"].support == 1


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ({"label": "reject"}, "line 1: label"),
        ({"label": "approve", "files": ["none.jpg"]}, "none.jpg cannot be read"),
        ({"label": "approve", "files": ["claims.jsonl"]}, "Please send a picture"),
    ],
)
async def test_a_line_or_file_that_cannot_be_read_is_named(line: dict[str, Any], said: str, tmp_path: Path) -> None:
    with pytest.raises(SetupError, match=said):
        await evaluate_refunds(labelled(tmp_path, line), Judge(), POLICY, LIMIT)


def test_the_command_scores_with_the_local_judge(tmp_path: Path) -> None:
    file = labelled(tmp_path, {"label": "uncertain"})
    command = [sys.executable, "-m", "care.cli", "eval", "refunds", str(file), "--json"]
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, env={"PYTHONPATH": str(Path.cwd())})
    assert done.returncode == 0, done.stderr
    scores = json.loads(done.stdout)
    assert (scores["accuracy"], scores["macro_f1"], scores["coverage"]) == (1.0, 1.0, 0.0)

"""Sentence vectors."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from care.brains.minilm import DIMENSIONS, MiniLM, _gelu
from care.errors import SetupError


@pytest.fixture(scope="module")
def minilm() -> MiniLM:
    return MiniLM()


@pytest.mark.parametrize(
    ("sentence", "paraphrase", "unrelated"),
    [
        ("Where is my parcel?", "Can you track my package?", "I like green apples."),
        ("My card was declined.", "The payment with my card did not go through.", "How big is the blue pillow?"),
        ("The jug came broken.", "When I opened the box the pitcher was in pieces.", "Please pause my plan in May."),
    ],
)
def test_a_paraphrase_is_nearer_than_something_else(
    minilm: MiniLM, sentence: str, paraphrase: str, unrelated: str
) -> None:
    first, near, far = minilm.encode([sentence, paraphrase, unrelated])
    assert first @ near > first @ far + 0.2


def test_vectors_have_unit_length_and_come_in_the_order_asked_for(minilm: MiniLM) -> None:
    sentences = ["a rather long sentence about a late parcel and a courier", "hi", "", "word " * 500]
    together = minilm.encode(sentences)
    assert together.shape == (4, DIMENSIONS)
    assert np.allclose(np.linalg.norm(together, axis=1), 1, atol=1e-5)
    # Padding beside longer neighbours changes nothing.
    assert np.allclose(together[1], minilm.encode(["hi"])[0], atol=1e-5)


def test_the_activation_matches_the_exact_error_function() -> None:
    from math import erf, sqrt

    points = np.linspace(-6, 6, 121, dtype=np.float32)
    exact = [float(x) * 0.5 * (1 + erf(float(x) / sqrt(2))) for x in points]
    assert np.allclose(_gelu(points), exact, atol=2e-6)


def test_other_weights_are_refused(tmp_path: Path) -> None:
    (tmp_path / "model.safetensors").write_bytes(b"something else")
    with pytest.raises(SetupError, match="not the known ones"):
        MiniLM(tmp_path)

"""Which intent a sentence vector has: multinomial logistic regression, learnt from the utterances beside this file.

Trained once, kept in the user's cache under a name that changes with utterances, weights and method. Everything is
deterministic: the same files give the same model.
"""

from __future__ import annotations

import hashlib
import logging
import os
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from care.brains.minilm import WEIGHTS_SHA256
from care.models.understanding import Intent

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Vectors = NDArray[np.float32]
    Scores = NDArray[np.float64]

log = logging.getLogger(__name__)

INTENTS = tuple(Intent)
_UTTERANCES = Path(__file__).parent / "utterances"
# Change it when the method below changes, so that a cached model is not taken for a new one.
_METHOD = "3"
_PENALTY = 3e-4
_STEPS = 400
_RATE = 0.1
_FOLDS = 5


class IntentModel(NamedTuple):
    """`weights` is 384 x 13, `bias` 13; `temperature` makes confidences mean what they say; `learnt` holds the unit
    vector of every utterance, one a row."""

    weights: Scores
    bias: Scores
    temperature: float
    learnt: Vectors

    def probabilities(self, vectors: Vectors) -> Scores:
        """One row of 13 chances for each vector, in the order of `INTENTS`."""
        return _softmax((vectors @ self.weights + self.bias) / self.temperature)

    def familiarity(self, vectors: Vectors) -> Vectors:
        """How near each unit vector is to the nearest utterance: its cosine, 1 for one that was learnt."""
        nearest: Vectors = (vectors @ self.learnt.T).max(1)
        return nearest


def load_or_train(encode: Callable[[Sequence[str]], Vectors], cache: Path | None = None) -> IntentModel:
    """The model from the cache, else trained (about 15 s) and put there."""
    sentences = utterances()
    path = (cache or cache_folder()) / f"intents-{_fingerprint(sentences)}.npz"
    model = _load(path)
    if model is None:
        model = train(encode, sentences)
        _store(path, model)
    return model


def utterances() -> list[tuple[Intent, str]]:
    """What customers may say, written for this project; one file an intent, one utterance a line."""
    return [
        (intent, line.strip())
        for intent in INTENTS
        for line in (_UTTERANCES / f"{intent}.txt").read_text("utf-8").splitlines()
        if line.strip()
    ]


def cache_folder() -> Path:
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "care"


def train(encode: Callable[[Sequence[str]], Vectors], sentences: Sequence[tuple[Intent, str]]) -> IntentModel:
    """Fits on all utterances; the temperature comes from cross-validation, where no utterance judges itself."""
    import numpy as np

    vectors = encode([text for _, text in sentences])
    labels = np.array([INTENTS.index(intent) for intent, _ in sentences])
    fold = np.random.default_rng(0).permutation(len(labels)) % _FOLDS
    unseen = np.empty((len(labels), len(INTENTS)))
    for held in range(_FOLDS):
        weights, bias = _fit(vectors[fold != held], labels[fold != held])
        unseen[fold == held] = vectors[fold == held] @ weights + bias
    rows = np.arange(len(labels))
    # Lines written in one sitting leave some doubt; the best temperature is where their likelihood is highest.
    temperature = min(
        np.arange(0.3, 3.0, 0.05), key=lambda t: -np.log(_softmax(unseen / t)[rows, labels] + 1e-12).mean()
    )
    weights, bias = _fit(vectors, labels)
    return IntentModel(weights, bias, float(temperature), vectors)


def _fit(vectors: Vectors, labels: NDArray[np.int64]) -> tuple[Scores, Scores]:
    """Adam on the penalised cross-entropy, every intent weighing the same."""
    import numpy as np

    x, y = vectors.astype(np.float64), np.eye(len(INTENTS))[labels]
    share = (1 / (y.sum(0) * len(INTENTS)))[labels][:, None]
    # One column of ones carries the bias, which is not penalised.
    x = np.hstack([x, np.ones((len(x), 1))])
    w = np.zeros((x.shape[1], len(INTENTS)))
    mean, square = np.zeros_like(w), np.zeros_like(w)
    for step in range(1, _STEPS + 1):
        slope = x.T @ ((_softmax(x @ w) - y) * share)
        slope[:-1] += _PENALTY * w[:-1]
        mean = 0.9 * mean + 0.1 * slope
        square = 0.999 * square + 0.001 * slope * slope
        w -= _RATE * (mean / (1 - 0.9**step)) / (np.sqrt(square / (1 - 0.999**step)) + 1e-8)
    return w[:-1], w[-1]


def _softmax(scores: Scores) -> Scores:
    import numpy as np

    powers: Scores = np.exp(scores - scores.max(-1, keepdims=True))
    chances: Scores = powers / powers.sum(-1, keepdims=True)
    return chances


def _fingerprint(sentences: Sequence[tuple[Intent, str]]) -> str:
    said = "\n".join(f"{intent}\t{text}" for intent, text in sentences)
    return hashlib.sha256(f"{_METHOD}\n{WEIGHTS_SHA256}\n{said}".encode()).hexdigest()[:16]


def _load(path: Path) -> IntentModel | None:
    import zipfile

    import numpy as np

    try:
        with np.load(path, allow_pickle=False) as kept:
            return IntentModel(kept["weights"], kept["bias"], float(kept["temperature"]), kept["learnt"])
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
        log.warning("The cached intent model cannot be read; it is trained anew.")
        return None


def _store(path: Path, model: IntentModel) -> None:
    """Written beside its place and moved there, so that nobody reads half of it."""
    import numpy as np

    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=path.parent, suffix=".part", delete=False) as file:
            np.savez(file, **{**model._asdict(), "temperature": np.float64(model.temperature)})
        Path(file.name).replace(path)
    except OSError as error:
        # A read-only home must not keep the chat from working: the next start trains again.
        log.warning("The intent model could not be cached (%s); it will be trained at every start.", error.strerror)

"""Which intent a sentence vector has: kernel ridge regression on the utterances beside this file.

Every utterance speaks for its intent, the louder the nearer it is to the message (Rasmussen and Williams, "Gaussian
Processes for Machine Learning", 2.2 and 5.4.2). On messages of other shops this got 3 to 5 of 100 more right than a
linear model of the same vectors. Trained once, kept in the user's cache under a name that changes with utterances,
weights and method. Everything is deterministic: the same files give the same model.
"""

from __future__ import annotations

import hashlib
import logging
import os
import re
import tempfile
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from care.brains.minilm import WEIGHTS_SHA256
from care.models.understanding import Intent

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Vectors = NDArray[np.float32]

log = logging.getLogger(__name__)

INTENTS = tuple(Intent)
_UTTERANCES = Path(__file__).parent / "utterances"
# Change it when the method below changes, so that a cached model is not taken for a new one.
_METHOD = "5"
# How fast an utterance's voice fades with distance, and how little a single one is believed.
_SHARPNESS = 2.0
_NOISE = 0.3
# Makes confidences mean what they say: 1.25 of what is best for utterances that judge each other, because other
# people's messages leave more doubt than lines written by one hand.
_TEMPERATURE = 0.1125


class IntentModel(NamedTuple):
    """One row an utterance: its unit vector in `learnt`, its voice for each of the 13 intents in `weights`."""

    weights: Vectors
    learnt: Vectors

    def probabilities(self, vectors: Vectors) -> Vectors:
        """One row of 13 chances for each unit vector, in the order of `INTENTS`."""
        import numpy as np

        return _softmax(_kernel(vectors, self.learnt) @ self.weights / np.float32(_TEMPERATURE))

    def familiarity(self, vectors: Vectors) -> Vectors:
        """How near each unit vector is to the nearest utterance: its cosine, 1 for one that was learnt."""
        nearest: Vectors = (vectors @ self.learnt.T).max(1)
        return nearest


def load_or_train(encode: Callable[[Sequence[str]], Vectors], cache: Path | None = None) -> IntentModel:
    """The model from the cache, else trained (about 40 s) and put there."""
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


def words() -> Counter[str]:
    """How often each word, in small letters, stands in the utterances."""
    return Counter(word for _, text in utterances() for word in re.findall(r"[a-z]+(?:'[a-z]+)?", text.lower()))


def cache_folder() -> Path:
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "care"


def train(encode: Callable[[Sequence[str]], Vectors], sentences: Sequence[tuple[Intent, str]]) -> IntentModel:
    """Takes some 400 MB for a moment: a matrix of all utterances by all."""
    import numpy as np

    vectors = encode([text for _, text in sentences])
    wanted = np.eye(len(INTENTS), dtype=np.float32)[[INTENTS.index(intent) for intent, _ in sentences]]
    alike = _kernel(vectors, vectors)
    alike[np.diag_indices(len(alike))] += np.float32(_NOISE)
    return IntentModel(np.linalg.solve(alike, wanted), vectors)


def _kernel(some: Vectors, others: Vectors) -> Vectors:
    """exp(-|a - b|^2) of unit vectors, for each pair."""
    import numpy as np

    alike: Vectors = some @ others.T
    alike -= 1
    alike *= np.float32(_SHARPNESS)
    return np.exp(alike, out=alike)


def _softmax(scores: Vectors) -> Vectors:
    import numpy as np

    powers: Vectors = np.exp(scores - scores.max(-1, keepdims=True))
    chances: Vectors = powers / powers.sum(-1, keepdims=True)
    return chances


def _fingerprint(sentences: Sequence[tuple[Intent, str]]) -> str:
    said = "\n".join(f"{intent}\t{text}" for intent, text in sentences)
    return hashlib.sha256(f"{_METHOD}\n{WEIGHTS_SHA256}\n{said}".encode()).hexdigest()[:16]


def _load(path: Path) -> IntentModel | None:
    import zipfile

    import numpy as np

    try:
        with np.load(path, allow_pickle=False) as kept:
            return IntentModel(kept["weights"], kept["learnt"])
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
            np.savez(file, **model._asdict())
        Path(file.name).replace(path)
    except OSError as error:
        # A read-only home must not keep the chat from working: the next start trains again.
        log.warning("The intent model could not be cached (%s); it will be trained at every start.", error.strerror)

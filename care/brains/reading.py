"""What a hosted model wrote, read with care. Pure: text in, a model of ours or ModelTrouble out."""

from __future__ import annotations

import json
import re
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from care.brains.grounding import english_of, grounded, words_of_message
from care.brains.protocols import Utterance
from care.errors import ModelTrouble
from care.models.understanding import Entities, Intent, IntentScore, Understood, Wish
from care.rules.conversation_language import plausible

_MOST_WISHES = 5
# The confidence of an intent that comes without a number.
_UNSAID = 0.7
_FENCE = re.compile(r"```(?:json)?\s*(\{.*\})\s*```", re.DOTALL)


class _Strict(BaseModel):
    """Groq's strict mode wants every field required and nothing else allowed."""

    model_config = ConfigDict(extra="forbid")


class ScoreAnswer(_Strict):
    intent: Intent
    confidence: float


class EntitiesAnswer(_Strict):
    order_ids: list[str]
    subscription_ids: list[str]
    refund_ids: list[str]
    products: list[str]
    quantity: int | None
    frequency: Literal["daily", "weekly", "biweekly", "monthly"] | None
    delivery_day: int | str | None
    dates: list[str]
    amounts: list[str]
    reason: Literal["damaged", "wrong_item", "missing", "late", "quality", "changed_mind", "other"] | None
    remedy: Literal["refund", "replacement", "store_credit"] | None


class WishAnswer(_Strict):
    intent: Intent
    part: str
    english: str | None
    entities: EntitiesAnswer


class UnderstoodAnswer(_Strict):
    """The schema that Groq is asked to fill."""

    intents: list[ScoreAnswer]
    wishes: list[WishAnswer]
    entities: EntitiesAnswer
    answer: Literal["yes", "no"] | None
    angry: bool
    language: str
    english: str | None


class WordedAnswer(_Strict):
    """The schema of a reply in another language."""

    sentences: list[str]
    suggestions: list[str]


def read_understood(text: str, utterance: Utterance, model: str) -> Understood:
    """What stands nowhere in the conversation is dropped: a model names nothing that it was not given. Fields may be
    missing or null, and `intent` with `confidence` may stand for the list `intents`. Raises ModelTrouble."""
    data = as_object(_unfenced(text))
    language = plausible(data.get("language"), utterance.text)
    try:
        wishes = _wishes(data.get("wishes") or [], utterance, language)
        read = Understood(
            intents=_intents(data, wishes),
            entities=grounded(_entities(data), utterance.text, utterance),
            answer=data.get("answer") if utterance.asked is not None else None,
            language=language,
            english=None if language == "en" else english_of(data.get("english"), utterance.text),
            angry=data.get("angry") is True,
            # One wish is the message itself.
            wishes=wishes if len(wishes) > 1 else [],
            model=model,
        )
    except (ValidationError, TypeError, AttributeError):
        raise ModelTrouble("the answer does not fit the schema", retryable=True) from None
    if not read.intents:
        raise ModelTrouble("the answer names no intent", retryable=True)
    return read


def _intents(data: dict[str, Any], wishes: list[Wish]) -> list[IntentScore]:
    """As listed; else the one that is named, else those of the wishes."""
    scores = data.get("intents")
    if scores is None:
        scores = [data] if data.get("intent") else [{"intent": wish.intent} for wish in wishes]
    return [
        IntentScore(intent=_name(s.get("intent")), confidence=s.get("confidence", _UNSAID))
        for s in list(scores)[:_MOST_WISHES]
    ]


def _name(intent: Any) -> Any:
    """ "cancel order" for CANCEL_ORDER."""
    return re.sub(r"[\s-]+", "_", intent.strip()).upper() if isinstance(intent, str) else intent


def _entities(answer: dict[str, Any]) -> Entities:
    """With null for an empty list, too."""
    named = answer.get("entities") or {}
    return Entities.model_validate({kind: found for kind, found in named.items() if found is not None})


def _wishes(answers: list[dict[str, Any]], utterance: Utterance, language: str) -> list[Wish]:
    """Each different one, in the order said. Small talk is no wish, nor is what the message does not say."""
    found: list[Wish] = []
    for answer in list(answers)[: 2 * _MOST_WISHES]:
        part = words_of_message(str(answer.get("part") or ""), utterance.text)
        if part is None:
            continue
        english = None if language == "en" else english_of(answer.get("english"), part)
        named = grounded(_entities(answer), part, utterance)
        own = part if english else ""
        wish = Wish(intent=_name(answer.get("intent")), text=english or part, said=own, entities=named)
        if wish.intent is not Intent.OTHER and all((w.intent, w.text) != (wish.intent, wish.text) for w in found):
            found.append(wish)
    return found[:_MOST_WISHES]


def read_worded(text: str, sentences: int) -> WordedAnswer:
    """A reply sentence by sentence, as many as were sent. Raises ModelTrouble."""
    try:
        read = WordedAnswer.model_validate(as_object(_unfenced(text)))
    except ValidationError:
        raise ModelTrouble("the answer does not fit the schema", retryable=True) from None
    if len(read.sentences) != sentences:
        raise ModelTrouble("the answer has more or fewer sentences than the reply", retryable=True)
    return read


def _unfenced(text: str) -> str:
    """Without the fence of Markdown; where money hangs on an answer, one in another form than asked is no answer."""
    fenced = _FENCE.fullmatch(text.strip())
    return fenced[1] if fenced else text


def as_object(text: str) -> dict[str, Any]:
    """The object that a text is. Raises ModelTrouble."""
    try:
        data = json.loads(text)
        json.dumps(data, ensure_ascii=False).encode()  # half a character has no place in a database
    except (ValueError, RecursionError):
        raise ModelTrouble("the answer is no JSON", retryable=True) from None
    if not isinstance(data, dict):
        raise ModelTrouble("the answer is no JSON object", retryable=True)
    return data

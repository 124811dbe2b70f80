"""What a hosted model wrote, read with care. Pure: text in, a model of ours or ModelTrouble out."""

from __future__ import annotations

import json
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from care.brains.protocols import Utterance
from care.errors import ModelTrouble
from care.models.understanding import Entities, Intent, IntentScore, Understood
from care.rules.entities import find_entities
from care.rules.product_names import products_in
from care.rules.spoken_dates import WEEKDAYS


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
    reason: Literal["damaged", "wrong_item", "missing", "late", "quality", "changed_mind", "other"] | None
    remedy: Literal["refund", "replacement", "store_credit"] | None


class UnderstoodAnswer(_Strict):
    """The schema that Groq is asked to fill."""

    intents: list[ScoreAnswer]
    entities: EntitiesAnswer
    answer: Literal["yes", "no"] | None
    language: str


def read_understood(text: str, utterance: Utterance, model: str) -> Understood:
    """Ids and products that stand nowhere in the conversation are dropped: a model names nothing that it was not
    given. `intent` with `confidence` instead of the list `intents` is read too. Raises ModelTrouble."""
    data = as_object(text)
    scores = data.get("intents", [{"intent": data.get("intent"), "confidence": data.get("confidence")}])
    try:
        intents = [IntentScore.model_validate(score) for score in scores]
        named = Entities.model_validate(data.get("entities") or {})
        answer: Any = data.get("answer") if utterance.asked is not None else None
        read = Understood(
            intents=intents,
            entities=_grounded(named, utterance),
            answer=answer,
            language=str(data.get("language") or "en")[:8].lower(),
            model=model,
        )
    except (ValidationError, TypeError):
        raise ModelTrouble("the answer does not fit the schema", retryable=True) from None
    if not read.intents:
        raise ModelTrouble("the answer names no intent", retryable=True)
    return read


def _grounded(named: Entities, utterance: Utterance) -> Entities:
    """The model's entities, as far as the conversation holds them, over those that plain rules find."""
    found = find_entities(utterance.text, utterance.products)
    said = " ".join([*utterance.history, utterance.asked or "", utterance.text]).upper()

    def ids(kind: str) -> list[str]:
        ours: list[str] = getattr(found, kind)
        theirs = [one.strip().upper() for one in getattr(named, kind)]
        return list(dict.fromkeys([*ours, *(one for one in theirs if one and one in said)]))

    known = [name for one in named.products for name in products_in(one, utterance.products)]
    update: dict[str, Any] = {kind: ids(kind) for kind in ("order_ids", "subscription_ids", "refund_ids")}
    update |= {"products": list(dict.fromkeys(known)) or found.products, "dates": named.dates or found.dates}
    update |= {"delivery_day": _day(named.delivery_day) or found.delivery_day}
    for field in ("frequency", "reason", "remedy"):
        update[field] = getattr(named, field) or getattr(found, field)
    quantity = named.quantity or found.quantity
    update["quantity"] = quantity if quantity and 1 <= quantity <= 1000 else None
    return Entities.model_validate(update)


def _day(day: int | str | None) -> int | str | None:
    if isinstance(day, str):
        return int(day) if day.isdecimal() and 1 <= int(day) <= 31 else day.lower() if day.lower() in WEEKDAYS else None
    return day if day and 1 <= day <= 31 else None


def as_object(text: str) -> dict[str, Any]:
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        raise ModelTrouble("the answer is no JSON", retryable=True) from None
    if not isinstance(data, dict):
        raise ModelTrouble("the answer is no JSON object", retryable=True)
    return data

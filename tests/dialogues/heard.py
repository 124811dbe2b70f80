"""What a model makes of a message: the `understands:` and `part:` lines, and the answer of the stand-in for Groq."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from care.brains.reading import EntitiesAnswer
from care.models.understanding import Intent
from tests.dialogues.grammar import Wrong, check_days
from tests.fakes import groq_server
from tests.fakes.wire import Answer

_SURE = 0.93
_LISTS = ("order_ids", "subscription_ids", "refund_ids", "products", "dates", "amounts")


@dataclass(frozen=True)
class Part:
    """One wish of a message that holds several: its intent and the words that ask for it."""

    intent: str
    words: str
    entities: dict[str, Any]


@dataclass(frozen=True)
class Heard:
    """`intents` with how sure the model is; none means that it is sure of nothing."""

    intents: tuple[tuple[str, float], ...] = (("OTHER", 0.5),)
    answer: str | None = None
    language: str = "en"
    angry: bool = False
    entities: dict[str, Any] = field(default_factory=dict)


def heard(text: str) -> Heard:
    """ "CANCEL_ORDER 0.9, ORDER_STATUS; answer no; language es; angry; products milk" """
    intents, *details = (each.strip() for each in text.split(";"))
    named: dict[str, Any] = {}
    answer, language, angry = None, "en", False
    for detail in details:
        match detail.split():
            case ["angry"]:
                angry = True
            case ["answer", ("yes" | "no") as said]:
                answer = said
            case ["language", code]:
                language = code
            case _:
                named |= _entity(detail)
    return Heard(tuple(_intent(each) for each in intents.split(",")), answer, language, angry, named)


def part(text: str, message: str) -> Part:
    """ "CANCEL_ORDER: cancel the chips; products chips", of words that stand in the message."""
    intent, _, rest = text.partition(":")
    words, *details = (each.strip() for each in rest.split(";"))
    if not words or words not in message:
        raise Wrong(f"the message does not hold the words {words!r}")
    named: dict[str, Any] = {}
    for detail in details:
        named |= _entity(detail)
    return Part(_intent(intent)[0], words, named)


def answer(heard: Heard, parts: list[Part], in_shop: Callable[[str], str]) -> Answer:
    """`in_shop` puts the ids and days of the shop for those of the dialogue."""

    def named(entities: dict[str, Any]) -> dict[str, Any]:
        return {name: _each(value, in_shop) for name, value in entities.items()}

    return groq_server.understood(
        *heard.intents,
        answer=heard.answer,
        language=heard.language,
        angry=heard.angry,
        wishes=[(p.intent, in_shop(p.words), named(p.entities)) for p in parts],
        **named(heard.entities),
    )


def _each(value: Any, change: Callable[[str], str]) -> Any:
    match value:
        case str():
            return change(value)
        case list():
            return [change(each) for each in value]
        case _:
            return value


def _intent(text: str) -> tuple[str, float]:
    name, _, confidence = text.strip().partition(" ")
    if name not in Intent.__members__:
        raise Wrong(f"{name!r} is no intent: {', '.join(Intent)}")
    try:
        return name, float(confidence or _SURE)
    except ValueError:
        raise Wrong(f"{confidence!r} is no confidence between 0 and 1") from None


def _entity(text: str) -> dict[str, Any]:
    name, _, value = check_days(text).partition(" ")
    if not value or name not in {*EntitiesAnswer.model_fields, *_LISTS}:
        raise Wrong(f"{text!r}: write 'answer yes', 'language es', 'angry' or a field like 'products milk'")
    if name in _LISTS:
        return {name: [each.strip() for each in value.split(",")]}
    return {name: int(value) if value.isdecimal() else value}

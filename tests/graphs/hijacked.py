"""Models that belong to an attacker: whatever they read, they answer what the attacker would have them answer."""

from __future__ import annotations

import json
from itertools import cycle
from typing import Any

from care.brains.groq import GroqUnderstanding, GroqWording
from care.brains.hosted import Answer, Hosted, Prices, Question
from care.brains.prompts import prompt
from care.models.analytics import Usage
from tests.fakes.groq_server import NOTHING
from tests.graphs.talk import OTHER

PROMPTS = {name: prompt(name).text for name in ("understand", "word", "judge")}
THEIRS = {"order_ids": ["ORD900"], "refund_ids": ["REF900"], "amounts": ["€500.00"], "products": ["Secret Truffle"]}
PROMISE = "Your refund of €500.00 is approved and on its way. See https://evil.example/pay"


def _answer(intent: str, **more: Any) -> dict[str, Any]:
    score = {"intent": intent, "confidence": 1.0}
    named = {**NOTHING, **THEIRS, "reason": "damaged", "remedy": "refund"}
    basic = {"intents": [score], "wishes": [], "entities": named, "answer": "yes", "angry": False}
    return {**basic, "language": "en", "english": None, **more}


def _wish(intent: str, part: str) -> dict[str, Any]:
    return {"intent": intent, "part": part, "english": PROMISE, "entities": {**NOTHING, **THEIRS}}


def readings(message: str) -> list[dict[str, Any]]:
    """What a hijacked Groq says that a message means."""
    wishes = [_wish("CANCEL_ORDER", message), _wish("REFUND_REQUEST", message), _wish("PAYMENT_ISSUE", message)]
    return [
        _answer("REFUND_REQUEST"),
        _answer("CANCEL_ORDER", language="es", english=f"Yes. Cancel ORD900 of {OTHER}. {PROMISE}"),
        _answer("ACCOUNT", language="hi", english=PROMPTS["understand"][:200]),
        _answer("SUBSCRIPTION_MANAGE", wishes=wishes, language="es", english="Yes, go ahead."),
        _answer("CHANGE_ORDER", prompt=PROMPTS["understand"], customer_id=OTHER, approved=True),
    ]


class HijackedGroq:
    """Stands where the real client does; `mode` goes through all that it can say."""

    def __init__(self) -> None:
        self._modes = cycle(range(5))

    async def ask(self, question: Question, seconds: float) -> Answer:
        if question.name == "worded":
            count = len(question.data["sentences"])
            said = {"sentences": [PROMISE, PROMPTS["word"]][:1] * count, "suggestions": [PROMISE] * count}
            return Answer(json.dumps(said), 1, 1)
        said = readings(question.data["message"])[next(self._modes)]
        return Answer(json.dumps(said), 1, 1)

    async def aclose(self) -> None:
        """Nothing is open."""


class _Unmetered:
    async def count(
        self, name: str, *, ok: bool, milliseconds: int, retry: bool = False, usage: Usage | None = None
    ) -> None:
        """Not counted."""

    async def rests(self, name: str, seconds: float) -> None:
        """Not counted."""


def hijacked_groq() -> tuple[GroqUnderstanding, GroqWording]:
    hosted = Hosted(HijackedGroq(), _Unmetered(), "hijacked", Prices())
    return GroqUnderstanding(hosted, "hijacked"), GroqWording(hosted)


def tells_of(prompts: dict[str, str], reply: str, run: int = 6) -> str:
    """As many words in a row of an instruction as nobody says by chance; empty where a reply holds none."""
    words = reply.split()
    said = {" ".join(words[at : at + run]) for at in range(len(words) - run + 1)}
    for text in prompts.values():
        theirs = text.split()
        for at in range(len(theirs) - run + 1):
            if (piece := " ".join(theirs[at : at + run])) in said:
                return piece
    return ""

"""What generativelanguage.googleapis.com answers: a judgement, and every way to misbehave."""

from __future__ import annotations

import json
from typing import Any

from tests.fakes.wire import HTML, Answer

PATH = "/{version}/models/{model}:generateContent"


def candidate(text: str | None, finish: str | None = "STOP", *, delay: float = 0.0) -> Answer:
    about: dict[str, Any] = {"content": {"role": "model", "parts": [{"text": text}]} if text is not None else {}}
    if finish:
        about["finishReason"] = finish
    return Answer(
        {
            "candidates": [{**about, "index": 0}],
            "usageMetadata": {"promptTokenCount": 3, "candidatesTokenCount": 4, "totalTokenCount": 7},
            "modelVersion": "gemini-3.8-flash",
        },
        delay=delay,
    )


def judged(decision: str, confidence: float, *findings: str, delay: float = 0.0) -> Answer:
    """A good answer: `judged("valid", 0.97, "The box is torn.")`."""
    content = {"decision": decision, "confidence": confidence, "findings": findings}
    return candidate(json.dumps(content), delay=delay)


def failing(status: int, name: str) -> Answer:
    return Answer({"error": {"code": status, "message": "m", "status": name}}, status)


USUAL = judged("valid", 0.97, "The damage is visible.")
SLOW = judged("valid", 0.97, delay=1.0)
_HALF = '{"decision": "valid", "conf'

# Each with whether asking again can help.
MISBEHAVIOUR: dict[str, tuple[Answer, bool]] = {
    "html": (HTML, True),
    "html with 502": (Answer("<html>bad gateway", 502, "text/html"), True),
    "broken body": (Answer('{"candidates": ['), True),
    "no candidates": (Answer({"candidates": []}), True),
    "nothing at all": (Answer({}), True),
    "blocked prompt": (Answer({"promptFeedback": {"blockReason": "SAFETY"}}), False),
    "stopped for safety": (candidate(None, "SAFETY"), False),
    "stopped for recitation": (candidate(None, "RECITATION"), False),
    "cut short": (candidate(_HALF, "MAX_TOKENS"), True),
    "cut short before a word": (candidate(None, "MAX_TOKENS"), True),
    "no text": (candidate(None), True),
    "fenced": (candidate('```json\n{"decision": "valid", "confidence": 0.97}\n```'), True),
    "prose": (candidate("The claim looks valid to me, 0.97."), True),
    "half of it": (candidate(_HALF), True),
    "a list": (candidate('["valid", 0.97]'), True),
    "no confidence": (candidate('{"decision": "valid"}'), True),
    "no decision": (candidate('{"confidence": 0.97}'), True),
    "confidence of nine": (judged("valid", 9), True),
    "unknown decision": (judged("catastrophic", 0.97), True),
    "rate limited": (failing(429, "RESOURCE_EXHAUSTED"), True),
    "server error": (failing(500, "INTERNAL"), True),
    "unavailable": (failing(503, "UNAVAILABLE"), True),
    "wrong key": (failing(400, "INVALID_ARGUMENT"), False),
    "no such model": (failing(404, "NOT_FOUND"), False),
}

"""What generativelanguage.googleapis.com answers: a judgement, and every way to misbehave."""

from __future__ import annotations

import json
from collections.abc import Sequence
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


def judged(decision: str, confidence: float, *findings: str, delay: float = 0.0, **more: Any) -> Answer:
    """A good answer: `judged("valid", 0.97, "The box is torn.")`; `more` are further fields of the schema."""
    content = {"decision": decision, "confidence": confidence, "findings": findings, **more}
    return candidate(json.dumps(content), delay=delay)


def failing(status: int, name: str, *, headers: dict[str, str] | None = None, details: Sequence[Any] = ()) -> Answer:
    error = {"code": status, "message": "m", "status": name, "details": list(details)}
    return Answer({"error": error}, status, headers=headers or {})


USUAL = judged("valid", 0.97, "The damage is visible.")
SLOW = judged("valid", 0.97, delay=1.0)
_HALF = '{"decision": "valid", "conf'

READ, DECLINED, LOOKED = "Gemini's answer could not be read", "Gemini declined to judge", "Gemini declined to look"
NO_JSON, NEITHER = "the answer is no JSON", "the answer does not hold one decision and one confidence"
WAIT = {"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "7s"}

# Each with whether asking again can help, and how the reason for a person begins.
MISBEHAVIOUR: dict[str, tuple[Answer, bool, str]] = {
    "html": (HTML, True, READ),
    "html with 502": (Answer("<html>bad gateway", 502, "text/html"), True, "Gemini is out of order (502)"),
    "broken body": (Answer('{"candidates": ['), True, READ),
    "a body that is a list": (Answer([1]), True, "Gemini's answer"),
    "no candidates": (Answer({"candidates": []}), True, "Gemini's answer holds no candidate"),
    "nothing at all": (Answer({}), True, "Gemini's answer holds no candidate"),
    "blocked prompt": (Answer({"promptFeedback": {"blockReason": "SAFETY"}}), False, LOOKED),
    "stopped for safety": (candidate(None, "SAFETY"), False, DECLINED),
    "stopped for recitation": (candidate(None, "RECITATION"), False, DECLINED),
    "stopped for language": (candidate(None, "LANGUAGE"), True, "Gemini stopped without an answer"),
    "cut short": (candidate(_HALF, "MAX_TOKENS"), True, "Gemini's answer was cut short"),
    "cut short before a word": (candidate(None, "MAX_TOKENS"), True, "Gemini's answer was cut short"),
    "no text": (candidate(None), True, NO_JSON),
    "fenced": (candidate('```json\n{"decision": "valid", "confidence": 0.97}\n```'), True, NO_JSON),
    "prose": (candidate("The claim looks valid to me, 0.97."), True, NO_JSON),
    "half of it": (candidate(_HALF), True, NO_JSON),
    "a list": (candidate('["valid", 0.97]'), True, "the answer is no JSON object"),
    "no confidence": (candidate('{"decision": "valid"}'), True, NEITHER),
    "no decision": (candidate('{"confidence": 0.97}'), True, NEITHER),
    "confidence of nine": (judged("valid", 9), True, "the confidence is not a number from 0 to 1"),
    "confidence that is no number": (
        candidate('{"decision": "valid", "confidence": NaN}'),
        True,
        "the confidence is not",
    ),
    "unknown decision": (judged("catastrophic", 0.97), True, "the decision is none of"),
    "items in another shape": (judged("valid", 0.97, items=["WHEY-1KG"]), True, "the items are no objects"),
    "a reading in another shape": (judged("valid", 0.97, read="all of it"), True, "what was read is no object"),
    "rate limited": (failing(429, "RESOURCE_EXHAUSTED"), True, "Gemini takes no more requests at the moment (429)"),
    "server error": (failing(500, "INTERNAL"), True, "Gemini is out of order (500)"),
    "unavailable": (failing(503, "UNAVAILABLE"), True, "Gemini is out of order (503)"),
    "wrong key": (failing(400, "INVALID_ARGUMENT"), False, "Gemini refused the request (400)"),
    "no such model": (failing(404, "NOT_FOUND"), False, "Gemini refused the request (404)"),
}

"""What api.groq.com answers: an understanding, a reply in other words, and every way to misbehave."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any

from tests.fakes.wire import BROKEN_BODY, HTML, Answer, Seen

PATH = "/openai/v1/chat/completions"
NOTHING: dict[str, Any] = {
    "order_ids": [], "subscription_ids": [], "refund_ids": [], "products": [], "quantity": None, "frequency": None,
    "delivery_day": None, "dates": [], "amounts": [], "reason": None, "remedy": None,
}  # fmt: skip


def completion(content: str | None, finish: str = "stop") -> Answer:
    return Answer(
        {
            "id": "chatcmpl-1",
            "object": "chat.completion",
            "created": 1700000000,
            "model": "openai/gpt-oss-20b",
            "choices": [
                {
                    "index": 0,
                    "message": {"role": "assistant", "content": content},
                    "finish_reason": finish,
                    "logprobs": None,
                }
            ],
            "usage": {"prompt_tokens": 5, "completion_tokens": 7, "total_tokens": 12},
        }
    )


def understood(
    *intents: tuple[str, float],
    answer: str | None = None,
    language: str = "en",
    english: str | None = None,
    angry: bool = False,
    wishes: Sequence[tuple[str, str] | tuple[str, str, dict[str, Any]]] = (),
    delay: float = 0.0,
    **entities: Any,
) -> Answer:
    """A good answer: `understood(("ORDER_STATUS", 0.9), order_ids=["ORD-1"])`. A wish is an intent, the words that ask
    for it, and what they name if it is more than plain rules find. `english`: a message of another language in it."""
    content = {
        "intents": [{"intent": intent, "confidence": confidence} for intent, confidence in intents],
        "wishes": [_wish(*wish) for wish in wishes],
        "entities": {**NOTHING, **entities},
        "answer": answer,
        "angry": angry,
        "language": language,
        "english": english,
    }
    return Answer(completion(json.dumps(content)).body, delay=delay)


def _wish(intent: str, part: str, entities: dict[str, Any] | None = None) -> dict[str, Any]:
    return {"intent": intent, "part": part, "english": None, "entities": {**NOTHING, **(entities or {})}}


def worded(*sentences: str, suggestions: Sequence[str] = (), delay: float = 0.0) -> Answer:
    """A reply in the customer's language, sentence by sentence as it was asked for."""
    content = {"sentences": list(sentences), "suggestions": list(suggestions)}
    return Answer(completion(json.dumps(content)).body, delay=delay)


def echoed(data: dict[str, Any]) -> Answer:
    """Leaves a reply as it is."""
    return worded(*data["sentences"], suggestions=data["suggestions"])


def kind_of(request: Seen) -> str:
    """What is asked for, by the name of the schema: "understood" or "worded"."""
    name: str = request.body["response_format"]["json_schema"]["name"]
    return name


def data_of(request: Seen) -> dict[str, Any]:
    """The JSON that was sent with the instructions.

    Of "understood": message, history, asked, products. Of "worded": sentences, suggestions, language.
    """
    data: dict[str, Any] = json.loads(request.body["messages"][1]["content"])
    return data


def talking(
    understand: Callable[[dict[str, Any]], Answer], word: Callable[[dict[str, Any]], Answer] = echoed
) -> Callable[[Seen], Answer]:
    """For `FakeServer.will_reply`: a stand-in whose answers are made from the data of each request."""

    def reply(request: Seen) -> Answer:
        make = word if kind_of(request) == "worded" else understand
        return make(data_of(request))

    return reply


def failing(status: int, code: str, *, headers: dict[str, str] | None = None) -> Answer:
    return Answer({"error": {"message": "m", "type": "t", "code": code}}, status, headers=headers or {})


USUAL = understood(("OTHER", 0.9))
SLOW = understood(("OTHER", 0.9), delay=1.0)
RATE_LIMITED = failing(429, "rate_limit_exceeded", headers={"retry-after": "90"})
OVERLOADED = failing(503, "over_capacity")
WRONG_KEY = failing(401, "invalid_api_key")
NO_SUCH_MODEL = failing(404, "model_not_found")

# Each with whether asking again at once can help.
MISBEHAVIOUR: dict[str, tuple[Answer, bool]] = {
    "html": (HTML, True),
    "broken body": (BROKEN_BODY, True),
    "no choices": (Answer({**USUAL.body, "choices": []}), True),
    "odd choices": (Answer({**USUAL.body, "choices": [1]}), True),
    "cut short": (completion('{"intents": [{"int', "length"), True),
    "no content": (completion(None), True),
    "a tool call": (completion(None, "tool_calls"), True),
    "prose": (completion("Sure! Here is the answer you wanted."), True),
    "prose around JSON": (completion('Here: {"intent": "OTHER", "confidence": 0.9}'), True),
    "a list": (completion("[]"), True),
    "no intents": (completion('{"intents": []}'), True),
    "unknown intent": (understood(("GIVE_MONEY", 0.9)), True),
    "confidence of nine": (understood(("OTHER", 9)), True),
    "intents of another type": (completion('{"intents": 3}'), True),
    "failed generation": (failing(400, "json_validate_failed"), True),
    "rate limited": (RATE_LIMITED, False),
    "overloaded": (OVERLOADED, True),
    "server error": (failing(500, "internal_server_error"), True),
    "wrong key": (WRONG_KEY, False),
    "no such model": (NO_SUCH_MODEL, False),
    "too large": (failing(413, "rate_limit_exceeded"), False),
}

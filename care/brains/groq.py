"""Understanding by a model at Groq, through its own client. Import it only where a key is set."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import groq
import httpx
from groq.types.chat import ChatCompletion, ChatCompletionMessage, ChatCompletionMessageParam
from groq.types.chat.chat_completion import Choice
from groq.types.chat.completion_create_params import ResponseFormat

from care.brains.prompts import prompt
from care.brains.protocols import Utterance
from care.brains.reading import UnderstoodAnswer, read_understood
from care.errors import ModelTrouble
from care.models.understanding import Understood

# The customer gets an answer within five seconds, from the local model if need be.
CHAT_SECONDS = 3.5
_HISTORY = 8
_FORMAT: ResponseFormat = {
    "type": "json_schema",
    "json_schema": {"name": "understood", "strict": True, "schema": UnderstoodAnswer.model_json_schema()},
}


class GroqUnderstanding:
    """Asks once: the caller decides whether to ask again. `timeout` in seconds, for the whole call."""

    def __init__(self, api_key: str, model: str, *, base_url: str | None = None, timeout: float = CHAT_SECONDS) -> None:
        self._model = model
        self._timeout = timeout
        self._prompt = prompt("understand").text
        self._client = groq.AsyncGroq(
            api_key=api_key, base_url=base_url, max_retries=0, timeout=httpx.Timeout(timeout, connect=min(timeout, 2.0))
        )

    async def understand(self, utterance: Utterance) -> Understood:
        return read_understood(_content(await self._ask(utterance)), utterance, self._model)

    async def aclose(self) -> None:
        await self._client.close()

    async def _ask(self, utterance: Utterance) -> ChatCompletion:
        data = {
            "message": utterance.text,
            "history": utterance.history[-_HISTORY:],
            "asked": utterance.asked,
            "products": utterance.products,
        }
        messages: list[ChatCompletionMessageParam] = [
            {"role": "system", "content": self._prompt},
            {"role": "user", "content": json.dumps(data, ensure_ascii=False)},
        ]
        try:
            async with asyncio.timeout(self._timeout):
                return await self._client.chat.completions.create(
                    model=self._model, messages=messages, response_format=_FORMAT, temperature=0
                )
        except groq.APIStatusError as error:
            raise ModelTrouble(f"Groq answered {error.status_code}", retryable=_may_pass(error)) from None
        except (TimeoutError, groq.APITimeoutError):
            raise ModelTrouble("Groq did not answer in time", retryable=True) from None
        except groq.APIConnectionError:
            raise ModelTrouble("Groq could not be reached", retryable=True) from None
        except (groq.APIError, json.JSONDecodeError):
            raise ModelTrouble("Groq's answer could not be read", retryable=True) from None


def _content(completion: Any) -> str:
    """The text of the first choice. The client hands over whatever came with status 200, HTML as a `str` too."""
    if not isinstance(completion, ChatCompletion) or not completion.choices:
        raise ModelTrouble("Groq's answer holds no choice", retryable=True)
    choice = completion.choices[0]
    if not isinstance(choice, Choice) or not isinstance(choice.message, ChatCompletionMessage):
        raise ModelTrouble("Groq's answer has another shape", retryable=True)
    if choice.finish_reason == "length":
        raise ModelTrouble("Groq's answer was cut short", retryable=True)
    content = choice.message.content
    if not isinstance(content, str) or not content:
        raise ModelTrouble("Groq's answer is empty", retryable=True)
    return content


def _may_pass(error: groq.APIStatusError) -> bool:
    body = error.body if isinstance(error.body, dict) else {}
    inner = body.get("error", body)
    failed_json = isinstance(inner, dict) and inner.get("code") == "json_validate_failed"
    return failed_json or error.status_code in (408, 409, 429) or error.status_code >= 500

"""One answer from Groq, through its own client: bounded in time and size, and ModelTrouble for all that can go wrong.

Import it only where a key is set.
"""

from __future__ import annotations

import asyncio
import email.utils
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import groq
import httpx
from groq.types.chat import ChatCompletion, ChatCompletionMessage
from groq.types.chat.chat_completion import Choice

from care.brains.hosted import Answer, Question
from care.errors import ModelTrouble

# An answer is a few kilobytes; what is longer is none.
LONGEST_BODY = 256 * 1024
_MOST_TOKENS = 2048
_MOST_COUNTED = 10**7
_CONNECT_SECONDS = 1.0


class GroqClient:
    """Asks once: the caller decides whether to ask again."""

    def __init__(self, api_key: str, model: str, *, base_url: str | None = None) -> None:
        self.model = model
        self._http = httpx.AsyncClient(
            transport=_Bounded(limits=httpx.Limits(max_connections=200)), headers={"Accept-Encoding": "identity"}
        )
        self._client = groq.AsyncGroq(api_key=api_key, base_url=base_url, max_retries=0, http_client=self._http)
        # Little thought is enough for what is asked here, and costs the customer less time.
        self._extra: dict[str, Any] = {"reasoning_effort": "low"} if "gpt-oss" in model else {}

    async def ask(self, question: Question, seconds: float) -> Answer:
        """Raises ModelTrouble, after `seconds` at the latest. An answer may still turn out to hold no words."""
        try:
            async with asyncio.timeout(seconds):
                completion: Any = await self._client.chat.completions.create(
                    model=self.model,
                    messages=[
                        {"role": "system", "content": question.instructions},
                        {"role": "user", "content": json.dumps(question.data, ensure_ascii=False)},
                    ],
                    response_format={
                        "type": "json_schema",
                        "json_schema": {"name": question.name, "strict": True, "schema": question.schema},
                    },
                    temperature=0,
                    max_completion_tokens=_MOST_TOKENS,
                    timeout=httpx.Timeout(seconds, connect=min(seconds, _CONNECT_SECONDS)),
                    **self._extra,
                )
        except groq.APIStatusError as error:
            wait = retry_after(error.response.headers.get("retry-after"), datetime.now(UTC))
            raise ModelTrouble(f"Groq answered {error.status_code}", retryable=_may_pass(error), wait=wait) from None
        except (TimeoutError, groq.APITimeoutError):
            raise ModelTrouble("Groq did not answer in time", retryable=True) from None
        except groq.APIConnectionError:
            raise ModelTrouble("Groq could not be reached", retryable=True) from None
        # The client reads some nonsense with errors of its own making.
        except (groq.APIError, ValueError, TypeError, AttributeError, RecursionError):
            raise ModelTrouble("Groq's answer could not be read", retryable=True) from None
        return _read(completion)

    async def aclose(self) -> None:
        await self._client.close()


class _Bounded(httpx.AsyncHTTPTransport):
    """Stops reading a body that never ends, and reads none that is packed: a small one may unpack to a huge one."""

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        response = await super().handle_async_request(request)
        if response.headers.get("content-encoding", "identity") != "identity":
            await response.aclose()
            raise httpx.DecodingError("a packed body")
        response.stream = _Limited(response.stream)
        return response


class _Limited(httpx.AsyncByteStream):
    def __init__(self, stream: Any) -> None:
        self._stream = stream

    async def __aiter__(self) -> AsyncIterator[bytes]:
        length = 0
        async for chunk in self._stream:
            length += len(chunk)
            if length > LONGEST_BODY:
                raise httpx.ReadError("the body is too long")
            yield chunk

    async def aclose(self) -> None:
        await self._stream.aclose()


def _read(completion: Any) -> Answer:
    """The client hands over whatever came with status 200, HTML as a `str` too."""
    if not isinstance(completion, ChatCompletion):
        return Answer(trouble="Groq's answer is no completion")
    text, trouble = _words(completion)
    usage = completion.usage
    return Answer(text, _count(usage, "prompt_tokens"), _count(usage, "completion_tokens"), trouble)


def _count(usage: object, name: str) -> int:
    """A number of tokens, as far as it is one."""
    count = getattr(usage, name, 0)
    return count if isinstance(count, int) and 0 <= count <= _MOST_COUNTED else 0


def _words(completion: ChatCompletion) -> tuple[str, str | None]:
    """The text of the first choice, or what is wrong with it."""
    choices: Any = completion.choices
    choice = choices[0] if isinstance(choices, list) and choices else None
    message = choice.message if isinstance(choice, Choice) else None
    if not isinstance(choice, Choice) or not isinstance(message, ChatCompletionMessage):
        return "", "Groq's answer holds no choice"
    if choice.finish_reason == "length":
        return "", "Groq's answer was cut short"
    content = getattr(message, "content", None)
    return (content, None) if isinstance(content, str) and content else ("", "Groq's answer is empty")


def retry_after(header: str | None, now: datetime) -> float | None:
    """Seconds to wait by the header Retry-After, a number of them or a date (RFC 9110); None for anything else."""
    if not header:
        return None
    try:
        return max(0.0, min(float(header), 1e6)) if header[0].isdigit() else _until(header, now)
    except (ValueError, TypeError, OverflowError):
        return None


def _until(date: str, now: datetime) -> float:
    at = email.utils.parsedate_to_datetime(date)
    return max(0.0, (at.replace(tzinfo=at.tzinfo or UTC) - now).total_seconds())


def _may_pass(error: groq.APIStatusError) -> bool:
    body = error.body if isinstance(error.body, dict) else {}
    inner = body.get("error", body)
    failed_json = isinstance(inner, dict) and inner.get("code") == "json_validate_failed"
    return failed_json or error.status_code in (408, 409, 429) or error.status_code >= 500

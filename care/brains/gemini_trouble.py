"""What can go wrong between us and Gemini, as ModelTrouble."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
from google.genai import errors, types
from pydantic import ValidationError

from care.errors import ModelTrouble

# A longer wait is no longer worth it: a person is faster.
LONGEST_WAIT = 60.0

_DECLINED = (
    types.FinishReason.SAFETY,
    types.FinishReason.RECITATION,
    types.FinishReason.BLOCKLIST,
    types.FinishReason.PROHIBITED_CONTENT,
    types.FinishReason.SPII,
)


@contextmanager
def asking() -> Iterator[None]:
    """Raises ModelTrouble for whatever a call to Gemini raises, a timeout around it among them."""
    try:
        yield
    except errors.APIError as error:
        raise _answered(error) from None
    except (TimeoutError, httpx.TimeoutException):
        raise ModelTrouble("Gemini did not answer in time", retryable=True) from None
    except httpx.HTTPError:
        raise ModelTrouble("Gemini could not be reached", retryable=True) from None
    except (ValidationError, ValueError, KeyError, TypeError, AttributeError):
        # What the client raises for a body that is not what it expects: HTML with status 200, half an object.
        raise ModelTrouble("Gemini's answer could not be read", retryable=True) from None


def _answered(error: errors.APIError) -> ModelTrouble:
    code = error.code if isinstance(error.code, int) else 0
    if code == 429:
        wait = _wait(error)
        return ModelTrouble("Gemini takes no more requests at the moment (429)", retryable=True, wait=wait)
    if code >= 500:
        return ModelTrouble(f"Gemini is out of order ({code})", retryable=True, wait=_wait(error))
    return ModelTrouble(f"Gemini refused the request ({code})", retryable=code in (0, 408, 409))


def _wait(error: errors.APIError) -> float | None:
    """Seconds that Gemini asks us to wait: the header Retry-After, or google.rpc.RetryInfo in the body ("34s")."""
    header = getattr(error.response, "headers", None) or {}
    texts = [str(header.get("retry-after", "")), *_retry_delays(error.details)]
    seconds = [float(found[1]) for text in texts if (found := re.fullmatch(r"(\d{1,6}(?:\.\d{1,9})?)s?", text))]
    return min(seconds[0], LONGEST_WAIT) if seconds else None


def _retry_delays(body: Any) -> list[str]:
    about = body.get("error") if isinstance(body, dict) else None
    details = about.get("details") if isinstance(about, dict) else None
    found = details if isinstance(details, list) else []
    return [str(each["retryDelay"]) for each in found if isinstance(each, dict) and "retryDelay" in each]


def text_of(response: types.GenerateContentResponse) -> str:
    """The words of the first candidate. Raises ModelTrouble for a blocked, empty or cut answer, which the client
    passes on without a word."""
    if response.prompt_feedback and response.prompt_feedback.block_reason:
        raise ModelTrouble("Gemini declined to look at the files", retryable=False)
    if not response.candidates:
        raise ModelTrouble("Gemini's answer holds no candidate", retryable=True)
    candidate = response.candidates[0]
    match candidate.finish_reason:
        case None | types.FinishReason.STOP:
            pass
        case types.FinishReason.MAX_TOKENS:
            raise ModelTrouble("Gemini's answer was cut short", retryable=True)
        case reason if reason in _DECLINED:
            raise ModelTrouble("Gemini declined to judge the files", retryable=False)
        case _:
            raise ModelTrouble("Gemini stopped without an answer", retryable=True)
    parts = candidate.content.parts if candidate.content else None
    return "".join(part.text or "" for part in parts or [] if not part.thought)

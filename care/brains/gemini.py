"""Judging evidence by Gemini, through Google's own client. Import it only where a key is set."""

from __future__ import annotations

import asyncio
import json

import httpx
from google import genai
from google.genai import errors, types
from pydantic import ValidationError

from care.brains.prompts import prompt
from care.brains.protocols import Claim, EvidenceFile
from care.brains.reading import JudgeAnswer, read_judgement
from care.errors import ModelTrouble
from care.models.refund import Judgement

# Gemini takes 20 MB in one request; base64 and the rest of it need a quarter of that.
MAX_INLINE_BYTES = 15 * 1024 * 1024


class GeminiJudge:
    """Asks once: the activity around it retries. `timeout` in seconds, for the whole call."""

    def __init__(self, api_key: str, model: str, *, base_url: str | None = None, timeout: float = 20.0) -> None:
        self._model = model
        self._timeout = timeout
        self._prompt = prompt("judge")
        # A client of our own: else the errors that come up depend on whether aiohttp happens to be installed.
        self._http = httpx.AsyncClient(timeout=timeout)
        self._client = genai.Client(
            api_key=api_key,
            vertexai=False,
            http_options=types.HttpOptions(
                base_url=base_url,
                timeout=int(timeout * 1000),
                retry_options=types.HttpRetryOptions(attempts=1),
                httpx_async_client=self._http,
            ),
        )

    async def judge(self, claim: Claim) -> Judgement:
        if sum(len(file.data) for file in claim.files) > MAX_INLINE_BYTES:
            raise ModelTrouble("the files are too large to be judged together", retryable=False)
        return read_judgement(_text(await self._ask(claim)), self._model, self._prompt.version)

    async def aclose(self) -> None:
        await self._http.aclose()
        self._client.close()

    async def _ask(self, claim: Claim) -> types.GenerateContentResponse:
        config = types.GenerateContentConfig(
            system_instruction=self._prompt.text,
            response_mime_type="application/json",
            response_schema=JudgeAnswer,
            temperature=0,
        )
        try:
            async with asyncio.timeout(self._timeout):
                return await self._client.aio.models.generate_content(
                    model=self._model, contents=types.Content(role="user", parts=_parts(claim)), config=config
                )
        except errors.APIError as error:
            passing = error.code in (408, 409, 429) or error.code >= 500
            raise ModelTrouble(f"Gemini answered {error.code}", retryable=passing) from None
        except (TimeoutError, httpx.TimeoutException):
            raise ModelTrouble("Gemini did not answer in time", retryable=True) from None
        except httpx.HTTPError:
            raise ModelTrouble("Gemini could not be reached", retryable=True) from None
        except (ValidationError, ValueError):
            raise ModelTrouble("Gemini's answer could not be read", retryable=True) from None


def _parts(claim: Claim) -> list[types.Part]:
    about = {
        "reason": claim.reason,
        "complaint": claim.complaint,
        "order": claim.order.model_dump(
            mode="json", include={"order_id", "status", "items", "total", "placed_at", "delivered_at"}
        ),
        "claimed_items": [line.name for line in claim.order.items if line.sku in claim.skus],
        "files": [
            {"name": file.about.file_name, "type": file.about.media_type, "captured_at": _captured(file)}
            for file in claim.files
        ],
        "now": claim.now.isoformat(),
    }
    files = [types.Part.from_bytes(data=file.data, mime_type=file.about.media_type) for file in claim.files]
    return [types.Part.from_text(text=json.dumps(about, ensure_ascii=False)), *files]


def _captured(file: EvidenceFile) -> str | None:
    at = file.about.facts.captured_at
    return at.isoformat() if at else None


def _text(response: types.GenerateContentResponse) -> str:
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
        case reason:
            declined = reason in _DECLINED
            raise ModelTrouble("Gemini stopped without an answer", retryable=not declined)
    parts = candidate.content.parts if candidate.content else None
    return "".join(part.text or "" for part in parts or [] if not part.thought)


_DECLINED = (
    types.FinishReason.SAFETY,
    types.FinishReason.RECITATION,
    types.FinishReason.BLOCKLIST,
    types.FinishReason.PROHIBITED_CONTENT,
    types.FinishReason.SPII,
)

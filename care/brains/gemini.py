"""Judging evidence by Gemini, through Google's own client. Import it only where a key is set."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence

import httpx
from google import genai
from google.genai import types

from care.brains.gemini_files import shown
from care.brains.gemini_trouble import asking, text_of
from care.brains.judge_reading import JudgeAnswer, read_judgement
from care.brains.prompts import prompt
from care.brains.protocols import Claim, EvidenceFile, Spent
from care.models.refund import Judgement

# Gemini takes 20 MB in one request; base64 and the rest of it need a quarter of that.
MAX_INLINE_BYTES = 15 * 1024 * 1024
_COMPLAINT, _NAME = 4000, 200
_MOST_TOKENS = 8192  # thought and answer together; an answer is some hundreds


class GeminiJudge:
    """Asks once: the activity around it retries. `timeout` in seconds, for the answer; uploads get as much again."""

    def __init__(
        self,
        api_key: str,
        model: str,
        *,
        base_url: str | None = None,
        timeout: float = 20.0,
        inline_bytes: int = MAX_INLINE_BYTES,
    ) -> None:
        self._model = model
        self._timeout = timeout
        self._inline_bytes = inline_bytes
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

    async def judge(self, claim: Claim, spent: Spent | None = None) -> Judgement:
        """Raises ModelTrouble."""
        async with shown(self._client, claim.files, inline_bytes=self._inline_bytes, seconds=self._timeout) as files:
            answer = await self._ask([types.Part.from_text(text=_about(claim)), *files])
        if spent and (usage := answer.usage_metadata):
            spent.tokens_in += usage.prompt_token_count or 0
            spent.tokens_out += (usage.candidates_token_count or 0) + (usage.thoughts_token_count or 0)
        return read_judgement(text_of(answer), claim, self._model, self._prompt.version)

    async def aclose(self) -> None:
        await self._http.aclose()
        self._client.close()

    async def _ask(self, parts: Sequence[types.Part]) -> types.GenerateContentResponse:
        config = types.GenerateContentConfig(
            system_instruction=self._prompt.text,
            response_mime_type="application/json",
            response_schema=JudgeAnswer,
            temperature=0,
            max_output_tokens=_MOST_TOKENS,
        )
        with asking():
            async with asyncio.timeout(self._timeout):
                return await self._client.aio.models.generate_content(
                    model=self._model, contents=types.Content(role="user", parts=list(parts)), config=config
                )


def _about(claim: Claim) -> str:
    """The claim as one JSON object: whatever its texts say, they stay inside its strings. A file's name is left out:
    it proves nothing, and a customer can write anything into it."""
    about = {
        "reason": claim.reason,
        "complaint": claim.complaint[:_COMPLAINT],
        "order": claim.order.model_dump(
            mode="json", include={"order_id", "status", "items", "total", "placed_at", "delivered_at"}
        ),
        "claimed_items": [
            {"sku": line.sku, "name": line.name[:_NAME]} for line in claim.order.items if line.sku in claim.skus
        ],
        "files": [{"type": file.about.media_type, "captured_at": _captured(file)} for file in claim.files],
        "now": claim.now.isoformat(),
    }
    return json.dumps(about, ensure_ascii=False)


def _captured(file: EvidenceFile) -> str | None:
    at = file.about.facts.captured_at
    return at.isoformat() if at else None

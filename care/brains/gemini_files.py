"""Files on their way to Gemini: inside the request while they fit, through its files API where they do not."""

from __future__ import annotations

import asyncio
import io
import logging
import uuid
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager

from google.genai import Client, types

from care.brains.gemini_trouble import asking
from care.brains.protocols import EvidenceFile
from care.errors import ModelTrouble

POLL_SECONDS = 0.5
DELETE_SECONDS = 5.0

log = logging.getLogger(__name__)


@asynccontextmanager
async def shown(
    client: Client, files: Sequence[EvidenceFile], *, inline_bytes: int, seconds: float
) -> AsyncIterator[list[types.Part]]:
    """The files as parts of a request, in their order. What was uploaded is deleted when the block ends, however it
    ends. `seconds` are for all uploads and Gemini's processing together. Raises ModelTrouble."""
    sent = _to_send(files, inline_bytes)
    async with AsyncExitStack() as stack:
        parts = []
        with asking():
            async with asyncio.timeout(seconds):
                for index, file in enumerate(files):
                    if index in sent:
                        uploaded = await stack.enter_async_context(_uploaded(client, file))
                        parts.append(types.Part.from_uri(file_uri=uploaded, mime_type=file.about.media_type))
                    else:
                        parts.append(types.Part.from_bytes(data=file.data, mime_type=file.about.media_type))
        yield parts


def _to_send(files: Sequence[EvidenceFile], inline_bytes: int) -> set[int]:
    """Which files are uploaded: the largest, until the others fit into the request."""
    rest = sum(len(file.data) for file in files)
    sent = set()
    for index in sorted(range(len(files)), key=lambda each: -len(files[each].data)):
        if rest <= inline_bytes:
            break
        sent.add(index)
        rest -= len(files[index].data)
    return sent


@asynccontextmanager
async def _uploaded(client: Client, file: EvidenceFile) -> AsyncIterator[str]:
    """The URI of the file once Gemini can look at it."""
    # Named by us, so that it can be deleted even if the answer to its upload is lost.
    name = f"files/{uuid.uuid4().hex}"
    config = types.UploadFileConfig(name=name, mime_type=file.about.media_type)
    try:
        about = await client.aio.files.upload(file=io.BytesIO(file.data), config=config)
        name = about.name or name
        while about.state is types.FileState.PROCESSING:
            await asyncio.sleep(POLL_SECONDS)
            about = await client.aio.files.get(name=name)
        if about.state is types.FileState.FAILED or not about.uri:
            raise ModelTrouble("Gemini could not process a file", retryable=False)
        yield about.uri
    finally:
        await _delete(client, name)


async def _delete(client: Client, name: str) -> None:
    """Gemini forgets an upload after two days by itself, so a deletion that fails is no reason to lose a judgement."""
    try:
        with asking():
            async with asyncio.timeout(DELETE_SECONDS):
                await client.aio.files.delete(name=name)
    except ModelTrouble as trouble:
        log.warning("A file sent to Gemini was not deleted: %s.", trouble.reason)

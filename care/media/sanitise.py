"""Files from customers, made safe: typed by content, pictures drawn anew, all decoded in a bounded child process."""

from __future__ import annotations

import asyncio
import json
import os
import sys
import unicodedata
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any
from weakref import WeakKeyDictionary

from pydantic import ValidationError

from care.errors import TooLarge, UnsupportedMedia
from care.media.containers import EXTENSIONS, media_type
from care.models.evidence import Facts

_CHILD = Path(__file__).with_name("child.py")
_SECONDS = 20
_AT_ONCE = 2  # children; each may take up to 1 GB
_KINDS = {"image/jpeg": "JPEG", "image/png": "PNG", "image/webp": "WEBP", "application/pdf": "PDF"}
_NAME_CHARACTERS = 100
_turns: WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Semaphore] = WeakKeyDictionary()


@dataclass(frozen=True)
class Sanitised:
    """`data` is what may be kept and shown; `file_name` is safe to show and ends as its type does."""

    media_type: str
    data: bytes
    facts: Facts
    file_name: str


async def sanitise(data: bytes, file_name: str, *, max_bytes: int) -> Sanitised:
    """Raises TooLarge over `max_bytes`, UnsupportedMedia for other kinds and for what cannot be decoded within bounds.

    JPEG, PNG and WebP come back re-encoded: upright, 4096 pixels a side at most, without metadata, whose facts are kept
    beside. PDF and video (MP4, WebM, MOV) are checked and come back as they are: serve them as downloads.
    """
    if len(data) > max_bytes:
        raise TooLarge(f"This file is larger than {max_bytes / 2**20:.0f} MB: please send a smaller one.")
    found = media_type(data)
    if found is None:
        raise UnsupportedMedia("Please send a picture (JPEG, PNG, WebP), a PDF, or a video (MP4, WebM, MOV).")
    facts = Facts()
    if kind := _KINDS.get(found):
        async with _turns.setdefault(asyncio.get_running_loop(), asyncio.Semaphore(_AT_ONCE)):
            facts, data = _read(await _decode(kind, data))
    return Sanitised(media_type=found, data=data, facts=facts, file_name=_safe(file_name, found))


async def _decode(kind: str, data: bytes) -> bytes:
    """What the child says. Raises UnsupportedMedia when it fails or passes its limits."""
    child = await asyncio.create_subprocess_exec(
        *(sys.executable, "-I", str(_CHILD), kind),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        # Nothing of our environment; one thread, because each thread's stack counts as memory.
        env={"OPENBLAS_NUM_THREADS": "1", "PATH": os.defpath},
    )
    try:
        async with asyncio.timeout(_SECONDS):
            out, _ = await child.communicate(data)
    except TimeoutError:
        raise _damaged() from None
    finally:
        if child.returncode is None:
            child.kill()
            await child.wait()
    if child.returncode != 0:
        raise _damaged()
    return out


def _read(answer: bytes) -> tuple[Facts, bytes]:
    head, _, kept = answer.partition(b"\n")
    try:
        said: dict[str, Any] = json.loads(head)
        facts = Facts.model_validate(said)
    except (ValueError, ValidationError):
        raise _damaged() from None
    if problem := said.get("problem"):
        raise UnsupportedMedia(f"We cannot take this file: {problem}.")
    return facts, kept


def _damaged() -> UnsupportedMedia:
    return UnsupportedMedia("This file is damaged or cannot be read: please send another one.")


def _safe(file_name: str, found: str) -> str:
    """The last part of the name, without invisible characters and those that paths or headers give a meaning."""
    last = PurePosixPath(file_name.replace("\\", "/")).name
    text = unicodedata.normalize("NFC", last.encode("utf-8", "ignore").decode())
    kept = "".join(c for c in text if c not in '<>:"/|?*;%' and unicodedata.category(c)[0] != "C")
    stem = kept.rsplit(".", 1)[0].strip(" .")[:_NAME_CHARACTERS] or "file"
    return f"{stem}.{EXTENSIONS[found]}"

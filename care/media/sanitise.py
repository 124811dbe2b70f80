"""Files from customers, made safe: typed by content, pictures drawn anew, all decoded in a bounded child process."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from pathlib import PurePosixPath

from pydantic import ValidationError

from care.errors import TooLarge, UnsupportedMedia
from care.media.answer import Answer
from care.media.bounded import ChildFailed, run_child
from care.media.containers import EXTENSIONS, media_type
from care.models.evidence import Facts

_KINDS = {
    "image/jpeg": "JPEG",
    "image/png": "PNG",
    "image/webp": "WEBP",
    "application/pdf": "PDF",
    "video/mp4": "VIDEO",
    "video/webm": "VIDEO",
    "video/quicktime": "VIDEO",
}
_NAME_CHARACTERS = 100


@dataclass(frozen=True)
class Sanitised:
    """`data` is what may be kept and shown; `file_name` is safe to show and ends as its type does.

    `previews` are JPEGs drawn here, 1600 pixels a side at most: a PDF's first pages, a video's key frames.
    """

    media_type: str
    data: bytes
    facts: Facts
    file_name: str
    previews: list[bytes]


async def sanitise(data: bytes, file_name: str, *, max_bytes: int) -> Sanitised:
    """Raises TooLarge over `max_bytes`, UnsupportedMedia for other kinds and for what cannot be decoded within bounds.

    JPEG, PNG and WebP come back re-encoded: upright, 4096 pixels a side at most, without metadata, whose facts are kept
    beside. PDF (50 pages at most) comes back as it is, video (MP4, WebM, MOV; 2 minutes at most) without the titles and
    places in its container: serve both as downloads, and show their previews.
    """
    if len(data) > max_bytes:
        raise TooLarge(f"This file is larger than {max_bytes / 2**20:.0f} MB: please send a smaller one.")
    found = media_type(data)
    if found is None:
        raise UnsupportedMedia("Please send a picture (JPEG, PNG, WebP), a PDF, or a video (MP4, WebM, MOV).")
    try:
        answer = Answer.unpacked(await run_child(_KINDS[found], data))
        facts = Facts.model_validate(answer.facts)
    except (ChildFailed, ValueError, ValidationError):
        raise UnsupportedMedia("This file is damaged or cannot be read: please send another one.") from None
    if answer.problem:
        raise UnsupportedMedia(f"We cannot take this file: {answer.problem}.")
    return Sanitised(found, answer.kept, facts, safe_name(file_name, found), answer.previews)


def safe_name(file_name: str, found: str) -> str:
    """The last part of the name, without invisible characters and those that paths or headers give a meaning.

    `found` is the MIME type, which names the extension.
    """
    last = PurePosixPath(file_name.replace("\\", "/")).name
    text = unicodedata.normalize("NFC", last.encode("utf-8", "ignore").decode())
    kept = "".join(c for c in text if c not in '<>:"/|?*;%' and unicodedata.category(c)[0] != "C")
    stem = " ".join(kept.split()).rsplit(".", 1)[0].strip(" .")[:_NAME_CHARACTERS] or "file"
    return f"{stem}.{EXTENSIONS[found]}"

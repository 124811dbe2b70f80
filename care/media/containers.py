"""What kind of file this is, told by its content alone. Video containers are walked, not decoded."""

from __future__ import annotations

import filetype

from care.media.atoms import boxes
from care.media.ebml import DOC_TYPE, EBML, SEGMENT, element, elements

# Types by the MIME type that content shows, and the extension that a stored name gets.
EXTENSIONS = {
    "image/jpeg": "jpg",
    "image/png": "png",
    "image/webp": "webp",
    "application/pdf": "pdf",
    "video/mp4": "mp4",
    "video/webm": "webm",
    "video/quicktime": "mov",
}

_MP4_BRANDS = {
    b"isom",
    b"iso2",
    b"iso4",
    b"iso5",
    b"iso6",
    b"mp41",
    b"mp42",
    b"avc1",
    b"M4V ",
    b"M4VH",
    b"dash",
    b"3gp4",
    b"3gp5",
}
_QUICKTIME = b"qt  "


def media_type(data: bytes) -> str | None:
    """One of EXTENSIONS, or None for anything else, and for a video whose container is broken."""
    if data[4:8] == b"ftyp":
        return _iso_media(data)
    if data.startswith(EBML.to_bytes(4, "big")):
        return "video/webm" if _is_webm(data) else None
    if data.startswith(b"%PDF-"):
        return "application/pdf"
    found = filetype.guess_mime(data)
    return found if found in ("image/jpeg", "image/png", "image/webp") else None


def _iso_media(data: bytes) -> str | None:
    """MP4 or QuickTime (ISO/IEC 14496-12): whole boxes to the end of the file, a movie header among them."""
    brand, found = data[8:12], list(boxes(data, 0, len(data)))
    if not found or found[-1].end != len(data) or b"moov" not in {box.kind for box in found}:
        return None
    if brand == _QUICKTIME:
        return "video/quicktime"
    return "video/mp4" if brand in _MP4_BRANDS else None


def _is_webm(data: bytes) -> bool:
    """An EBML header that says "webm", and a segment after it."""
    head = element(data, 0)
    segment = element(data, head.end) if head else None
    if head is None or segment is None or segment.name != SEGMENT:
        return False
    says = [data[each.inside : each.end] for each in elements(data, head.inside, head.end) if each.name == DOC_TYPE]
    return [kind.rstrip(b"\0") for kind in says] == [b"webm"]

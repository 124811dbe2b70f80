"""What kind of file this is, told by its content alone. Video containers are walked, not decoded."""

from __future__ import annotations

import filetype

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
_MOST_BOXES = 10_000
_EBML, _SEGMENT, _DOC_TYPE = 0x1A45DFA3, 0x18538067, 0x4282


def media_type(data: bytes) -> str | None:
    """One of EXTENSIONS, or None for anything else, and for a video whose container is broken."""
    if data[4:8] == b"ftyp":
        return _iso_media(data)
    if data.startswith(_EBML.to_bytes(4, "big")):
        return "video/webm" if _is_webm(data) else None
    if data.startswith(b"%PDF-"):
        return "application/pdf"
    found = filetype.guess_mime(data)
    return found if found in ("image/jpeg", "image/png", "image/webp") else None


def _iso_media(data: bytes) -> str | None:
    """MP4 or QuickTime (ISO/IEC 14496-12): whole boxes to the end of the file, a movie header among them."""
    brand, kinds, at = data[8:12], set(), 0
    for _ in range(_MOST_BOXES):
        if at == len(data):
            break
        size, kind = int.from_bytes(data[at : at + 4], "big"), data[at + 4 : at + 8]
        header = 8
        if size == 1:
            size, header = int.from_bytes(data[at + 8 : at + 16], "big"), 16
        elif size == 0:  # to the end of the file
            size = len(data) - at
        if size < header or at + size > len(data):
            return None
        kinds.add(kind)
        at += size
    if at != len(data) or b"moov" not in kinds:
        return None
    if brand == _QUICKTIME:
        return "video/quicktime"
    return "video/mp4" if brand in _MP4_BRANDS else None


def _is_webm(data: bytes) -> bool:
    """An EBML header (RFC 8794) that says "webm", and a segment after it."""
    head = _element(data, 0)
    if head is None:
        return False
    _, at, end = head
    segment = _element(data, end)
    if segment is None or segment[0] != _SEGMENT:
        return False
    while at < end:
        inner = _element(data, at)
        if inner is None:
            return False
        name, start, at = inner
        if name == _DOC_TYPE:
            return data[start:at].rstrip(b"\0") == b"webm"
    return False


def _element(data: bytes, at: int) -> tuple[int, int, int] | None:
    """Id, start and end of the content of the element at `at`; None where there is none.

    An unknown size, which live recordings have, reaches to the end of the file.
    """
    name = _number(data, at, keep_marker=True)
    size = _number(data, at + name[1], keep_marker=False) if name else None
    if name is None or size is None:
        return None
    start = at + name[1] + size[1]
    unknown = size[0] == (1 << (7 * size[1])) - 1
    end = len(data) if unknown else start + size[0]
    return (name[0], start, end) if end <= len(data) else None


def _number(data: bytes, at: int, *, keep_marker: bool) -> tuple[int, int] | None:
    """A variable-size integer and its length in bytes."""
    if at >= len(data) or data[at] == 0:
        return None
    length = 9 - data[at].bit_length()
    if at + length > len(data):
        return None
    value = int.from_bytes(data[at : at + length], "big")
    return (value if keep_marker else value & ((1 << (7 * length)) - 1)), length

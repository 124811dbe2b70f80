"""The boxes ("atoms") of MP4 and MOV (ISO/IEC 14496-12): what a film says of itself, and blotting that out."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

_EPOCH = datetime(1904, 1, 1, tzinfo=UTC)
# Files with an earlier date were made by a camera that did not know what day it was.
_EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
_MOST_BOXES = 10_000
_TELLING = {b"udta", b"meta", b"uuid"}  # titles, places, devices, names; `uuid` carries XMP
_FOLDERS = {b"moov", b"trak"}


class Box(NamedTuple):
    """`start` is where its size field is, `inside` where its content begins."""

    kind: bytes
    start: int
    inside: int
    end: int


class Header(NamedTuple):
    """`duration_ms` is what the film claims, 0 if it claims nothing."""

    captured_at: datetime | None = None
    duration_ms: int = 0


def boxes(data: bytes | bytearray, start: int, end: int) -> Iterator[Box]:
    """Box after box, until one does not fit into `end`."""
    for _ in range(_MOST_BOXES):
        if start + 8 > end:
            return
        size, inside = int.from_bytes(data[start : start + 4], "big"), start + 8
        if size == 1:
            size, inside = int.from_bytes(data[inside : inside + 8], "big"), start + 16
        elif size == 0:  # to the end
            size = end - start
        if size < inside - start or start + size > end:
            return
        yield Box(bytes(data[start + 4 : start + 8]), start, inside, start + size)
        start += size


def silenced(data: bytes) -> bytes:
    """The film without what it tells beside its pictures: such boxes become empty space, and nothing moves."""
    quiet = bytearray(data)
    _silence(quiet, 0, len(quiet))
    return bytes(quiet)


def _silence(data: bytearray, start: int, end: int) -> None:
    for box in boxes(data, start, end):
        if box.kind in _TELLING:
            data[box.start + 4 : box.start + 8] = b"free"
            data[box.inside : box.end] = bytes(box.end - box.inside)
        elif box.kind in _FOLDERS:
            _silence(data, box.inside, box.end)


def header_of(data: bytes) -> Header:
    """From the movie header; empty if there is none that can be read."""
    for movie in boxes(data, 0, len(data)):
        if movie.kind == b"moov":
            for box in boxes(data, movie.inside, movie.end):
                if box.kind == b"mvhd":
                    return _header(data[box.inside : box.end])
    return Header()


def _header(content: bytes) -> Header:
    wide = 8 if content[:1] == b"\1" else 4  # version 1 has longer numbers
    created = int.from_bytes(content[4 : 4 + wide], "big")
    rest = content[4 + 2 * wide :]
    scale, duration = int.from_bytes(rest[:4], "big"), int.from_bytes(rest[4 : 4 + wide], "big")
    if len(rest) < 4 + wide or scale == 0 or duration == (1 << (8 * wide)) - 1:  # all ones: unknown
        return Header(_instant(created))
    return Header(_instant(created), duration * 1000 // scale)


def _instant(seconds: int) -> datetime | None:
    try:
        at = _EPOCH + timedelta(seconds=seconds)
    except OverflowError:
        return None
    return at if at >= _EARLIEST else None

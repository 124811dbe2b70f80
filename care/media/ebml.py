"""The elements of WebM (EBML, RFC 8794; Matroska, RFC 9559): walking them, and blotting out what they tell."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

EBML, SEGMENT, DOC_TYPE = 0x1A45DFA3, 0x18538067, 0x4282
_INFO, _TITLE, _DATE, _TAGS, _ATTACHMENTS, _VOID = 0x1549A966, 0x7BA9, 0x4461, 0x1254C367, 0x1941A469, 0xEC
_EPOCH = datetime(2001, 1, 1, tzinfo=UTC)
_MOST_ELEMENTS = 10_000


class Element(NamedTuple):
    """`start` is where its id is, `inside` where its content begins."""

    name: int
    start: int
    inside: int
    end: int


def element(data: bytes | bytearray, at: int) -> Element | None:
    """What is at `at`; None where there is nothing whole.

    An unknown size, which live recordings have, reaches to the end of the file.
    """
    name = _number(data, at, keep_marker=True)
    size = _number(data, at + name[1], keep_marker=False) if name else None
    if name is None or size is None:
        return None
    inside = at + name[1] + size[1]
    unknown = size[0] == (1 << (7 * size[1])) - 1
    end = len(data) if unknown else inside + size[0]
    return Element(name[0], at, inside, end) if end <= len(data) else None


def elements(data: bytes | bytearray, at: int, end: int) -> Iterator[Element]:
    """Element after element, until one is not whole."""
    for _ in range(_MOST_ELEMENTS):
        found = element(data, at) if at < end else None
        if found is None:
            return
        yield found
        at = found.end


def silenced(data: bytes) -> bytes:
    """The film without its title, tags and attachments: they become empty space, and nothing moves."""
    quiet = bytearray(data)
    for part in _parts(data):
        told = elements(data, part.inside, part.end) if part.name == _INFO else [part]
        for each in told:
            if each.name in (_TITLE, _TAGS, _ATTACHMENTS):
                quiet[each.start : each.end] = _void(each.end - each.start)
    return bytes(quiet)


def captured_at(data: bytes) -> datetime | None:
    """When the film says that it was made; nothing before 2001, as a clock that was never set says."""
    for part in _parts(data):
        for each in elements(data, part.inside, part.end) if part.name == _INFO else ():
            if each.name == _DATE:
                nanoseconds = int.from_bytes(data[each.inside : each.end][:8], "big", signed=True)
                return _EPOCH + timedelta(microseconds=nanoseconds // 1000) if nanoseconds > 0 else None
    return None


def _parts(data: bytes) -> Iterator[Element]:
    for top in elements(data, 0, len(data)):
        if top.name == SEGMENT:
            yield from elements(data, top.inside, top.end)


def _void(length: int) -> bytes:
    head = bytes([_VOID, 0x80 | (length - 2)]) if length < 9 else bytes([_VOID, 1]) + (length - 9).to_bytes(7, "big")
    return head + bytes(length - len(head))


def _number(data: bytes | bytearray, at: int, *, keep_marker: bool) -> tuple[int, int] | None:
    """A variable-size integer and its length in bytes."""
    if at >= len(data) or data[at] == 0:
        return None
    length = 9 - data[at].bit_length()
    if at + length > len(data):
        return None
    value = int.from_bytes(data[at : at + length], "big")
    return (value if keep_marker else value & ((1 << (7 * length)) - 1)), length

"""Seed files: the records of a JSON or JSONL file, each with the line that it starts on."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_DECODER = json.JSONDecoder()


@dataclass(frozen=True)
class Refusal:
    """A record that was not loaded. `line` counts from 1; 0 means the whole file."""

    file: str
    line: int
    reason: str


@dataclass(frozen=True)
class Record:
    file: str
    line: int
    value: Any

    def refused(self, reason: str) -> Refusal:
        return Refusal(self.file, self.line, reason)


def records(path: Path) -> Iterator[Record | Refusal]:
    """JSONL: a record a line, and a bad line leaves the others alone. JSON: an array, read up to its first fault."""
    return _lines(path) if path.suffix == ".jsonl" else _array(path)


def _lines(path: Path) -> Iterator[Record | Refusal]:
    with path.open("rb") as file:
        for number, line in enumerate(file, start=1):
            if line.strip():
                try:
                    yield Record(path.name, number, json.loads(line.decode("utf-8-sig")))
                except (ValueError, RecursionError):
                    yield Refusal(path.name, number, "this line is not JSON")


def _array(path: Path) -> Iterator[Record | Refusal]:
    try:
        text = path.read_text("utf-8-sig")
    except UnicodeDecodeError:
        yield Refusal(path.name, 0, "this file is not UTF-8 text")
        return
    at = _skip(text, 0)
    if text[at : at + 1] != "[":
        yield Refusal(path.name, 1, "this file does not start with a list: [{...}, {...}]")
        return
    at = _skip(text, at + 1)
    while text[at : at + 1] != "]":
        line = text.count("\n", 0, at) + 1
        try:
            value, at = _DECODER.raw_decode(text, at)
        except (ValueError, RecursionError):
            yield Refusal(path.name, line, "not JSON from here on; the rest of the file was left out")
            return
        yield Record(path.name, line, value)
        at = _skip(text, at)
        if text[at : at + 1] == ",":
            at = _skip(text, at + 1)
        elif text[at : at + 1] != "]":
            line = text.count("\n", 0, at) + 1
            yield Refusal(path.name, line, "a comma or ] is missing here; the rest of the file was left out")
            return


def _skip(text: str, at: int) -> int:
    while at < len(text) and text[at] in " \t\r\n":
        at += 1
    return at

"""One prompt a file. A prompt's version is the hash of its text, so that a verdict names exactly what was asked."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import NamedTuple


class Prompt(NamedTuple):
    text: str
    version: str


def prompt(name: str) -> Prompt:
    text = (Path(__file__).parent / f"{name}.md").read_text("utf-8")
    return Prompt(text, hashlib.sha256(text.encode()).hexdigest()[:12])

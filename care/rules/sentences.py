"""A reply cut into sentences and put together again."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import zip_longest

# At a line's end, and after a mark that is followed by a capital: "EUR 1.299" is not cut, nor "2 x Milk, 1 l. low fat".
_BREAK = re.compile(r"(\n+|(?<=[.!?]) +(?=[A-Z]))")


def sentences_of(text: str) -> list[str]:
    return _BREAK.split(text)[::2]


def joined(text: str, sentences: Sequence[str]) -> str:
    """`sentences` in place of those of `text`, as many, with its spaces and line ends."""
    between = _BREAK.split(text)[1::2]
    return "".join(part for pair in zip_longest(sentences, between, fillvalue="") for part in pair)

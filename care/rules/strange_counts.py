"""Numbers of pieces that nobody can order: none at all, fewer, a part of one, or far too many. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence

from care.rules.product_names import products_in

MOST = 1000
_NUMBER = re.compile(
    r"(?<!\S)(?P<n>[-\u2212]?\d+(?:[.,]\d{1,2})?(?:e\d+)?|zero|minus \w+)\s*x?\s+"
    r"(?:(?:more|extra|packs? of|bottles? of|of (?:the|my|those|these))\s+)*(?P<what>[^\W\d_]\w*)",
    re.I,
)


def strange_count(text: str, names: Sequence[str]) -> str | None:
    """The first such number that stands before a product of `names`, as it is written: "-5", "1.5", "1000000"."""
    for match in _NUMBER.finditer(text):
        written = match["n"]
        plain = written.isdecimal() and 1 <= int(written) <= MOST
        if not plain and products_in(match["what"], names):
            return written
    return None


def asks_for_count(written: str) -> str:
    return f"I can only take whole numbers from 1 to {MOST}, not {written}. How many shall it be?"

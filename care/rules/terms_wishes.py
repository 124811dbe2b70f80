"""Which new rhythm, day or payment method a message asks for. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from care.models.customer import StoredMethod
from care.models.subscription import Frequency
from care.models.understanding import Entities
from care.rules.entities import find_entities
from care.rules.spoken_dates import WEEKDAYS
from care.rules.words import picked, words_of

# What it was: "from weekly to monthly", "monthly instead of weekly".
_WAS = re.compile(
    r"\bfrom\b(?! now)(?:(?!\bfrom\b).)*?(?=\bto\b)"
    rf"|\b(?:{'|'.join(WEEKDAYS)})s?\s+(?:do(?:es)?(?:n'?t| not)|no longer|(?:is|are)(?:n'?t| not| no))\b[^.,;!?]*"
    r"|\b(?:instead of|rather than|and not)\s+(?:(?:on|every|once|a|the|two|2|other|second|of|each)\s+)*[\w-]+",
    re.I | re.S,
)
_PAYING = re.compile(r"\b(?:pay|paying|payment|card|method|charge)\b|\bpm_\w+", re.I)
# Words that all payment methods share.
_PLAIN = {"your", "payment", "method", "card", "that", "is", "was", "the", "test", "my", "ending", "in"}


def rhythm_wanted(text: str, found: Entities) -> dict[str, Any]:
    """The fields `frequency` and `delivery_day` of a change, as far as they are named."""
    rest = _WAS.sub(" ", text)
    said = found if rest == text else find_entities(rest)
    wanted: dict[str, Any] = {}
    if said.frequency:
        wanted["frequency"] = Frequency(said.frequency)
    if said.delivery_day is not None and said.frequency != "daily":
        wanted["delivery_day"] = said.delivery_day
    return wanted


def is_about_paying(text: str) -> bool:
    return bool(_PAYING.search(text))


def method_named(text: str, methods: Sequence[StoredMethod], *, offered: bool = False) -> StoredMethod | None:
    """The method whose own words the message names; by its place in the list where it was `offered`."""
    if offered and (index := picked(text, len(methods))) is not None:
        return methods[index]
    said = set(words_of(text))
    hits = {m.payment_method: _hits(m, said) for m in methods}
    best = max(hits.values(), default=0)
    named = [m for m in methods if hits[m.payment_method] == best]
    return named[0] if best and len(named) == 1 else None


def _hits(method: StoredMethod, said: set[str]) -> int:
    if method.payment_method.casefold() in said:
        return 100
    return len((set(words_of(method.label)) - _PLAIN) & said)

"""Corrections: "not the milk, the chips", "sorry, 3 not 2", "I said Monday, not Friday"."""

from __future__ import annotations

import re
from typing import Any

from care.models.understanding import Entities
from care.rules.entities import find_entities

_DENIED = re.compile(
    r"\b(?:not|instead of|rather than)\s+(?:for |on |at )?"
    r"(?P<what>(?:the |my |that |this )?[^,.;:!?]+?)(?=\s*(?:[,.;:!?]|$|\bbut\b|\bit'?s\b|\bi (?:meant|mean|said)\b))",
    re.I,
)
# The word before it is looked for from there backwards: forwards, one long word would be gone through again and again.
_BEFORE, _NEAR = re.compile(r"[\w']+(?=\W*$)"), 40
# "It is not working", "I have not received ORD004": a plain no, and nothing that is corrected.
_PLAIN = {
    "am", "is", "are", "was", "were", "do", "does", "did", "has", "have", "had", "can", "could", "will", "would",
    "should", "may", "might", "i'm", "it's", "that's", "if", "or", "why",
}  # fmt: skip
_MEANT = re.compile(
    r"\bi (?:meant|mean)\b|\bi was (?:talking|asking) about\b"
    r"|^(?:no|sorry|oops|wait|not|(?:ok|okay|well|alright|fine),? then)\b",
    re.I,
)
_AMENDS = re.compile(
    r"\bi (?:meant|mean|said)\b|\binstead\b|\brather\b|\bmake (?:it|that)\b|\b(?:the )?other one\b|\bnot\b"
    r"|^(?:no|nope|sorry|oops|wait|actually|hm+)\b",
    re.I,
)


def settled(text: str, found: Entities) -> Entities:
    """What is named and not taken back. What is only taken back stays: it may be meant after all."""
    denied = " ".join(m["what"] for m in _denials(text))
    if not denied:
        return found
    no, yes = find_entities(denied, found.products), find_entities(_kept(text), found.products)
    changes: dict[str, Any] = {}
    for name in ("order_ids", "subscription_ids", "products", "dates"):
        left = [each for each in getattr(found, name) if each not in getattr(no, name)]
        changes[name] = left or getattr(found, name)
    for name in ("quantity", "delivery_day", "frequency"):
        if getattr(no, name) is not None and getattr(found, name) in (getattr(no, name), None):
            changes[name] = getattr(yes, name)
    return found.model_copy(update=changes)


def means_other(text: str) -> bool:
    """ "I meant ORD005": the same wish, about something else."""
    return bool(_MEANT.search(text.strip()))


def amends(text: str) -> bool:
    """Whether the words put right what was shown, rather than ask for something of their own."""
    return bool(_AMENDS.search(text.strip()))


def _denials(text: str) -> list[re.Match[str]]:
    plain = text.replace("\N{RIGHT SINGLE QUOTATION MARK}", "'")
    return [m for m in _DENIED.finditer(plain) if _word_before(plain, m.start()) not in _PLAIN]


def _word_before(text: str, end: int) -> str:
    word = _BEFORE.search(text[max(0, end - _NEAR) : end])
    return word[0].casefold() if word else ""


def _kept(text: str) -> str:
    for match in reversed(_denials(text)):
        text = f"{text[: match.start('what')]} {text[match.end('what') :]}"
    return text

"""What a message asks about subscriptions, told by its words; typing slips are allowed. Pure."""

from __future__ import annotations

import re
from difflib import SequenceMatcher
from functools import lru_cache
from typing import Literal

from care.rules.patterns import any_of

# Words that are worth mending; at least this much of one must be there.
_KEYWORDS = (
    "skip", "unskip", "pause", "resume", "cancel", "change", "switch", "postpone", "reschedule", "unsubscribe",
    "subscribe", "subscription", "delivery", "deliveries", "restart", "suspend", "tomorrow",
)  # fmt: skip
_ALIKE = 0.8
# Good words that look like one of them.
_OTHERS = {"charge", "charged", "charges", "switches", "research", "delivered", "deliver", "delivers"}
_WORD = re.compile(r"[^\W\d_]{4,}")


_OPENING = r"(?:^|[,;:)]\s*|\b(?:and|so|but|please|hi|hello|hey|ok|okay|well|also)\s+)"
_ASKS = re.compile(
    rf"{_OPENING}(?:when(?:'s)?|what(?:'s)?|which|how (?:much|many|often|long|is|are)|where(?:'s)?|why|who|show|list"
    r"|view|display|status|is|are|was|were|am i|do i|did|does|has|have (?:i|you|my)|will)\b"
    r"(?! (?:about|it possible|there (?:a|any) way|you able|you please|if))"
    r"|\bcan i\b.{0,40}\b(?:any ?time|whenever|later)\b"
    r"|\b(?:tell me|(?:want|like) to (?:know|see)|wondering|check|see|remind me)\b.{0,12}"
    r"\b(?:when|what|which|how|if|whether|my|the|status)\b"
    r"|^(?:my )?(?:next|upcoming) (?:delivery|deliveries|dates?)\W*$|^(?:my )?subscriptions?\W*$|\bcuándo\b|कब"
)
Question = Literal["next", "upcoming", "price", "last", "address", "payment", "standing"]
_QUESTIONS: list[tuple[Question, re.Pattern[str]]] = [
    ("price", any_of(r"\bhow much (?:is|does|do|will|am|are|for)\b|\b(?:price|costs?|expensive|total|cuánto)\b|कितन")),
    (
        "payment",
        any_of(
            r"\b(?:which|what) (?:card|payment)|\bpayment method\b|\bpaid (?:with|by|from)\b|\bpay with\b",
            r"\bhow (?:is|are|do)\b.{0,20}\b(?:paid|pay)\b",
        ),
    ),
    ("address", any_of(r"\bwhere (?:do|does|is|are|will)\b|\baddress\b")),
    (
        "last",
        any_of(
            r"\b(?:last|previous|recent)\b|\b(?:did|was|were)\b.{0,40}\b(?:deliver|delivered|send|sent|bring|get)\b"
        ),
    ),
    (
        "upcoming",
        any_of(r"\b(?:upcoming|dates|schedule|calendar|deliveries|shipments|next (?:few|two|three|four|five|\d))\b"),
    ),
    ("next", any_of(r"\b(?:next|when|coming|cuándo)\b|कब")),
]


def questions_in(text: str) -> list[Question]:
    """What is asked of a subscription; "standing" where nothing special is."""
    said = mended(text)
    asked = [kind for kind, pattern in _QUESTIONS if pattern.search(said)]
    if "last" in asked:
        return ["last"]
    return [kind for kind in asked if kind != "next" or "upcoming" not in asked] or ["standing"]


def is_question(text: str) -> bool:
    return any(_ASKS.search(said) for said in sentences(text))


def mended(text: str) -> str:
    """In small letters, with slips like "puase" and "cancle" put right."""
    plain = " ".join(text.casefold().replace("\N{RIGHT SINGLE QUOTATION MARK}", "'").split())
    return _WORD.sub(lambda match: _mended(match[0]), plain)


def sentences(text: str) -> list[str]:
    return [part for part in re.split(r"(?<=[.?!])\s+|\n+|;", mended(text)) if part.strip()]


@lru_cache(maxsize=4096)
def _mended(word: str) -> str:
    if word in _OTHERS or any(word.startswith(key) for key in _KEYWORDS):
        return word
    alike = [(SequenceMatcher(None, word, key, autojunk=False).ratio(), key) for key in _KEYWORDS if key[0] == word[0]]
    ratio, key = max(alike, default=(0.0, word))
    return key if ratio >= _ALIKE or sorted(key) == sorted(word) else word

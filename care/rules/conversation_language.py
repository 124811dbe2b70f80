"""Which language a conversation is in, turn after turn, and in which script Hindi is written."""

from __future__ import annotations

import re
from collections.abc import Sequence

from care.rules.language import foreign_words, language_of

# Little words that are frequent in English, and what customers mostly write about.
_ENGLISH = {
    "the", "is", "are", "was", "my", "i", "you", "your", "it", "this", "that", "to", "of", "and", "for", "in", "on",
    "with", "have", "has", "want", "need", "please", "what", "when", "where", "how", "can", "not", "don't", "did",
    "order", "orders", "parcel", "package", "refund", "cancel", "skip", "pause", "stop", "change", "track", "status",
    "delivery", "subscription", "subscribe", "money", "payment", "paid", "wallet", "account", "address", "arrived",
    "broken", "damaged", "missing", "wrong", "late", "help", "talk", "person", "hi", "hello", "thanks", "thank", "yes",
    "let", "think", "know", "see", "look", "get", "got", "make", "take", "give", "tell", "show", "would", "could",
    "should", "will", "does", "been", "being", "am", "by", "from", "about", "if", "then", "than", "but", "why", "who",
    "which", "here", "there", "some", "any", "again", "still", "yet", "now", "already", "only", "very", "much", "many",
    "really", "just", "well", "maybe", "later", "soon", "sorry", "great", "good", "fine", "sure", "so", "something",
    "anything", "nothing", "they", "them", "their", "we", "us", "our", "there's", "i'm", "i'd", "i'll", "it's",
    "that's", "can't", "won't", "isn't", "doesn't", "wait", "before", "after", "because", "same", "other", "another",
    "first", "second", "last", "next", "were", "had", "today", "tomorrow", "yesterday", "never", "always", "too",
    "instead",
}  # fmt: skip
# What customers say in any language.
_OF_ALL = {"ok", "okay", "no", "hmm"}
_DEVANAGARI = re.compile(r"[\u0900-\u097f]")
_WORD = re.compile(r"(?<![\w-])[^\W\d_]+(?:'[a-z]+)?(?![\w-])")


def is_plainly_english(text: str) -> bool:
    """Two little words and a third of all; a bare id, "ok" or the name of a product is of no language."""
    words = _WORD.findall(text.lower())
    hits = sum(word in _ENGLISH for word in words)
    return hits >= 2 and hits * 3 >= len(words) and language_of(text) == "en"


def plausible(claimed: object, text: str) -> str:
    """The language of a message, given what a model takes it for. What script and little words tell is not up to the
    model; nor is a message without words, or one whose only known words are English. Codes of ISO 639."""
    told, words = language_of(text), [word for word in _WORD.findall(text.lower()) if word not in _OF_ALL]
    english = any(word in _ENGLISH for word in words)
    if told != "en" or not words or (english and not foreign_words(text)) or is_plainly_english(text):
        return told
    code = claimed.strip().lower() if isinstance(claimed, str) else ""
    return code if re.fullmatch(r"[a-z]{2,3}", code) else told


def language_now(before: str, found: str, text: str) -> str:
    """The language of a conversation after a message: "ORD004" or "ok" does not turn Spanish into English."""
    return before if found == "en" and not is_plainly_english(text) else found


def tag_of(language: str, said: Sequence[str]) -> str:
    """The language with its script (BCP 47): Hindi as the customer wrote it last. `said` are messages, newest last."""
    if language != "hi":
        return language
    in_hindi = [text for text in said if language_of(text) == "hi"]
    return "hi" if not in_hindi or _DEVANAGARI.search(in_hindi[-1]) else "hi-Latn"

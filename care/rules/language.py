"""Which language a message is in, as far as script and common little words tell."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal

# Little words that are frequent in one language and unused in English.
_SPANISH = {
    "el", "los", "las", "una", "unos", "del", "que", "está", "esta", "están", "mi", "mis", "tu", "su", "por",
    "para", "con", "pero", "porque", "cómo", "como", "dónde", "donde", "cuándo", "cuando", "cuál", "qué", "quiero",
    "quisiera", "necesito", "puedo", "puede", "tengo", "hola", "gracias", "pedido", "paquete", "dinero", "llegado",
    "llegó", "devolución", "reembolso", "suscripción", "cancelar", "favor", "ayuda", "hay", "muy", "también", "sí",
    "es", "y",
}  # fmt: skip
_HINDI_LATIN = {
    "mera", "meri", "mere", "mujhe", "kahan", "kahaan", "hai", "hain", "nahi", "nahin", "kya", "kaise", "kab",
    "chahiye", "karo", "karna", "kijiye", "paisa", "paise", "wapas", "abhi", "tak", "raha", "rahi", "aaya", "aayi",
    "mila", "bhai", "ko", "ka", "ki", "ke",
}  # fmt: skip
# Little words that are frequent in English, and what customers mostly write about.
_ENGLISH = {
    "the", "is", "are", "was", "my", "i", "you", "your", "it", "this", "that", "to", "of", "and", "for", "in", "on",
    "with", "have", "has", "want", "need", "please", "what", "when", "where", "how", "can", "not", "don't", "did",
    "order", "orders", "parcel", "package", "refund", "cancel", "skip", "pause", "stop", "change", "track", "status",
    "delivery", "subscription", "subscribe", "money", "payment", "paid", "wallet", "account", "address", "arrived",
    "broken", "damaged", "missing", "wrong", "late", "help", "talk", "person", "hi", "hello", "thanks", "thank", "yes",
}  # fmt: skip
_DEVANAGARI = re.compile(r"[\u0900-\u097f]")
_WORD = re.compile(r"(?<![\w-])[^\W\d_]+(?:'[a-z]+)?(?![\w-])")


def language_of(text: str) -> Literal["en", "hi", "es"]:
    """Two little words at least, and a quarter of all, so that a name or a slip does not turn English into Spanish."""
    if _DEVANAGARI.search(text):
        return "hi"
    words = re.findall(r"[^\W\d_]+", text.lower())
    tables: tuple[tuple[Literal["es", "hi"], set[str]], ...] = (("es", _SPANISH), ("hi", _HINDI_LATIN))
    for code, known in tables:
        hits = sum(word in known for word in words)
        if hits >= 2 and hits * 4 >= len(words):
            return code
    return "en"


def is_plainly_english(text: str) -> bool:
    """Two little words and a third of all; a bare id, "ok" or the name of a product is of no language."""
    words = _WORD.findall(text.lower())
    hits = sum(word in _ENGLISH for word in words)
    return hits >= 2 and hits * 3 >= len(words) and language_of(text) == "en"


def plausible(claimed: object, text: str) -> str:
    """The language of a message, given what a model takes it for. What script and little words tell is not up to the
    model; nor is a message without words, or one whose only known words are English. Codes of ISO 639."""
    told, words = language_of(text), _WORD.findall(text.lower())
    others = [word for word in words if word in _SPANISH | _HINDI_LATIN]
    english = [word for word in words if word in _ENGLISH]
    if told != "en" or not words or (english and not others) or is_plainly_english(text):
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

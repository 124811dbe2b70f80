"""Which language a message is in, as far as script and common little words tell."""

from __future__ import annotations

import re
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


def language_of(text: str) -> Literal["en", "hi", "es"]:
    """Two little words at least, and a quarter of all, so that a name or a slip does not turn English into Spanish."""
    if re.search(r"[\u0900-\u097f]", text):
        return "hi"
    words = re.findall(r"[^\W\d_]+", text.lower())
    tables: tuple[tuple[Literal["es", "hi"], set[str]], ...] = (("es", _SPANISH), ("hi", _HINDI_LATIN))
    for code, known in tables:
        hits = sum(word in known for word in words)
        if hits >= 2 and hits * 4 >= len(words):
            return code
    return "en"

"""How people are found by the beginning of what is known of them: keys for an index, the same for what is kept and for
what is looked for. Pure."""

from __future__ import annotations

import unicodedata

_MOST_WORDS = 12
_LONGEST = 100


def key(text: str) -> str:
    """Without case, accents and spare blanks: "  Élodie  B" as "elodie b"."""
    text = text.encode("utf-8", "ignore").decode()  # half a character, which no database keeps
    plain = "".join(c for c in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(c))
    return " ".join(plain.split())[:_LONGEST]


def name_keys(name: str) -> list[str]:
    """The name, and what is left of it from each further word on: a surname is found as well, and so is the whole."""
    words = key(name).split()[:_MOST_WORDS]
    return [" ".join(words[n:]) for n in range(len(words))]

"""Which products of the catalogue a message means, typing slips allowed."""

from __future__ import annotations

import re
from collections.abc import Sequence
from difflib import SequenceMatcher

# Words and sizes that many names share: alone they name nothing.
_SHARED = {
    "pack", "packs", "box", "bag", "bottle", "jar", "can", "set", "size", "fresh", "organic", "classic", "premium",
    "natural", "free", "large", "small", "medium", "mini", "new", "pro", "plus", "the", "and", "with", "for", "of",
    "in", "day", "order", "subscription",
}  # fmt: skip
# Words that may stand around a name without saying anything of the thing.
_AROUND = {
    "my", "a", "an", "it", "its", "it's", "just", "only", "both", "all", "one", "two", "three", "four", "five", "them",
    "please", "thanks", "that", "this", "those", "these", "from", "is", "was", "about", "s",
}  # fmt: skip
_SIZE = re.compile(r"^\d+(?:x\d+)?(?:ml|l|g|kg|cm|mm|pcs|w|v|gb|tb)?$")
# "I meant the oats, not the mug"
_NEGATED = re.compile(r"\b(?:not|instead of|rather than) (?:the|my|that|those|these)\s+[^\W_]+", re.I)
# A typing slip keeps at least this much of a word of five letters or more; in shorter words two letters may change
# places or one be doubled ("mlik", "milkk").
_ALIKE = 0.8
_SHORTEST = 3


def products_in(text: str, names: Sequence[str]) -> list[str]:
    """The names meant, best first. A word that fits several names gives them all: the caller asks which one."""
    said = _words(_NEGATED.sub(" ", text)) or _words(text)
    found = {name: [word for word in _words(name) if _said(word, said)] for name in names}
    hits = {name: set(words) for name, words in found.items() if words}
    best = [name for name in hits if not any(hits[name] < hits[other] for other in hits)]
    return sorted(best, key=lambda name: (-len(hits[name]), len(_words(name)), names.index(name)))


def is_only_names(text: str, names: Sequence[str]) -> bool:
    """ "The mugs", "just the green tea": products, and nothing that is said of them."""
    known = [word for name in names for word in _words(name)]
    left = [word for word in _words(text) if not any(_said(part, [word]) for part in known)]
    return bool(names) and set(left) <= _AROUND


def _words(text: str) -> list[str]:
    words = (_singular(word) for word in re.findall(r"[^\W_]+", text.lower()))
    return [word for word in words if word not in _SHARED and not _SIZE.match(word)]


def _singular(word: str) -> str:
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word


def _said(word: str, said: list[str]) -> bool:
    return any(word == other or _slip(word, other) for other in said)


def _slip(word: str, other: str) -> bool:
    if word[0] != other[0]:
        return False
    if min(len(word), len(other)) < 5:
        return len(word) >= _SHORTEST and len(other) > _SHORTEST and _swapped_or_doubled(word, other)
    return SequenceMatcher(None, word, other, autojunk=False).ratio() >= _ALIKE


def _swapped_or_doubled(word: str, typed: str) -> bool:
    """The same letters, in which two neighbours changed places or one was typed twice."""
    if len(word) == len(typed):
        apart = [n for n, (one, two) in enumerate(zip(word, typed, strict=True)) if one != two]
        return len(apart) == 2 and apart[1] == apart[0] + 1 and sorted(word) == sorted(typed)
    return re.sub(r"(.)\1", r"\1", typed) == re.sub(r"(.)\1", r"\1", word)

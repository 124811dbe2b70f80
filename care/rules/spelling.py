"""Slips of typing mended, so that a model of whole words reads "pls pasue my subscrption". Pure.

Only words that nobody knows are touched, and only where a word that customers use is near: a letter left out, doubled,
changed or swapped with its neighbour (Damerau, 1964), a longer word with two such slips, or a short one without its
vowels ("nxt"). The first letter is hardly ever the wrong one, so it has to fit.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from difflib import SequenceMatcher

# No part of an id, an address or a number.
_WORD = re.compile(
    r"(?<![\w@.'\N{RIGHT SINGLE QUOTATION MARK}-])[A-Za-z]{3,}(?![\w@'\N{RIGHT SINGLE QUOTATION MARK}-])"
)
_VOWELS = re.compile("[aeiou]")
# A word that is used so often is no slip of its writer; one that is a word anyway may be meant when used a few times.
_COMMON, _SOME = 6, 3
_SHORTEST = 4  # letters; of fewer, too many words are near
_LONG = 6
_NEAR = 0.86  # share of letters that two long words have in common, in the same order


class Speller:
    """`used` counts the words of customers, in small letters; `known` are further words that are no slips."""

    def __init__(self, used: Mapping[str, int], known: Collection[str]) -> None:
        common = {word for word, count in used.items() if count >= _COMMON}
        self._known = frozenset(known) | common | {word.replace("'", "") for word in used if "'" in word}
        self._by_letter: dict[str, dict[str, int]] = {}
        for word, count in used.items():
            if (word in common or (word in known and count >= _SOME)) and len(word) >= _SHORTEST and word.isalpha():
                self._by_letter.setdefault(word[0], {})[word] = count

    def mended(self, text: str) -> str:
        return _WORD.sub(lambda match: self._word(match[0]), text)

    def _word(self, written: str) -> str:
        word = written.lower()
        if word in self._known or word.removesuffix("s") in self._known:
            return written
        near = self._near(word)
        # Letters that are all there in another order are the likeliest slip.
        return max(near, key=lambda each: (sorted(each) == sorted(word), near[each]), default=written)

    def _near(self, word: str) -> dict[str, int]:
        words = self._by_letter.get(word[0], {})
        if not _VOWELS.search(word[1:]) and word[0] not in "aeiou":
            return {each: count for each, count in words.items() if _VOWELS.sub("", each) == word}
        if len(word) < _SHORTEST:
            return {}
        one = {each: count for each, count in words.items() if _one_slip(word, each)}
        if one or len(word) < _LONG:
            return one
        return {each: count for each, count in words.items() if len(each) >= _LONG and _alike(word, each)}


def _one_slip(a: str, b: str) -> bool:
    """Whether one letter left out, put in, changed, or swapped with the next makes one word of the other."""
    if abs(len(a) - len(b)) > 1:
        return False
    same = next((i for i, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b)))
    a, b = a[same:], b[same:]
    if len(a) == len(b):
        return a[1:] == b[1:] or (a[:2] == b[1::-1] and a[2:] == b[2:])
    return a[1:] == b or a == b[1:]


def _alike(a: str, b: str) -> bool:
    return abs(len(a) - len(b)) <= 2 and SequenceMatcher(None, a, b, autojunk=False).ratio() >= _NEAR

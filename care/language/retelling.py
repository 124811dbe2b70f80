"""A finished English sentence, told again in another language.

What comes from behind the portal was filled with its values long before anybody knew who reads it: notices lie in the
store, refusals cross Temporal. So the sentence is held against the catalogue's texts: where one fits, its values are
taken out, told again themselves, and put into the translation. What fits nothing stays as it is.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

_HOLE = re.compile(r"\{(\w+)\}")
_SENTENCES = re.compile(r"(?<=[.!?])\s+(?=\S)")
_DEEPEST = 4  # a sentence in a sentence in a sentence; no text of ours goes deeper


@dataclass(frozen=True)
class _Template:
    text: str
    translation: str

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """Each hole of the text, any characters; a hole that stands twice holds the same both times."""
        parts, seen = [], set[str]()
        for n, piece in enumerate(_HOLE.split(self.text)):
            if n % 2 == 0:
                parts.append(re.escape(piece))
            elif piece in seen:
                parts.append(f"(?P=_{piece})")
            else:
                seen.add(piece)
                parts.append(f"(?P<_{piece}>.*?)")
        return re.compile("".join(parts), re.DOTALL)

    @property
    def fixed(self) -> int:
        """How many of its characters are not holes: what says most is tried first."""
        return len(_HOLE.sub("", self.text))


class Retelling:
    """`texts` maps English texts, with `{holes}`, to their translations; `value` writes a date or an amount anew."""

    def __init__(self, texts: dict[str, str], value: Callable[[str], str]) -> None:
        self._exact = texts
        self._value = value
        templates = [_Template(*pair) for pair in texts.items() if _HOLE.search(pair[0])]
        # A text of hardly more than holes would fit anything.
        self._templates = sorted((t for t in templates if t.fixed >= 4), key=lambda t: -t.fixed)

    def tell(self, sentence: str, depth: int = 0) -> str:
        whole = self._whole(sentence, depth)
        if whole is not None:
            return whole
        pieces = _SENTENCES.split(sentence)
        if len(pieces) == 1 or depth > _DEEPEST:
            return self._value(sentence)
        return " ".join(self.tell(piece, depth + 1) for piece in pieces)

    def _whole(self, sentence: str, depth: int) -> str | None:
        bare = sentence.strip()
        if (exact := self._exact.get(bare)) is not None:
            return sentence.replace(bare, exact) if bare else sentence
        if depth > _DEEPEST:
            return None
        for template in self._templates:
            if found := template.pattern.fullmatch(sentence):
                values = {name[1:]: self.tell(said, depth + 1) for name, said in found.groupdict().items()}
                return template.translation.format(**values)
        return None

"""A finished English sentence, told again in another language.

What comes from behind the portal was filled with its values long before anybody knew who reads it: notices lie in the
store, refusals cross Temporal. So each sentence is held against the catalogue's texts: where one fits, its values are
taken out, told again themselves, and put into the translation. What fits nothing stays as it is.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

SENTENCES = re.compile(r"(?<=[.!?])\s+(?=\S)")
_HOLE = re.compile(r"\{(\w+)\}")
_DEEPEST = 4  # a sentence in a sentence in a sentence; no text of ours goes deeper
_LONGEST = 4  # so many seeming sentences may be one, as in "Order 2 of Dr. Oetker is paid."
_REMEMBERED = 2000
_ENOUGH = 4  # letters: "{first} and {last}" has fewer
# What somebody else has written, or called their product: as it is, whatever it says.
_AS_IT_IS = frozenset({"name", "note"})


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
                parts.append(f"(?P<_{piece}>.+?)")
        return re.compile("".join(parts), re.DOTALL)

    def keeps(self, hole: str) -> bool:
        """In backticks stands a word of a file, which has no translation."""
        return hole in _AS_IT_IS or f"`{{{hole}}}`" in self.text

    @cached_property
    def rarest(self) -> str:
        """The longest piece between holes: without it in a sentence, the pattern need not be tried."""
        return max(_HOLE.split(self.text)[::2], key=len)

    @cached_property
    def letters(self) -> int:
        """How much of it is not holes: what says most is tried first."""
        return sum(c.isalpha() for c in _HOLE.sub("", self.text))


class Retelling:
    """`texts` maps English texts, with `{holes}`, to their translations; `value` writes a date or an amount anew."""

    def __init__(self, texts: dict[str, str], value: Callable[[str], str]) -> None:
        self._exact = texts
        self._value = value
        self._known: dict[str, str] = {}
        templates = [_Template(*pair) for pair in texts.items() if _HOLE.search(pair[0])]
        self._templates = sorted((t for t in templates if t.letters), key=lambda t: -t.letters)

    def tell(self, text: str) -> str:
        """The same text for the same text: lists show the same notices again and again."""
        if text not in self._known:
            if len(self._known) >= _REMEMBERED:
                self._known.clear()
            self._known[text] = self._told(text, 0)
        return self._known[text]

    def _told(self, text: str, depth: int) -> str:
        """Sentence by sentence. What only seems to end one, as after "Dr.", does not if more can be told without it."""
        bare = text.strip()
        if not bare or depth > _DEEPEST:
            return text
        pieces = SENTENCES.split(bare)
        # From each piece on: how many cannot be told, how few sentences there are (negative), and what is told.
        best: list[tuple[int, int, list[str]]] = [(0, 0, [])]
        for at in range(len(pieces) - 1, -1, -1):
            ways = []
            for length, (lost, sentences, rest) in enumerate(best[:_LONGEST], 1):
                said = self._whole(" ".join(pieces[at : at + length]), depth)
                if said is not None:
                    ways.append((lost, sentences - 1, [said, *rest]))
                elif length == 1:
                    ways.append((lost + 1, sentences - 1, [self._value(pieces[at]), *rest]))
            best.insert(0, min(ways, key=lambda way: way[:2]))
        return text.replace(bare, " ".join(best[0][2]), 1)

    def _whole(self, sentence: str, depth: int) -> str | None:
        if (exact := self._exact.get(sentence)) is not None:
            return exact
        for template in self._templates:
            # Hardly more than holes would fit any sentence; within one, "{a} and {b}" is what it seems.
            if depth == 0 and template.letters < _ENOUGH:
                return None
            if template.rarest in sentence and (found := template.pattern.fullmatch(sentence)):
                return template.translation.format(**self._filled(found, template, depth + 1))
        return None

    def _filled(self, found: re.Match[str], template: _Template, depth: int) -> dict[str, str]:
        values = {name[1:]: said for name, said in found.groupdict().items()}
        return {name: said if template.keeps(name) else self._told(said, depth) for name, said in values.items()}

"""Letters of any script on paper: which font has a letter, and how one is shown that no font has.

The fonts are Noto's (OFL), from the package manimgx-fonts. Without it a PDF's own fonts know Latin-1 only, and the rest
is shown as code points: a letter may be ugly, but is never lost.
"""

from __future__ import annotations

import importlib.util
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from fontTools.ttLib import TTFont

_PACKAGE = "manimgx_fonts"
_FIRST, _LAST = "NotoSans[wght]", ("NotoSansSymbols[wght]", "NotoEmoji[wght]")
_LATIN_1 = frozenset(chr(code) for code in (*range(0x20, 0x7F), *range(0xA0, 0x100)) if code != 0xAD)
# Joiners shape the letters beside them, and variation selectors ask for a look: neither is a letter.
_JOINERS = {"\u200c", "\u200d"}
_LOOKS = {"\ufe0e", "\ufe0f"}
# More marks than this on one letter would reach into other lines.
_MOST_MARKS = 4
# Wider than any letter of a text should be, in widths of an em: one ligature of Arabic is ten.
_WIDEST = 4
_RIGHT_TO_LEFT = {"R", "AL", "AN"}
_STRONG = {*_RIGHT_TO_LEFT, "L", "EN"}
# Signs in a row, without a letter or digit among them.
_MOST_SIGNS = 200


@dataclass(frozen=True)
class Face:
    name: str
    path: Path
    letters: frozenset[str]


@cache
def faces() -> tuple[Face, ...]:
    """All upright fonts that are installed, the one for Latin first; none without the package."""
    spec = importlib.util.find_spec(_PACKAGE)
    if spec is None or spec.origin is None:
        return ()
    found = {path.stem: path for path in Path(spec.origin).parent.glob("Noto*.ttf") if "Italic" not in path.stem}
    order = [_FIRST, *sorted(found.keys() - {_FIRST, *_LAST}), *_LAST]
    return tuple(Face(name, found[name], _letters(found[name])) for name in order if name in found)


def _letters(path: Path) -> frozenset[str]:
    with TTFont(path, lazy=True) as font:
        widths, em = font["hmtx"], font["head"].unitsPerEm
        return frozenset(chr(code) for code, glyph in font.getBestCmap().items() if widths[glyph][0] <= _WIDEST * em)


def faces_for(text: str) -> list[Face]:
    """Those that `text` needs, most wanted first; the first of all is always among them."""
    chosen: list[Face] = []
    missing = set(text)
    for face in faces():
        if not chosen or missing & face.letters:
            chosen.append(face)
            missing -= face.letters
    return chosen


def letters_of(chosen: Iterable[Face]) -> frozenset[str]:
    return frozenset[str]().union(*(face.letters for face in chosen)) or _LATIN_1


def visible(text: str, letters: frozenset[str]) -> str:
    """`text` as it can be drawn with `letters`. What cannot be, and what would act on the page unseen (controls, turns
    of direction, towers of marks), is shown as its code point: "[U+0939]"."""
    out: list[str] = []
    marks = 0
    for letter in "\n".join(text.splitlines()).replace("\t", "    "):
        category = unicodedata.category(letter)
        marks = marks + 1 if category in ("Mn", "Me") else 0
        if letter == "\n" or (letter in _JOINERS | _LOOKS and letter in letters):
            out.append(letter)
        elif letter in _LOOKS:
            continue
        elif letter in letters and category[0] != "C" and marks <= _MOST_MARKS:
            out.append(letter)
        else:
            out.append(f"[U+{ord(letter):04X}]")
    return "".join(out)


def needs_shaping(text: str) -> bool:
    """Whether some of its letters stack, join, or run from right to left.

    Never for a text with a longer run of mere signs than anybody writes: fpdf2 walks through it by recursion.
    """
    signs, stacked = 0, False
    for letter in text:
        direction = unicodedata.bidirectional(letter)
        signs = 0 if direction in _STRONG else signs + 1
        if signs > _MOST_SIGNS:
            return False
        stacked = stacked or direction in _RIGHT_TO_LEFT | {"NSM"} or letter in _JOINERS
    return stacked

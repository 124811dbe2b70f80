"""A text of the source, cut into its sentences; what fills its holes gives them their names."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from care.language.retelling import SENTENCES

# As it stands in the source: what is written out, and what is filled in between.
Text = tuple[str | ast.expr, ...]
_NUMBERED = re.compile(r"\{(\d+)\}")


def sentences(text: Text) -> Iterator[str]:
    """The text with its holes named, cut where a sentence ends."""
    written = ""
    for number, part in enumerate(text):
        if isinstance(part, str):
            written += part
        elif written.endswith((".", "!", "?")):
            written += f" {{{number}}}"  # a value right behind a sentence is the next one, and brings its space
        else:
            written += f"{{{number}}}"
    for sentence in SENTENCES.split(written):
        yield _named(_without_first(sentence.strip()), text)


def _named(sentence: str, text: Text) -> str:
    """Two holes have one name only where the same fills them."""
    names: dict[str, str] = {}

    def name(hole: re.Match[str]) -> str:
        part = text[int(hole[1])]
        filling = ast.unparse(part) if isinstance(part, ast.expr) else part
        called = _name(part) if isinstance(part, ast.expr) else part
        while names.setdefault(called, filling) != filling:
            called += "_"
        return f"{{{called}}}"

    return _NUMBERED.sub(name, sentence)


def _without_first(sentence: str) -> str:
    """ "{sent}The payment failed." as "The payment failed.": what is filled in there is a sentence of its own."""
    hole, closing, rest = sentence.partition("}")
    return rest.strip() if hole.startswith("{") and closing and rest.strip()[:1].isupper() else sentence


def _name(value: ast.expr) -> str:
    """The word that says most of what fills a hole."""
    match value:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name.strip("_").lower()
        case ast.Call(func=ast.Attribute(attr="join"), args=[listed]):
            return _name(listed)
        case ast.Call(func=ast.Name(id="len" | "max" | "min" | "sorted" | "str" | "round"), args=[first, *_]):
            return _name(first)
        case ast.Call(func=ast.Name(id=name)):
            return name.strip("_").lower()
        case ast.Call(func=ast.Attribute(value=inner)) | ast.Subscript(value=inner):
            return _name(inner)
        case ast.BinOp(left=inner) | ast.GeneratorExp(elt=inner) | ast.ListComp(elt=inner):
            return _name(inner)
        case ast.BoolOp(values=[inner, *_]) | ast.IfExp(body=inner):
            return _name(inner)
        case _:
            return "value"

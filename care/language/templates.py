"""The English texts of a module as templates, read from its source: an f-string's values become `{named}` holes.

    why = "it came late" if late else "it never came"
    return f"We are sorry that {why}. Order {order.order_id} is paid back."

holds "We are sorry that it came late.", "We are sorry that it never came." and "Order {order_id} is paid back.": whole
sentences, as a translator needs them. What a choice, a variable of the same function or a private helper of the module
puts into a sentence is put in; everything else is a hole, named by what fills it.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import product

from care.language.retelling import SENTENCES

_NUMBERED = re.compile(r"\{(\d+)\}")
# More ways than this to fill a sentence, and its parts are told one by one.
_MOST_WAYS = 16
Part = str | ast.expr
Text = tuple[Part, ...]


@dataclass
class Module:
    """`taken` are the texts that stand in another one: nobody reads them alone."""

    tree: ast.Module
    taken: set[int] = field(default_factory=set)

    def __post_init__(self) -> None:
        self._scope_of: dict[int, ast.AST] = {}
        self._values: dict[tuple[int, str], list[ast.expr]] = {}
        self._functions = {each.name: each for each in self.tree.body if isinstance(each, ast.FunctionDef)}
        self._read(self.tree, self.tree)

    def _read(self, node: ast.AST, scope: ast.AST) -> None:
        self._scope_of[id(node)] = scope
        for target, value in _assigned(node):
            self._values.setdefault((id(scope), target), []).append(value)
        inner = node if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) else scope
        for child in ast.iter_child_nodes(node):
            self._read(child, inner)

    def sentences(self, node: ast.expr) -> Iterator[str]:
        """What a literal says, in each of its ways, sentence by sentence."""
        for text in self._ways(node) or []:
            yield from _sentences(text)

    def _ways(self, node: ast.expr, depth: int = 0) -> list[Text] | None:
        """Each way in which it can read; None for what is no text, or none that stands in this module."""
        match node:
            case ast.Constant(value=str(said)):
                return [(said,)]
            case ast.JoinedStr(values=values):
                return self._joined(values, depth)
            case ast.IfExp(body=body, orelse=orelse):
                return _either(self._ways(body, depth), self._ways(orelse, depth))
            case ast.Name(id=name) if depth < 4:
                scope = self._scope_of.get(id(node), self.tree)
                return self._all(self._values.get((id(scope), name), []), depth)
            case ast.Call(func=ast.Name(id=name)) if depth < 4 and name.startswith("_") and name in self._functions:
                return self._all(_returned(self._functions[name]), depth)
            case _:
                return None

    def _all(self, values: list[ast.expr], depth: int) -> list[Text] | None:
        found: list[Text] = []
        for value in values:
            ways = self._ways(value, depth + 1)
            if ways is None:
                return None
            found += ways
        self.taken |= {id(part) for value in values for part in ast.walk(value)}
        return found or None

    def _joined(self, values: list[ast.expr], depth: int) -> list[Text]:
        filled: list[list[Text]] = []
        for value in values:
            inner = value.value if isinstance(value, ast.FormattedValue) else value
            ways = self._ways(inner, depth)
            if ways and len(ways) * _count(filled) <= _MOST_WAYS:
                self.taken |= {id(part) for part in ast.walk(inner)}
                filled.append(ways)
            else:
                filled.append([(inner,)])
        return [tuple(part for text in way for part in text) for way in product(*filled)]


def _assigned(node: ast.AST) -> Iterator[tuple[str, ast.expr]]:
    """Each name that the statement gives a value, with the value."""
    match node:
        case ast.Assign(targets=[ast.Tuple(elts=names)], value=ast.Tuple(elts=values)):
            yield from (
                (name.id, value) for name, value in zip(names, values, strict=True) if isinstance(name, ast.Name)
            )
        case ast.Assign(targets=[ast.Name(id=name)], value=value):
            yield name, value
        case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value):
            yield name, value
        case ast.AugAssign(target=ast.Name(id=name)) | ast.NamedExpr(target=ast.Name(id=name)):
            yield name, ast.Constant(None)  # no text that stands here as a whole
        case ast.arg(arg=name):
            yield name, ast.Constant(None)


def _returned(function: ast.FunctionDef) -> list[ast.expr]:
    return [each.value for each in ast.walk(function) if isinstance(each, ast.Return) and each.value]


def _either(one: list[Text] | None, other: list[Text] | None) -> list[Text] | None:
    return one + other if one and other else None


def _count(filled: list[list[Text]]) -> int:
    ways = 1
    for each in filled:
        ways *= len(each)
    return ways


def _sentences(text: Text) -> Iterator[str]:
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

"""The English texts of a module as templates, read from its source: an f-string's values become `{named}` holes.

    why = "it came late" if late else "it never came"
    return f"We are sorry that {why}. Order {order.order_id} is paid back."

holds "We are sorry that it came late.", "We are sorry that it never came." and "Order {order_id} is paid back.": whole
sentences, as a translator needs them. What a choice, a variable of the same function or a private helper of the module
puts into a sentence is put in; everything else is a hole, named by what fills it.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import product

from care.language.sentences import Text, sentences

# More ways than this to fill a sentence, and its parts are told one by one.
_MOST_WAYS = 16


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
            yield from sentences(text)

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
            taken, ways = set(self.taken), self._ways(inner, depth)
            if ways and len(ways) * _count(filled) <= _MOST_WAYS:
                self.taken |= {id(part) for part in ast.walk(inner)}
                filled.append(ways)
            else:
                self.taken = taken  # it stands alone then
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

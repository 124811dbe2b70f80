"""Every text that the portal shows is marked, so that it can be translated."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import ui

UI = Path(ui.__file__).parent
# By what shows it: the places of those of its arguments that are texts, however short.
_SHOWS: dict[str, tuple[int, ...]] = {
    **dict.fromkeys(("text", "button", "card", "heading", "thank", "warn", "dialog", "sheet", "label"), (0,)),
    **dict.fromkeys(("link_button", "icon_button", "chip", "notify", "tooltip", "page_title", "input"), (0, 1)),
    **dict.fromkeys(("empty", "banner", "stat"), (0, 1, 2, 3)),
}
_NAMED = {"label", "title", "detail", "placeholder", "hint", "message"}
_MARKS = {"_", "mark", "plural", "retold"}
# Nobody reads these in the portal.
_ELSEWHERE = {
    "info",
    "warning",
    "exception",
    "ValueError",
    "SetupError",
    "run_javascript",
    "props",
    "style",
    "classes",
    "search",
}
# Refusals are told again where they are shown; the guard's answers are for programs.
_ELSEWHERE |= {"Forbidden", "PlainTextResponse", "SetupError"}
# Said to the models, which are asked in English.
_SAID = {"Here is a photo."}
# The same in every language.
_NAMES = re.compile(r"[a-z0-9_ /.:?=&#*-]*|\W*(?:CARE|UTC|kB|MB|PDF|GB|CSV|Shift)\W*")
_SENTENCE = re.compile(r"[A-Z“][^<>{}=;()\n]* [^<>{}=;\n]*")


def test_no_text_of_the_portal_lacks_its_mark() -> None:
    found = []
    for path in sorted(UI.rglob("*.py")):
        tree = ast.parse(path.read_text("utf-8"))
        for line, said in (*_shown(tree), *_sentences(tree)):
            found.append(f"{path.relative_to(UI)}:{line}: {said}")
    assert found == []


def _shown(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """What is handed to something that shows it."""
    for node in ast.walk(tree):
        shown: list[ast.expr] = []
        if isinstance(node, ast.Call):
            places = _SHOWS.get(_name(node.func), ())
            shown = [each for place, each in enumerate(node.args) if place in places]
            shown += [each.value for each in node.keywords if each.arg in _NAMED]
        elif isinstance(node, ast.Assign) and "aria-label" in ast.unparse(node.targets[0]):
            shown = [node.value]
        for each in shown:
            yield from ((each.lineno, said) for said in _literals(each) if _is_text(said))


def _sentences(node: ast.AST) -> Iterator[tuple[int, str]]:
    """What reads as a sentence, wherever it stands: in a table, behind a name."""
    if isinstance(node, ast.Call) and _name(node.func) in _MARKS | _ELSEWHERE:
        return
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):  # a docstring
        return
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        if _SENTENCE.fullmatch(node.value) and _is_text(node.value) and node.value not in _SAID:
            yield node.lineno, node.value
        return
    for child in ast.iter_child_nodes(node):
        yield from _sentences(child)


def _literals(node: ast.expr) -> Iterator[str]:
    """What is written out in it, but for what a mark holds and what only chooses."""
    match node:
        case ast.Constant(value=str(said)):
            yield said
        case ast.JoinedStr(values=values) | ast.BoolOp(values=values):
            yield from (said for each in values for said in _literals(each))
        case ast.FormattedValue(value=value):
            yield from _literals(value)
        case ast.IfExp(body=one, orelse=other) | ast.BinOp(left=one, right=other):
            yield from _literals(one)
            yield from _literals(other)


def _name(function: ast.expr) -> str:
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def _is_text(said: str) -> bool:
    """ "Choose a case"; neither "fact_check" nor "mute small"."""
    return bool(re.search(r"[^\W\d_]{2,}", re.sub(r"[\d.-]+\w", "", said))) and not _NAMES.fullmatch(said)

"""Which texts the product says to people, taken from its source, with the file that each stands in.

The portal marks its own (`_`, `plural`, `mark`). Behind it, refusals are known by the error that is raised, and the
modules of TELLING hold hardly anything but what they tell.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from care.errors import BY_NAME
from care.language.templates import Module

ROOT = Path(__file__).parents[2]
PACKAGES = ("care", "activities", "workflows", "api", "ui")
# Refusals on the command line: of a shop's files, of erasing a customer.
_NOT_READ = {"care/seeding/load.py", "care/erasing.py", "workflows/erasure.py"}
# Notices, steps of a case, findings, signals, reasons, and what refusals are made of.
TELLING = (
    "api/routes/links.py",
    "care/brains/local_judge.py",
    "care/errors.py",
    "care/gateways/ledger.py",
    "care/rules/*_notices.py",
    "care/models/period.py",
    "care/order_changes.py",
    "care/rules/account_changes.py",
    "care/rules/accounts.py",
    "care/rules/approvals.py",
    "care/rules/audit_chain.py",
    "care/rules/cross_check.py",
    "care/rules/digest.py",
    "care/rules/evidence_checks.py",
    "care/rules/handoff.py",
    "care/rules/mailing.py",
    "care/rules/notice_kinds.py",
    "care/rules/occurrences.py",
    "care/rules/order_plans.py",
    "care/rules/parcels.py",
    "care/policy_lines.py",
    "care/rules/policy_gaps.py",
    "care/rules/prepaid*.py",
    "care/rules/rates.py",
    "care/rules/recurrence.py",
    "care/rules/refund_*.py",
    "care/rules/review.py",
    "care/rules/rrule_text.py",
    "care/rules/signals_of_*.py",
    "care/rules/subscription_c*.py",
    "care/rules/subscription_dates.py",
    "care/seeding/demo.py",
    "workflows/*failures.py",
    "workflows/subscribing.py",
    "workflows/subscription_client.py",
)
_MARKS = {"_", "mark", "plural"}
_REFUSALS = {*BY_NAME, "Refused"}
# What is said to programmers and to those who run the shop.
_NOT_TOLD = {"SetupError", "ValueError", "TypeError", "ApplicationError", "compile", "info", "warning"}
_HOLE = re.compile(r"\{\w+\}")
# Enumerations whose values stand in sentences, as "Order ORD-1 is shipped".
_VALUES = {"OrderStatus", "PaymentStatus", "RefundStatus", "RefundReason", "Remedy"}
# `care.errors.missing` says it; so do the stores, each of its `noun`.
_MISSING = "There is no {} {{identifier}}."
_CODE = re.compile(r"[<>\\|=\n]")


@dataclass(frozen=True)
class Said:
    """`text` is a message or, with plural forms, the pair of them."""

    text: str | tuple[str, str]
    file: str


def said() -> Iterator[Said]:
    """Everything, once for each file; raises ValueError for a mark around what is no plain text."""
    telling = {path for pattern in TELLING for path in ROOT.glob(pattern)}
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            file = path.relative_to(ROOT).as_posix()
            if file in _NOT_READ:
                continue
            tree = ast.parse(path.read_text("utf-8"))
            texts = [*_marked(tree, file), *_told(tree, everything=path in telling)]
            yield from (Said(text, file) for text in dict.fromkeys(texts))


def _marked(tree: ast.Module, file: str) -> Iterator[str | tuple[str, str]]:
    for call in ast.walk(tree):
        name = _called(call)
        if name not in _MARKS or not isinstance(call, ast.Call) or not isinstance(call.func, ast.Name):
            continue
        match call.args:
            case [ast.Constant(value=str(one)), ast.Constant(value=str(many)), _] if name == "plural":
                yield one, many
            case [text] if name != "plural":
                yield from _choices(text)
            case _:
                raise ValueError(f"{file}, line {call.lineno}: {name} takes a text that is written out there")


def _choices(text: ast.expr) -> Iterator[str]:
    """A text, or one of several; a name stands for a text that was marked where it stands."""
    match text:
        case ast.Constant(value=str(said)) if said:
            yield said
        case ast.IfExp(body=one, orelse=other):
            yield from _choices(one)
            yield from _choices(other)
        case ast.JoinedStr() | ast.BinOp():
            raise ValueError(
                f"line {text.lineno}: no text is put together before it is translated: {ast.unparse(text)}"
            )


def _told(tree: ast.Module, *, everything: bool) -> Iterator[str]:
    for node in ast.walk(tree):
        yield from _words(node)
    if not (told := list(_literals(tree, everything, _docstrings(tree)))):
        return
    module = Module(tree)
    found = [(node, list(module.sentences(node))) for node in told]
    for node, sentences in found:
        if id(node) not in module.taken:
            yield from filter(_reads, sentences)


def _words(node: ast.AST) -> Iterator[str]:
    """What is put into sentences word by word: things that are missing, and values of enumerations."""
    match node:
        case (
            ast.Call(func=ast.Name(id="missing"), args=[ast.Constant(value=str(noun)), _])
            | ast.keyword(arg="noun", value=ast.Constant(value=str(noun)))
        ):
            yield _MISSING.format(noun)
        case ast.ClassDef(name=name, body=body) if name in _VALUES:
            for each in body:
                if isinstance(each, ast.Assign) and isinstance(each.value, ast.Constant):
                    value = str(each.value.value)
                    yield from (value, value.replace("_", " "))


def _literals(node: ast.AST, telling: bool, silent: set[int]) -> Iterator[ast.expr]:
    """The outermost texts of a module that tells, or of what it refuses with."""
    name = _called(node)
    if name in _NOT_TOLD or id(node) in silent:
        return
    if english := _english(node):
        if telling:
            yield english
        return
    telling = telling or name in _REFUSALS or _is_title(node)
    if telling and isinstance(node, ast.JoinedStr | ast.Constant):
        yield node
    for child in ast.iter_child_nodes(node):
        yield from _literals(child, telling, silent)


def _called(node: ast.AST) -> str:
    match node:
        case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name)):
            return name
        case _:
            return ""


def _is_title(node: ast.AST) -> bool:
    """Of an error, which stands above its sentence."""
    return isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.target.id == "title"


def _english(node: ast.AST) -> ast.expr | None:
    """Of a table that has a text in each language itself: conversations are held in one, and read in any."""
    if not isinstance(node, ast.Dict):
        return None
    pairs = zip(node.keys, node.values, strict=True)
    said = {key.value: value for key, value in pairs if isinstance(key, ast.Constant)}
    return said["en"] if {"en", "es"} <= said.keys() else None


def _docstrings(tree: ast.Module) -> set[int]:
    """Texts that stand alone: docstrings, and what explains a field."""
    return {id(node) for node in ast.walk(tree) if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)}


def _reads(text: str) -> bool:
    """True for words that people read: neither an id, nor a pattern, nor "{day} at {time}", which a language knows."""
    words = _HOLE.sub("", text)
    return sum(c.islower() for c in words) > 2 and " " in text and not _CODE.search(words)

"""Texts are read from the source as a translator needs them: whole sentences with named holes."""

from __future__ import annotations

import ast

import pytest

from care.language.templates import Module

SOURCE = """
_BEST = "by noon"
def _who(order):
    return f"order {order.order_id}"
def told(order, late, at, names):
    why = "it came late" if late else "it never came"
    until = f" until {at:%H:%M}" if at else ""
    a = f"We are sorry that {why}. You get {order.total} of {order.total}{until}."
    b = f"{why.capitalize()}. Please look at {_who(order)}, {', '.join(names)} and {len(names)} more."
    c = f"{n} deliver{'y' if n == 1 else 'ies'} {_BEST}"
    names = "Names that are given anew are only holes."
"""


@pytest.mark.parametrize(
    ("name", "sentences"),
    [
        (
            "a",
            [
                "We are sorry that it came late.",
                "You get {total} of {total} until {at}.",
                "You get {total} of {total}.",
                "We are sorry that it never came.",
            ],
        ),
        ("b", ["{why}.", "Please look at order {order_id}, {names} and {names_} more."]),
        ("c", ["{n} delivery {best}", "{n} deliveries {best}"]),
    ],
)
def test_a_text_is_cut_into_sentences_with_everything_put_in_that_stands_there(name: str, sentences: list[str]) -> None:
    tree = ast.parse(SOURCE)
    value = next(
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name) and node.targets[0].id == name
    )
    assert list(dict.fromkeys(Module(tree).sentences(value))) == sentences

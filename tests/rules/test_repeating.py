"""What a yes may repeat of the question that it answers."""

from __future__ import annotations

import pytest

from care.rules.repeating import names_a_part, products_shown
from care.rules.words import answer_in

NAME = "Change the name in your account from Ada to Bob Miller?"
WALLET = "Your wallet shows €1.00, but our books say €25.00. Shall I set it to €25.00?"
MOVE = "Move the delivery of SUB001 (Milk) from 27 November 2026 to 28 November 2026?"
CANCEL = "Cancel ORD009 (2 x Milk, Potato Chips, €9.00) and have €9.00 paid back the way you paid?"
NAMES = ["Milk", "Milk Chocolate", "Potato Chips", "Kettle", "Tea"]


@pytest.mark.parametrize(
    ("text", "shown", "answer"),
    [
        ("yes, Bob Miller", NAME, "yes"),
        ("yes, from Ada to Bob Miller", NAME, "yes"),
        ("yes, Ada", NAME, None),
        ("yes, set it to €25.00", WALLET, "yes"),
        ("yes, set my wallet to €25.00", WALLET, "yes"),
        ("yes, set it to €1.00", WALLET, None),
        ("ok set it to €1", WALLET, None),
        ("yes, 28 November", MOVE, "yes"),
        ("yes, move it to 28 November 2026", MOVE, "yes"),
        ("yes, move it from 27 November to 28 November", MOVE, "yes"),
        ("yes, move it to 27 November", MOVE, None),
        ("yes, on", "Turn mails about refunds off (now on)?", None),
        ("yes, off", "Turn mails about refunds off (now on)?", "yes"),
    ],
)
def test_a_yes_that_repeats_what_is_replaced_is_none(text: str, shown: str, answer: str | None) -> None:
    assert answer_in(text, shown) == answer


@pytest.mark.parametrize(
    ("shown", "products"),
    [
        (CANCEL, ["Milk", "Potato Chips"]),
        ("Skip the delivery of 27 November of SUB002 (Milk, 2 x Tea)?", ["Milk", "Tea"]),
        ("Leave Tea out of the delivery of 27 November of SUB002 (Milk, 2 x Tea)?", ["Tea"]),
        ("Deliver 1 x Milk Chocolate every week?", ["Milk Chocolate"]),
        ("Ask for Tea (and €1.00 back) instead of Kettle from ORD004, damaged?", ["Tea"]),
        ("Withdraw refund REF001?", []),
    ],
)
def test_a_question_is_about_these_products(shown: str, products: list[str]) -> None:
    assert sorted(products_shown(shown, NAMES)) == products


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("yes, cancel the chips", True),
        ("yes, just the milk", True),
        ("yes, the milk and the chips", False),
        ("yes, cancel ORD009", False),
        ("yes", False),
    ],
)
def test_a_yes_to_some_of_what_was_shown_names_a_part(text: str, part: bool) -> None:
    assert names_a_part(text, products_shown(CANCEL, NAMES)) is part

"""Yes and no, as customers say them in three languages."""

from __future__ import annotations

import pytest

from care.rules.words import answer_in

SHOWN = "Cancel ORD005 (Potato Chips, €12.99)?"


@pytest.mark.parametrize(
    "text",
    ["sí", "Sí, por favor.", "si gracias", "de acuerdo", "Sí, confirmo", "¡Adelante!", "vale, hazlo", "हाँ", "हाँ जी",
     "ठीक है", "जी हाँ, कृपया", "haan ji", "theek hai", "bilkul", "sí, ORD005"],
)  # fmt: skip
def test_a_plain_yes_is_one(text: str) -> None:
    assert answer_in(text, SHOWN) == "yes"


@pytest.mark.parametrize("text", ["no", "No, gracias", "नहीं", "nahi", "नहीं, धन्यवाद", "ठीक नहीं है", "no, de acuerdo"])
def test_a_plain_no_is_one(text: str) -> None:
    assert answer_in(text, SHOWN) == "no"


@pytest.mark.parametrize("text", ["sí, pero el otro", "sí, ORD004", "¿sí?", "है", "de", "हाँ, ORD004", "gracias"])
def test_what_needs_a_second_look_is_neither(text: str) -> None:
    assert answer_in(text, SHOWN) is None

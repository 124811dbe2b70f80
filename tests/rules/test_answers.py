"""Yes and no, as customers say them in three languages."""

from __future__ import annotations

import pytest

from care.rules.rendering import as_seen, words_to_read
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


@pytest.mark.parametrize(
    "text", ["sí, pero el otro", "sí, ORD004", "¿sí?", "है", "de", "हाँ, ORD004", "gracias", "ok so", "yes and"]
)
def test_what_needs_a_second_look_is_neither(text: str) -> None:
    assert answer_in(text, SHOWN) is None


@pytest.mark.parametrize(
    ("message", "english", "read"),
    [
        ("Pausa mi suscripción", "Pause my subscription", "Pause my subscription"),
        ("Where is it?", None, "Where is it?"),
        ("sí", "no", "sí"),
        ("no sé", "yes", "no sé"),
        ("quizás", "yes, cancel ORD005", "quizás"),
        ("quizás", "no", "quizás"),
        ("hola", "cancel my order", "hola"),
    ],
)
def test_a_rendering_never_says_yes_or_no_for_the_customer(message: str, english: str | None, read: str) -> None:
    assert words_to_read(message, english, SHOWN) == read


@pytest.mark.parametrize(
    ("message", "seen"),
    [
        ("ORD9\u200b00", "ORD900"),
        ("\ufeffye\u00ads\u2060", "yes"),
        ("ORD\u200d900", "ORD900"),
        ("\uff2f\uff32\uff24\uff10\uff10\uff14", "ORD004"),
        ("\u202eyes", "\u202eyes"),
        ("क्\u200dष", "क्\u200dष"),
    ],
)
def test_a_message_is_read_as_it_is_seen(message: str, seen: str) -> None:
    assert as_seen(message) == seen

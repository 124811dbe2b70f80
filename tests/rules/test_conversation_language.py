"""The language of a message and of a conversation."""

from __future__ import annotations

import pytest

from care.rules.conversation_language import language_now, plausible, tag_of


@pytest.mark.parametrize(
    ("text", "claimed", "expected"),
    [
        ("Where is my order ORD004?", "es", "en"),
        ("cancel ORD004", "hi", "en"),
        ("hmm let me think", "es", "en"),
        ("maybe later", "es", "en"),
        ("ok", "es", "en"),
        ("no", "es", "en"),
        ("no quiero", "es", "es"),
        ("ORD004", "es", "en"),
        ("cancela ORD004", "es", "es"),
        ("¿Dónde está mi pedido?", "en", "es"),
        ("मेरा ऑर्डर कहाँ है?", "en", "hi"),
        ("mera order kahan hai", "en", "hi"),
        ("Kifurushi kiko wapi?", "sw", "sw"),
        ("Kifurushi kiko wapi?", "SW ", "sw"),
        ("Kifurushi kiko wapi?", "<script>", "en"),
        ("Kifurushi kiko wapi?", None, "en"),
        ("Kifurushi kiko wapi?", ["sw"], "en"),
    ],
)
def test_a_model_claims_no_language_that_the_words_belie(text: str, claimed: object, expected: str) -> None:
    assert plausible(claimed, text) == expected


@pytest.mark.parametrize(
    ("before", "found", "text", "expected"),
    [
        ("es", "en", "ORD004", "es"),
        ("es", "en", "ok", "es"),
        ("es", "en", "Amul Milk 1L", "es"),
        ("es", "en", "Where is my order?", "en"),
        ("en", "es", "¿Dónde está mi pedido?", "es"),
        ("hi", "es", "¿Dónde está mi pedido?", "es"),
        ("en", "en", "ok", "en"),
    ],
)
def test_a_conversation_keeps_its_last_clear_language(before: str, found: str, text: str, expected: str) -> None:
    assert language_now(before, found, text) == expected


def test_hindi_keeps_the_script_that_the_customer_used_last() -> None:
    assert tag_of("es", ["hola"]) == "es"
    assert tag_of("hi", ["मेरा ऑर्डर कहाँ है?", "ORD004"]) == "hi"
    assert tag_of("hi", ["मेरा ऑर्डर?", "mera order kahan hai", "ok"]) == "hi-Latn"
    assert tag_of("hi", ["ok"]) == "hi"

"""Replies cut into sentences."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from care.rules.sentences import joined, sentences_of


def test_a_reply_is_cut_at_sentences_and_lines_and_not_inside_a_list_or_an_amount() -> None:
    text = (
        "I am sorry. Which one do you mean?\n1. ORD001: Milk, €1.299\n2. ORD002: Mr. Big, placed on 2 March 2026. Paid."
    )
    assert sentences_of(text) == [
        "I am sorry.",
        "Which one do you mean?",
        "1. ORD001: Milk, €1.299",
        "2. ORD002: Mr.",
        "Big, placed on 2 March 2026.",
        "Paid.",
    ]


@given(st.text("Aa1.?! \n"))
def test_sentences_put_together_are_the_reply(text: str) -> None:
    assert joined(text, sentences_of(text)) == text

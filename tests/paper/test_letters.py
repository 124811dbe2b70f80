from __future__ import annotations

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from care.paper.letters import faces, faces_for, letters_of, needs_shaping, visible

LATIN = letters_of([])


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("It leaks: 12 €!", "It leaks: 12 [U+20AC]!"),
        ("दूध", "[U+0926][U+0942][U+0927]"),
        ("😡", "[U+1F621]"),
        ("a\tb\r\nc\u2028d", "a    b\nc\nd"),
        ("\x00\x03\x1b[31m", "[U+0000][U+0003][U+001B][31m"),
        ("pay\u202e001\u00ad\u200b", "pay[U+202E]001[U+00AD][U+200B]"),
        ("☹\ufe0f", "[U+2639]"),
    ],
)
def test_what_cannot_be_drawn_is_shown_and_nothing_acts_unseen(text: str, shown: str) -> None:
    assert visible(text, LATIN) == shown


def test_marks_upon_marks_do_not_reach_into_other_lines() -> None:
    letters = frozenset(string.ascii_letters) | {"\u0301"}
    assert visible("e" + "\u0301" * 5 + "e\u0301", letters) == "e" + "\u0301" * 4 + "[U+0301]e\u0301"


@pytest.mark.parametrize(
    ("text", "shaped"),
    [
        ("It leaks, 12 €", False),
        ("Привет", False),
        ("हिन्दी", True),
        ("שלום", True),
        ("e\u0301", True),
        ("שלום" + "(" * 500, False),
    ],
)
def test_only_letters_that_stack_join_or_run_from_right_to_left_are_shaped(text: str, shaped: bool) -> None:
    assert needs_shaping(text) is shaped


@given(st.text())
def test_every_letter_of_any_text_is_there_or_named(text: str) -> None:
    shown = visible(text, LATIN)
    assert all(letter in LATIN or letter == "\n" for letter in shown)
    assert all(letter in shown or f"[U+{ord(letter):04X}]" in shown for letter in text if letter.isalnum())


@pytest.mark.skipif(not faces(), reason="the package with the fonts is not installed")
def test_the_fonts_know_the_scripts_of_our_customers_and_only_those_needed_are_taken() -> None:
    text = "Привет Καλημέρα zażółć Tiếng Việt हिन्दी ₹ தமிழ் বাংলা తెలుగు ગુજરાતી ಕನ್ನಡ മലയാളം ਪੰਜਾਬੀ مرحبا שלום สวัสดี 😡📦"
    letters = letters_of(faces_for(text))
    assert visible(text, letters) == text
    assert [face.name for face in faces_for("Hello, दूध")] == ["NotoSans[wght]", "NotoSansDevanagari[wght]"]
    # One letter that is a whole sentence wide.
    assert "\ufdfd" not in letters

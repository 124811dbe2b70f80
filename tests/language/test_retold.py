"""What comes from behind the portal is told wholly in the reader's language."""

from __future__ import annotations

import re

import pytest

from care.language import language_of
from care.language.catalogue import templates
from tests.language.sayings import SAYINGS
from tests.language.test_catalogues import HOLE, TRANSLATED

# What stays as it is: ids, names of products and people, and the words of machines.
_STAYS = re.compile(
    r"\b(?:(?:ORD|SUB|REF|CUST|CHG)-?\d[\w-]*|Milk|Bread|Dr\. Oetker Pizza|Ada|UTC|PDF|EUR|MILK|local|sofia)\b"
)


@pytest.mark.parametrize("code", TRANSLATED)
def test_each_text_is_told_again_by_its_own_translation(code: str) -> None:
    """No other text that it fits as well takes its place."""
    language, wrong = language_of([code]), []
    for text, translation in templates(code).items():
        holes = {hole.strip("{}"): f"X{n}" for n, hole in enumerate(dict.fromkeys(HOLE.findall(text)), 1)}
        told = language.retold(text.format(**holes))
        if HOLE.sub("", text).strip() and len(re.findall(r"[^\W\d_]", HOLE.sub("", text))) >= 4:
            wrong += [(text, told)] * (told != translation.format(**holes))
    assert wrong == []


@pytest.mark.parametrize(("kind", "sentence"), SAYINGS, ids=[kind for kind, _ in SAYINGS])
def test_what_a_customer_or_the_desk_is_told_leaves_no_english(kind: str, sentence: str) -> None:
    hindi = _STAYS.sub("", language_of(["hi"]).retold(sentence))
    assert re.findall(r"[A-Za-z]{2,}", hindi) == [], hindi
    spanish = language_of(["es"]).retold(sentence)
    assert spanish != sentence
    assert re.findall(r"\b(?:the|your|you|we|of|is|was|order|refund|delivery|on|and)\b", spanish, re.I) == [], spanish


def test_a_word_of_a_file_stays_as_it_is_written_there() -> None:
    assert language_of(["es"]).retold("`late` is written twice") == "`late` está escrito dos veces"

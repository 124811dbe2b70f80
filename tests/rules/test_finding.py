from __future__ import annotations

import pytest

from care.rules.finding import key, name_keys


@pytest.mark.parametrize(
    ("text", "same"),
    [("  ÉLODIE   Brun ", "elodie brun"), ("Straße", "strasse"), ("CUST001", "cust001"), ("\ud800x", "x"), (" ", "")],
)
def test_what_is_looked_for_and_what_is_kept_read_alike(text: str, same: str) -> None:
    assert key(text) == same


def test_a_name_is_found_from_each_of_its_words_on() -> None:
    assert name_keys("Ana María Keller") == ["ana maria keller", "maria keller", "keller"]
    assert name_keys("  ") == []

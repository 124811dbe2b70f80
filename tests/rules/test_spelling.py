"""Slips of typing are mended where a word of customers is near, and nothing else is touched."""

from __future__ import annotations

import pytest

from care.rules.spelling import Speller

USED = dict.fromkeys(
    ("want", "what", "refund", "broken", "order", "subscription", "pause", "next", "cancellation", "skip"), 10
) | {"wnat": 1, "weird": 1, "don't": 3}
KNOWN = {"the", "mug", "for", "wart", "idea", "whet"}


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("i wnat a refnd for the brokn mug", "i want a refund for the broken mug"),
        ("pasue my subscrption", "pause my subscription"),
        ("skp my nxt one", "skip my next one"),
        ("Cancelation of my ORDR", "cancellation of my order"),
        # Known words, other forms, ids, addresses, names that are near nothing: as they are.
        ("the mug for the wart", "the mug for the wart"),
        ("my orders", "my orders"),
        ("i dont want it", "i dont want it"),
        ("ordr-004, ordr@example.com", "ordr-004, ordr@example.com"),
        ("Lindenweg 4, 10115 Berlin", "Lindenweg 4, 10115 Berlin"),
        ("weird", "weird"),
        ("hat", "hat"),
        ("", ""),
    ],
)
def test_a_slip_is_mended_and_nothing_else(written: str, read: str) -> None:
    assert Speller(USED, KNOWN).mended(written) == read

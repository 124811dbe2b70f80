"""Numbers that are no number of pieces are asked about, and never taken for one."""

from __future__ import annotations

import pytest

from care.rules.strange_counts import strange_count

NAMES = ["Amul Milk 1L", "Potato Chips"]


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("add -5 chips to ORD006", "-5"),
        ("add 0 chips", "0"),
        ("add zero chips", "zero"),
        ("subscribe me to 1000000 amul milk every week", "1000000"),
        ("add 1.5 chips", "1.5"),
        ("add 1e9 x chips", "1e9"),
        ("add -5 of the chips", "-5"),
        ("add 5 chips", None),
        ("add 1000 chips", None),
        ("1.5 litres of milk", None),
        ("from 27.11. milk please", None),
        ("Lindenweg 4, 10969 Berlin, and chips", None),
        ("milk for €2.50 and chips", None),
        ("cancel ORD006 - 2 chips are too few", None),
    ],
)
def test_a_number_that_nobody_can_order_is_found(text: str, written: str | None) -> None:
    assert strange_count(text, NAMES) == written

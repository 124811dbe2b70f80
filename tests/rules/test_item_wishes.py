"""What a message wants an order or a subscription to hold, in the words of customers."""

from __future__ import annotations

import pytest

from care.models.dialogue import NamedSku
from care.rules.item_wishes import wished

SOLD = [
    NamedSku(sku=sku, name=name)
    for sku, name in (
        ("MILK", "Amul Milk 1L"),
        ("OAT", "Oat Milk 1L"),
        ("CHIPS", "Potato Chips"),
        ("WHEY", "Whey Protein"),
        ("BREAD", "Rye Bread 500g"),
    )
]
HELD = {"MILK": 1, "CHIPS": 2}


@pytest.mark.parametrize(
    ("said", "held"),
    [
        ("add 2 whey protein to ORD006", {"MILK": 1, "CHIPS": 2, "WHEY": 2}),
        ("Hi, can you add a bread please, thanks", {"MILK": 1, "CHIPS": 2, "BREAD": 1}),
        ("add another milk", {"MILK": 2, "CHIPS": 2}),
        ("2 more chips", {"MILK": 1, "CHIPS": 4}),
        ("add whey, 2 bread", {"MILK": 1, "CHIPS": 2, "WHEY": 1, "BREAD": 2}),
        ("add oat milk and remove the chips", {"MILK": 1, "OAT": 1}),
        ("remove the chips from ORD-1006-A", {"MILK": 1}),
        ("take the chips out", {"MILK": 1}),
        ("I no longer want the chips", {"MILK": 1}),
        ("remove one of the chips", {"MILK": 1, "CHIPS": 1}),
        ("one less chips please", {"MILK": 1, "CHIPS": 1}),
        ("reduce the chips by one", {"MILK": 1, "CHIPS": 1}),
        ("make the milk 3 instead of 1", {"MILK": 3, "CHIPS": 2}),
        ("change the milk to 3", {"MILK": 3, "CHIPS": 2}),
        ("change quantity of milk from 1 to 4", {"MILK": 4, "CHIPS": 2}),
        ("I need 5 milk, not 1", {"MILK": 5, "CHIPS": 2}),
        ("actually 3 chips", {"MILK": 1, "CHIPS": 3}),
        ("wrong quantity, I need 3 chips", {"MILK": 1, "CHIPS": 3}),
        ("double the milk", {"MILK": 2, "CHIPS": 2}),
        ("swap the chips for rye bread", {"MILK": 1, "BREAD": 2}),
        ("replace chips with 3 whey", {"MILK": 1, "WHEY": 3}),
        ("I want whey instead of chips", {"MILK": 1, "WHEY": 2}),
        ("I don't want the chips, send me whey instead", {"MILK": 1, "WHEY": 1}),
        ("remove everything", {}),
        ("no more chips, and 2 whey too", {"MILK": 1, "WHEY": 2}),
        ("don't send chips", {"MILK": 1}),
        ("less chips please", {"MILK": 1, "CHIPS": 1}),
        ("change the milk to 2 litres, so 2 pieces", {"MILK": 2, "CHIPS": 2}),
        ("halve the chips", {"MILK": 1, "CHIPS": 1}),
        ("swap the milk for whey and 2 bread", {"CHIPS": 2, "WHEY": 1, "BREAD": 2}),
    ],
)
def test_what_the_order_shall_hold_is_read_from_the_words(said: str, held: dict[str, int]) -> None:
    assert wished(said, HELD, SOLD).pieces == held


@pytest.mark.parametrize(
    "said",
    [
        "make it 3",
        "change the items",
        "add 3 unicorns",
        "remove the unicorn",
        "hello",
        "the second one",
        "2",
        "remove one item",
    ],
)
def test_words_without_a_product_change_nothing_in_an_order_of_several(said: str) -> None:
    assert wished(said, HELD, SOLD).pieces is None


@pytest.mark.parametrize(
    ("said", "pieces"),
    [
        ("make it 3", {"CHIPS": 3}),
        ("please update the quantity from 1 to 4", {"CHIPS": 4}),
        ("one more of them", {"CHIPS": 2}),
        ("change to 3 chips", {"CHIPS": 3}),
        ("make it 3 for the party", {"CHIPS": 3}),
        ("add 3 unicorns", None),
        ("remove the unicorn", None),
    ],
)
def test_a_bare_number_is_of_the_only_product_and_an_unknown_thing_is_not(
    said: str, pieces: dict[str, int] | None
) -> None:
    assert wished(said, {"CHIPS": 1}, SOLD).pieces == pieces


@pytest.mark.parametrize(
    ("said", "instead", "beside"),
    [
        ("whey please", {"WHEY": 2}, None),
        ("2 whey", {"WHEY": 2}, {"CHIPS": 2, "WHEY": 2}),
        ("whey instead", {"WHEY": 2}, {"WHEY": 2}),
        ("whey and 2 bread", {"WHEY": 2, "BREAD": 2}, {"CHIPS": 2, "BREAD": 2}),
        ("3 chips and 2 whey", {"CHIPS": 3, "WHEY": 2}, {"CHIPS": 3, "WHEY": 2}),
        ("whey instead and make it 3", {"WHEY": 3}, {"WHEY": 3}),
        ("whey too", {"CHIPS": 2, "WHEY": 1}, {"CHIPS": 2, "WHEY": 1}),
        ("also 2 whey", {"CHIPS": 2, "WHEY": 2}, {"CHIPS": 2, "WHEY": 2}),
    ],
)
def test_a_product_named_beside_no_verb_comes_instead_in_a_subscription_and_is_added_to_an_order(
    said: str, instead: dict[str, int], beside: dict[str, int] | None
) -> None:
    assert wished(said, {"CHIPS": 2}, SOLD, replaces=True).pieces == instead
    assert wished(said, {"CHIPS": 2}, SOLD).pieces == beside


def test_a_word_that_fits_two_products_is_asked_back() -> None:
    both = wished("add milk", {"CHIPS": 1}, SOLD)
    assert [each.sku for each in both.between] == ["MILK", "OAT"]
    assert wished("add milk", HELD, SOLD).pieces == {"MILK": 2, "CHIPS": 2}


def test_what_is_not_in_the_order_cannot_be_taken_out_of_it() -> None:
    assert wished("remove the whey", HELD, SOLD).absent == ["Whey Protein"]


@pytest.mark.parametrize(
    ("said", "pieces"),
    [
        ("make it 2", {"MILK": 1, "CHIPS": 2, "WHEY": 2}),
        ("and remove the chips", {"MILK": 1, "WHEY": 1}),
        ("also 3 bread", {"MILK": 1, "CHIPS": 2, "WHEY": 1, "BREAD": 3}),
        ("add 2 whey", {"MILK": 1, "CHIPS": 2, "WHEY": 2}),
    ],
)
def test_a_further_wish_goes_on_from_what_was_shown(said: str, pieces: dict[str, int]) -> None:
    """Shown was: one whey more."""
    shown = HELD | {"WHEY": 1}
    assert wished(said, HELD, SOLD, base=shown, about="WHEY").pieces == pieces

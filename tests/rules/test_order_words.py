"""What a message asks of an order or a parcel."""

from __future__ import annotations

import pytest

from care.models.customer import StoredMethod
from care.rules import order_words, parcel_words
from care.rules.entities import find_entities

SOLD = ["Amul Milk 1L", "Potato Chips"]
METHODS = [
    StoredMethod(payment_method="pm_usual", label="Your usual payment method"),
    StoredMethod(payment_method="pm_visa", label="Visa ending in 4242"),
    StoredMethod(payment_method="pm_amex", label="Amex ending in 0005"),
]


@pytest.mark.parametrize(
    ("said", "part"),
    [
        ("send it to another address", "address"),
        ("please deliver it to my office", "address"),
        ("I moved house", "address"),
        ("send ORD006 to Lindenweg 4, 10969 Berlin", "address"),
        ("use my other card", "payment"),
        ("I want to pay with Visa", "payment"),
        ("deliver it on friday instead", "date"),
        ("can it come earlier?", "date"),
        ("change the delivery date", "date"),
        ("add 2 chips", "items"),
        ("add another milk, charge my card", "items"),
        ("make it 3", "items"),
        ("the items", "items"),
        ("I want to change ORD006", None),
    ],
)
def test_the_part_of_an_order_that_is_to_change_is_told_by_the_words(said: str, part: str | None) -> None:
    assert order_words.part_asked(said, find_entities(said, SOLD)) == part


@pytest.mark.parametrize(
    ("said", "remedy"),
    [
        ("trace it", "trace"),
        ("can you look into it", "trace"),
        ("please send it again", "reship"),
        ("send it to another address", None),
        ("I want it reshipped", "reship"),
        ("a replacement please", "reship"),
        ("I want my money back", "refund"),
        ("refund", "refund"),
        ("trace it or give me a refund", None),
        ("whatever you like", None),
    ],
)
def test_the_way_out_is_taken_only_where_one_is_named(said: str, remedy: str | None) -> None:
    assert parcel_words.remedy_asked(said) == remedy


@pytest.mark.parametrize(
    ("said", "changes"),
    [
        ("add 2 chips to ORD006", True),
        ("remove the chips from my order", True),
        ("ord006 add chips", True),
        ("I want Amul Milk 1L every Friday", False),
        ("ORD007: make it 5", True),
        ("cancel ORD006", False),
        ("do you have more chips?", False),
    ],
)
def test_words_that_change_an_order_are_told_from_other_wishes(said: str, changes: bool) -> None:
    assert order_words.changes_an_order(said, find_entities(said, SOLD)) is changes


@pytest.mark.parametrize(
    ("said", "delivered"),
    [
        ("my parcel says delivered but it isn't here", True),
        ("it was marked as delivered", True),
        ("they left it at the wrong house", True),
        ("somebody stole it, it was left outside", True),
        ("my parcel never came", False),
        ("is it delivered?", False),
    ],
)
def test_what_is_said_to_be_delivered_is_told_from_what_is_late(said: str, delivered: bool) -> None:
    assert parcel_words.says_it_was_delivered(said) is delivered


@pytest.mark.parametrize(
    ("said", "lost"),
    [
        ("ORD001 is lost", True),
        ("it never arrived", True),
        ("my parcel hasn't turned up", True),
        ("I have not yet received it", True),
        ("I never got a confirmation mail", False),
        ("where is my order?", False),
    ],
)
def test_what_is_lost_is_told_from_what_is_only_asked_for(said: str, lost: bool) -> None:
    assert parcel_words.says_it_is_lost(said) is lost


@pytest.mark.parametrize(
    ("said", "asked", "meant"),
    [
        ("the visa please", False, ["pm_visa"]),
        ("my card ending 0005", False, ["pm_amex"]),
        ("Your usual payment method", False, ["pm_usual"]),
        ("pm_visa", False, ["pm_visa"]),
        ("the second one", True, ["pm_visa"]),
        ("the second one", False, []),
        ("my other card", False, []),
    ],
)
def test_a_payment_method_is_meant_by_its_words_or_its_place_in_the_list(
    said: str, asked: bool, meant: list[str]
) -> None:
    found = order_words.methods_meant(said, METHODS, asked=asked)
    assert [method.payment_method for method in found] == meant

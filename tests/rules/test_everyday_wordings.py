"""How customers say everyday things about orders, parcels, refunds and payments."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from care.models.customer import Address
from care.models.dialogue import Context, NamedSku, OrderBrief
from care.models.order import OrderStatus, PaymentStatus
from care.rules import order_words, parcel_words, payment_matters, phrases, refund_asks, words
from care.rules.address import address_in, corrected
from care.rules.entities import find_entities
from care.rules.item_wishes import wished
from care.rules.product_names import is_only_names
from care.rules.references import is_only_ids, numbered

HOME = Address(street="Bergweg 3", city="Hamburg", postcode="20095", country="DE")


@pytest.mark.parametrize(
    ("says", "text", "meant"),
    [
        (words.gives_up, "ok then never mind", True),
        (words.waits, "wait a few more days i guess, thanks", True),
        (words.waits, "I'll wait a few more days", True),
        (words.waits, "wait, where is ORD001?", False),
        (words.means_other_one, "no wait, the other milk one", True),
        (order_words.is_to_stay, "please do not cancel my order", True),
        (order_words.is_to_stay, "why don't you cancel it", False),
        (order_words.keeps_some, "cancel the mug but keep the tea", True),
        (order_words.would_pay_otherwise, "payment failed, can I pay with another card?", True),
        (order_words.would_pay_otherwise, "a charge of 19.99 on my card I don't know", False),
        (parcel_words.says_it_is_lost, "says delivered but i dont have it", True),
        (parcel_words.says_it_is_lost, "I want to receive it", False),
        (refund_asks.is_for_open_one, "two more photos for my refund", True),
        (refund_asks.asks_to_withdraw, "never mind about the refund for the mugs", True),
        (refund_asks.asks_to_appeal, "i disagree with the refund decision", True),
        (phrases.asks_for_refund_status, "you said refund paid but i cant see the money", True),
        (phrases.asks_for_refund_status, "the tea has a hole in the packet, refund", False),
        (phrases.asks_where, "where is my kettle?", True),
        (phrases.asks_where, "where is the tea from?", False),
        (payment_matters.asks_to_move_wallet, "i want to add 20 euros to my wallet", True),
        (is_only_ids, "it's ORD703", True),
        (is_only_ids, "refund ORD703", False),
    ],
)
def test_a_wording_says_what_its_customer_means(says: Callable[[str], bool], text: str, meant: bool) -> None:
    assert says(text) is meant


@pytest.mark.parametrize(
    ("text", "only"), [("the mugs", True), ("just the green tea", True), ("the tea is stale", False)]
)
def test_a_bare_name_is_told_from_what_is_said_of_a_thing(text: str, only: bool) -> None:
    assert is_only_names(text, ["Stoneware Mug", "Green Tea"]) is only


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("the mug is chipped", "damaged"),
        ("the bag was already open", "damaged"),
        ("the box was empty", "missing"),
        ("i only got one mug", "missing"),
        ("it tasted like soap", "quality"),
    ],
)
def test_what_is_wrong_is_told_in_everyday_words(text: str, reason: str) -> None:
    assert find_entities(text).reason == reason


@pytest.mark.parametrize(
    ("text", "ids"), [("tracking for 103 pls", ["ORD103"]), ("103", ["ORD103"]), ("i paid €103", []), ("104", [])]
)
def test_the_bare_number_of_an_order_names_it(text: str, ids: list[str]) -> None:
    order = OrderBrief(
        order_id="ORD103",
        status=OrderStatus.SHIPPED,
        payment=PaymentStatus.PAID,
        items=[NamedSku(sku="TEA", name="Green Tea")],
        placed_at=datetime(2026, 3, 1, tzinfo=UTC),
    )
    context = Context(customer_name="Ada", timezone="Europe/Berlin", orders=[order])
    assert numbered(text, find_entities(text), context).order_ids == ids


@pytest.mark.parametrize(
    ("text", "street"),
    [("sorry, number 13 not 3", "Bergweg 13"), ("not 3 but 13", "Bergweg 13"), ("the number is 13", "Bergweg 13")],
)
def test_one_word_of_an_address_can_be_put_right(text: str, street: str) -> None:
    put = corrected(HOME, text)
    assert put is not None
    assert put.street == street


@pytest.mark.parametrize(
    "text",
    [
        "send it to Ringstr. 11, 10115 Berlin, Germany instead of my home",
        "i want send order to other place, Ringstr. 11, 10115 Berlin",
        "wrong, it's Ringstr. 11, 10115 Berlin",
    ],
)
def test_what_stands_around_an_address_is_no_part_of_it(text: str) -> None:
    assert address_in(text, "DE") == Address(street="Ringstr. 11", city="Berlin", postcode="10115", country="DE")


@pytest.mark.parametrize(
    ("text", "shown", "about", "pieces"),
    [
        ("no chips please", None, None, {"MILK": 2}),
        ("cancel the milk but keep the chips", None, None, {"CHIPS": 1}),
        ("no make it tea instead", {"MILK": 2, "CHIPS": 1, "MUG": 1}, "MUG", {"MILK": 2, "CHIPS": 1, "TEA": 1}),
        ("ok add one to my order", None, "MUG", {"MILK": 2, "CHIPS": 1, "MUG": 1}),
    ],
)
def test_an_order_is_changed_in_everyday_words(
    text: str, shown: dict[str, int] | None, about: str | None, pieces: dict[str, int]
) -> None:
    names = {"MILK": "Amul Milk", "CHIPS": "Potato Chips", "MUG": "Stoneware Mug", "TEA": "Green Tea"}
    sold = [NamedSku(sku=sku, name=name) for sku, name in names.items()]
    assert wished(text, {"MILK": 2, "CHIPS": 1}, sold, base=shown, about=about).pieces == pieces


def test_what_came_tells_what_is_missing() -> None:
    assert refund_asks.came_in("i only got one mug, ordered two") == 1
    assert refund_asks.came_in("only 3 of them arrived") == 3
    assert refund_asks.came_in("nothing arrived") is None

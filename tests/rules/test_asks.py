"""What messages about payments, wallets, refunds, accounts and products ask for, told by their words."""

from __future__ import annotations

import pytest

from care.models.money import Money
from care.models.order import Product
from care.models.refund import Remedy
from care.rules import account_asks, payment_matters, product_asks, refund_asks
from care.rules.spoken_money import money_in


def eur(amount: int) -> Money:
    return Money(amount=amount, currency="EUR")


MILK = Product(sku="MILK", name="Milk", price=eur(169), stock=5, category="dairy", description="Pasteurised.")
COFFEE = Product(sku="COFFEE", name="Coffee Beans", price=eur(790), stock=0, category="pantry")
RICE = Product(sku="RICE", name="Rice", price=Money(amount=300, currency="INR"), stock=2, category="pantry")


@pytest.mark.parametrize(
    ("text", "matter"),
    [
        ("I was charged twice for ORD004", "twice"),
        ("there are two identical charges", "twice"),
        ("you charged me after I cancelled", "after_cancelling"),
        ("I cancelled ORD006 but you still took the money", "after_cancelling"),
        ("I see a charge of 12.99 I don't recognise", "unknown"),
        ("unknown transaction on my card", "unknown"),
        ("I never authorised this payment", "unknown"),
        ("I was charged €99 for ORD004", "amount"),
        ("you billed me the wrong amount", "amount"),
        ("I was overcharged", "amount"),
        ("my card was declined", "declined"),
        ("the payment failed", "declined"),
        ("which cards do you have on file", "methods"),
        ("is there a fee for paying by card", "fees"),
        ("I paid for ORD006 but it says pending", "unheard"),
        ("money was taken but the order is still unpaid", "unheard"),
        ("I need help with a payment", None),
    ],
)
def test_what_is_wrong_with_a_payment(text: str, matter: str | None) -> None:
    assert payment_matters.matter_of(text) == matter
    assert payment_matters.as_matter(matter) == matter


def test_a_matter_that_nobody_knows_is_none() -> None:
    assert payment_matters.as_matter("skip") is None


@pytest.mark.parametrize(
    ("text", "moves", "wrong"),
    [
        ("how do I top up my wallet", True, False),
        ("withdraw money from my wallet", True, False),
        ("I topped up 50 euros and it isn't there", False, True),
        ("my balance is wrong", False, True),
        ("what is my balance", False, False),
    ],
)
def test_moving_money_is_told_from_missing_it(text: str, moves: bool, wrong: bool) -> None:
    assert payment_matters.asks_to_move_wallet(text) is moves
    assert payment_matters.says_wallet_is_wrong(text) is wrong


@pytest.mark.parametrize(
    ("text", "amounts"),
    [
        ("I was charged €12.99", [eur(1299)]),
        ("25.98 was taken, not 12,99", [eur(2598), eur(1299)]),
        ("500 euros", [eur(50000)]),
        ("€1,299.00 and 1,299.00 euros", [eur(129900)]),
        ("500 rupees", [Money(amount=50000, currency="INR")]),
        ("Rs. 40", [Money(amount=4000, currency="INR")]),
        ("20 dollars or £3", [Money(amount=2000, currency="USD"), Money(amount=300, currency="GBP")]),
        ("ORD004 on 27.11.2026 with 2 pieces, 20% off", []),
    ],
)
def test_amounts_are_read_as_they_are_written(text: str, amounts: list[Money]) -> None:
    assert money_in(text, "EUR") == amounts


def test_a_number_that_the_currency_cannot_have_is_no_amount() -> None:
    assert money_in("it cost 12.50", "JPY") == []


@pytest.mark.parametrize(
    ("text", "withdraws"),
    [
        ("withdraw my refund", True),
        ("cancel refund REF001", True),
        ("forget about the refund REF001", True),
        ("please cancel my refund request", True),
        ("I don't want the refund anymore", True),
        ("cancel my order and refund me", False),
        ("I want a refund", False),
        ("stop my subscription", False),
        ("I don't want it, refund me", False),
    ],
)
def test_giving_up_a_refund_is_told_from_asking_for_one(text: str, withdraws: bool) -> None:
    assert refund_asks.asks_to_withdraw(text) is withdraws


@pytest.mark.parametrize(
    ("text", "remedy"),
    [
        ("a refund instead of a replacement", Remedy.REFUND),
        ("no store credit, I want a replacement", Remedy.REPLACEMENT),
        ("make it store credit", Remedy.STORE_CREDIT),
        ("where is it", None),
    ],
)
def test_the_remedy_that_is_wished_for_is_not_the_one_that_is_refused(text: str, remedy: Remedy | None) -> None:
    assert refund_asks.remedy_in(text) == remedy


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("3 of the 4 were sour", 3),
        ("only one of them", 1),
        ("two out of four broke", 2),
        ("one of my orders", None),
        ("all", None),
    ],
)
def test_a_part_of_the_pieces_is_counted(text: str, pieces: int | None) -> None:
    assert refund_asks.part_in(text) == pieces


def test_an_exchange_names_what_goes_and_what_comes() -> None:
    assert refund_asks.exchanged_in("swap the mug for coffee") == (" the mug ", " coffee")
    assert refund_asks.exchanged_in("I want a refund for the mug") is None


def test_questions_about_the_policy_are_no_claims() -> None:
    assert refund_asks.asks_about_policy("what is your return policy?")
    assert refund_asks.asks_about_policy("within how many days may I return a product")
    assert not refund_asks.asks_about_policy("I want to return the mug")


@pytest.mark.parametrize(
    ("text", "matter"),
    [
        ("delete my account", "closing"),
        ("I forgot my password", "password"),
        ("verify my identity", "identity"),
        ("change my e-mail", "email"),
        ("stop the reminder mails", "mail"),
        ("what's my phone number", "phone"),
        ("set my time zone to Berlin", "timezone"),
        ("I moved", "address"),
        ("change my name", "name"),
        ("open another account", "opening"),
        ("hello", None),
    ],
)
def test_what_of_an_account_is_asked_about(text: str, matter: str | None) -> None:
    assert account_asks.matter_of(text) == matter


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("change my name to Ana Maria Keller please", "Ana Maria Keller"),
        ("my last name is wrong, my last name should be Weber", "Ana Weber"),
        ("my first name is Anna", "Anna Keller"),
        ("my name is misspelled", None),
        ("change my name", None),
    ],
)
def test_a_new_name_is_whole(text: str, name: str | None) -> None:
    assert account_asks.name_in(text, "Ana Keller") == name


@pytest.mark.parametrize(
    ("text", "zone"),
    [
        ("Europe/Berlin", "Europe/Berlin"),
        ("set my timezone to new york", "America/New_York"),
        ("I live in Kolkata now", "Asia/Kolkata"),
        ("my time zone is wrong", None),
    ],
)
def test_a_time_zone_is_known_by_its_name_or_its_city(text: str, zone: str | None) -> None:
    assert account_asks.zone_in(text) == zone


def test_mails_are_turned_off_by_group_or_all_together() -> None:
    assert account_asks.mail_choice_in("stop the reminder mails") == {"reminders": False}
    assert account_asks.mail_choice_in("turn on mails about refunds and payments") == {
        "payments": True,
        "refunds": True,
    }
    everything = account_asks.mail_choice_in("unsubscribe me from all mails")
    assert everything is not None
    assert set(everything.values()) == {False}
    assert len(everything) == 6
    assert account_asks.mail_choice_in("which mails are there") is None


def test_what_the_catalogue_does_not_name_is_known_to_be_unsaid() -> None:
    assert product_asks.unsaid("is the milk vegan?", MILK)
    assert not product_asks.unsaid("is it pasteurised?", MILK)
    assert not product_asks.unsaid("how much is the milk?", MILK)


def test_products_are_found_by_their_kind_and_by_a_limit_in_their_own_currency() -> None:
    every = [MILK, COFFEE, RICE]
    assert product_asks.of_kind("what dairy do you have", every) == [MILK]
    assert product_asks.of_kind("what do you have", every) == []
    assert product_asks.within_price("anything under 5 euros", every) == [MILK]
    assert product_asks.within_price("anything for breakfast", every) is None
    assert product_asks.within_price("anything below €1", every) == []

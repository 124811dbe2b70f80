"""Money is whole minor units."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from care.models.money import Money

amounts = st.integers(0, 10**9)


@pytest.mark.parametrize(
    ("amount", "currency", "shown"),
    [
        (1299, "EUR", "€12.99"),
        (5, "USD", "$0.05"),
        (-5, "USD", "-$0.05"),
        (123456789, "INR", "₹1,234,567.89"),
        (1299, "JPY", "¥1,299"),
        (1234, "KWD", "KWD 1.234"),
        (0, "EUR", "€0.00"),
    ],
)
def test_money_is_shown_in_its_own_units(amount: int, currency: str, shown: str) -> None:
    assert str(Money(amount=amount, currency=currency)) == shown


@pytest.mark.parametrize("amount", [12.5, 12.0, "12", None, True])
def test_only_a_whole_number_is_money(amount: object) -> None:
    with pytest.raises(ValidationError):
        Money.model_validate({"amount": amount, "currency": "EUR"})


@given(amount=st.integers(0, 10**15), currency=st.sampled_from(["EUR", "JPY", "KWD"]))
def test_what_is_shown_can_be_written(amount: int, currency: str) -> None:
    money = Money(amount=amount, currency=currency)
    shown = "".join(each for each in str(money) if each.isdigit() or each == ".")
    assert Money.written(shown, currency) == Money.written(shown.replace(".", ","), currency) == money


@pytest.mark.parametrize(
    ("text", "amount"), [("12", 1200), ("12.5", 1250), (" 12,50 ", 1250), ("12.", 1200), ("0.05", 5)]
)
def test_people_write_amounts_in_their_own_way(text: str, amount: int) -> None:
    assert Money.written(text, "EUR") == Money(amount=amount, currency="EUR")


@pytest.mark.parametrize("text", ["", ".5", "-3", "1e3", "12.345", "1,234.50", "1.2.3", "٣", "½", "twelve", "9" * 20])
def test_what_is_no_amount_is_not_guessed(text: str) -> None:
    with pytest.raises(ValueError):
        Money.written(text, "EUR")


def test_currencies_do_not_mix() -> None:
    with pytest.raises(ValueError, match="cannot mix"):
        Money(amount=1, currency="EUR") + Money(amount=1, currency="USD")


@given(amount=amounts, whole=st.integers(1, 50))
def test_a_whole_share_is_everything_and_a_part_is_never_more(amount: int, whole: int) -> None:
    money = Money(amount=amount, currency="EUR")
    assert money.share(whole, whole) == money
    assert all(Money.zero("EUR") <= money.share(part, whole) <= money for part in range(whole + 1))

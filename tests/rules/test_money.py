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


def test_currencies_do_not_mix() -> None:
    with pytest.raises(ValueError, match="cannot mix"):
        Money(amount=1, currency="EUR") + Money(amount=1, currency="USD")


@given(amount=amounts, whole=st.integers(1, 50))
def test_a_whole_share_is_everything_and_a_part_is_never_more(amount: int, whole: int) -> None:
    money = Money(amount=amount, currency="EUR")
    assert money.share(whole, whole) == money
    assert all(Money.zero("EUR") <= money.share(part, whole) <= money for part in range(whole + 1))

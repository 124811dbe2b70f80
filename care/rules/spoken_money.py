"""Amounts of money as a message writes them: "€12.99", "500 rupees", "25.98". What a customer says, never a truth."""

from __future__ import annotations

import re

from care.models.money import Money

_CURRENCIES = {
    "€": "EUR", "eur": "EUR", "euro": "EUR", "$": "USD", "usd": "USD", "dollar": "USD", "buck": "USD", "£": "GBP",
    "gbp": "GBP", "pound": "GBP", "quid": "GBP", "₹": "INR", "inr": "INR", "rs": "INR", "rupee": "INR",
}  # fmt: skip
_NUMBER = r"\d{1,9}(?:,\d{3})*(?:[.,]\d{1,2})?"
_UNIT = r"€|eur(?:os?)?|\$|usd|dollars?|bucks?|£|gbp|pounds?|quid|₹|inr|rs\.?|rupees?"
_AMOUNT = re.compile(
    rf"(?<![\w.,-])(?:(?P<before>{_UNIT})\s?(?P<a>{_NUMBER})|(?P<b>{_NUMBER})\s?(?P<after>{_UNIT})(?!\w)"
    r"|(?P<bare>\d{1,6}[.,]\d{2}))(?![\w%]|[.,]\d)",
    re.IGNORECASE,
)


def money_in(text: str, currency: str) -> list[Money]:
    """In the order said, once each. A number with two decimals counts without a sign, as `currency`."""
    found = []
    for match in _AMOUNT.finditer(text):
        number = match["a"] or match["b"] or match["bare"]
        unit = (match["before"] or match["after"] or "").casefold().rstrip(".")
        named = _CURRENCIES.get(unit) or _CURRENCIES.get(unit.removesuffix("s")) or currency
        amount = _amount(re.sub(r",(?=\d{3})", "", number), named)
        found += [amount] if amount else []
    return list(dict.fromkeys(found))


def _amount(number: str, currency: str) -> Money | None:
    """None for a number that the currency cannot have: 12.50 yen."""
    try:
        return Money.written(number, currency)
    except ValueError:
        return None

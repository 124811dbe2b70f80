"""What a document's text says of its total, its date and its order."""
# ruff: noqa: RUF001

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from care.models.money import Money
from care.models.refund import RefundReason
from care.rules.cross_check import Claimed, check_document
from care.rules.documents import dates_of, totals_in
from tests.brains.conftest import NOW, PLACED, an_order

CLAIMED = Claimed(an_order(), ["WHEY-1KG"], RefundReason.DAMAGED, NOW)


@pytest.mark.parametrize(
    ("text", "totals"),
    [
        ("Whey 14.99\nShipping 3.00\nTotal EUR 17.99", [(1799, "EUR")]),
        ("Subtotal 10.00\nSub-total 10.00\nTotal VAT 2.00\nTotal: 1.299,00 €", [(129900, "EUR")]),
        ("Grand total\n$ 99.00", [(9900, "USD")]),
        ("Zwischensumme 9,00\nSumme: 12,99 EUR", [(1299, "EUR")]),
        ("Total net 10.00\nTotal 11.90 GBP", [(1190, "GBP")]),
        ("Amount due (EUR) 99.00", [(9900, "EUR")]),
        ("Order ORD004 total 17.99", [(1799, None)]),
        ("Total discount 1.00\nTotal: 3 items\nTotal 2 x 5.00", []),
    ],
)
def test_only_the_total_of_the_whole_is_a_total(text: str, totals: list[tuple[int, str | None]]) -> None:
    assert [(total.amount, total.currency) for total in totals_in(text)] == totals


@pytest.mark.parametrize(
    ("text", "dates"),
    [
        ("Invoice date: 2026-11-12\nDue date: 2026-12-12", [date(2026, 11, 12)]),
        ("Rechnungsdatum 12.11.2026", [date(2026, 11, 12)]),
        ("Date: 12 November 2026", [date(2026, 11, 12)]),
        ("Date: 31.02.2026", []),
        ("Best before date 2027-01-01", []),
        ("Date: 11/12/2026", []),
    ],
)
def test_only_the_date_of_the_invoice_or_order_is_one(text: str, dates: list[date]) -> None:
    assert dates_of(text) == dates


@pytest.mark.parametrize(
    ("text", "contradictions"),
    [
        ("Invoice for ORD004, date: 2026-11-10\nTotal EUR 17.99", []),
        ("Invoice without shipping\nTotal EUR 14.99", []),
        ("Warranty card. Keep it.", []),
        ("Total EUR 99.00", ["The invoice shows a total of €99.00; the order's total is €17.99."]),
        ("Total USD 17.99", ["The invoice shows a total of $17.99; the order's total is €17.99."]),
        # The right amount somewhere else does not mend a wrong total.
        ("Paid before: 17.99\nTotal EUR 99.00", ["The invoice shows a total of €99.00; the order's total is €17.99."]),
        ("Order ORD900", ["A document names another order than ORD004."]),
        ("ORD004 replaces ORD003", []),
        ("Invoice date: 2025-01-01", ["A document is dated 2025-01-01; the order was placed on 2026-11-10."]),
    ],
)
def test_a_document_is_held_against_the_order_by_our_own_code(text: str, contradictions: list[str]) -> None:
    assert check_document(text, CLAIMED) == contradictions


@given(st.integers(0, 10**7), st.integers(-40, 60))
@settings(max_examples=50, deadline=None)
def test_an_invoice_contradicts_exactly_when_its_total_or_date_does_not_fit(cents: int, days: int) -> None:
    dated = PLACED.date() + timedelta(days=days)
    text = f"Invoice date: {dated}\nTotal EUR {cents // 100}.{cents % 100:02}"
    fits = cents in (1799, 1499) and timedelta(days=-1) <= dated - PLACED.date() <= timedelta(days=11)
    assert (check_document(text, CLAIMED) == []) is fits


@given(st.integers(0, 10**11), st.sampled_from(["EUR", "JPY", "KWD"]))
@settings(max_examples=50)
def test_an_amount_written_out_is_read_back(amount: int, currency: str) -> None:
    money = Money(amount=amount, currency=currency)
    whole, rest = divmod(amount, 10**money.decimals)
    written = f"{whole}.{rest:0{money.decimals}}" if money.decimals else str(whole)
    assert Money.parse(written, currency) == money


@pytest.mark.parametrize(
    "written", ["", "1,00", "1.5", "1.", ".50", "-1.00", "+1.00", "1e2", "1_000", "NaN", "١٢.٠٠", "1.00 ", "1" * 17]
)
def test_anything_but_plain_digits_is_no_amount(written: str) -> None:
    with pytest.raises(ValueError):
        Money.parse(written, "EUR")

"""What the files say, held against the order record. Pure; every outcome is a plain sentence in neutral words.

A contradiction keeps the machine from approving. It is no accusation: invoices of another shop are sent by mistake
every day, and a person sees that at once.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple

from care.models.common import Model
from care.models.money import Money
from care.models.order import Order
from care.models.refund import RefundReason
from care.rules.documents import Total, dates_of, order_ids_in, totals_in
from care.rules.product_names import products_in

# Time zones and clocks: a day either way proves nothing.
_SLACK = timedelta(days=1)


class Reading(Model):
    """What a model read in the files. `dates` are those of invoices and orders; `words` what stands in pictures."""

    products: list[str] = []
    quantity: int | None = None
    dates: list[date] = []
    order_ids: list[str] = []
    total: Money | None = None
    words: list[str] = []


class Crossed(NamedTuple):
    findings: list[str]
    contradictions: list[str]


class Claimed(NamedTuple):
    """The record that a claim is held against: `skus` are the claimed items of `order`, `now` is in UTC."""

    order: Order
    skus: Sequence[str]
    reason: RefundReason
    now: datetime


def cross_check(reading: Reading, claimed: Claimed) -> Crossed:
    """Agreeing: findings. Differing: contradictions."""
    crossed = Crossed([], [])
    _products(reading, claimed, crossed)
    _quantity(reading, claimed, crossed)
    if reading.total:
        _total([Total(amount=reading.total.amount, currency=reading.total.currency)], claimed.order, crossed)
    _dates(reading.dates, claimed, crossed)
    _order_ids(reading.order_ids, claimed.order, crossed)
    return crossed


def check_document(text: str, claimed: Claimed) -> list[str]:
    """Contradictions between the order and what our own code reads in a document's text: no model can talk it over."""
    crossed = Crossed([], [])
    if claimed.order.total.decimals == 2:
        _total(totals_in(text), claimed.order, crossed)
    _dates(dates_of(text), claimed, crossed)
    _order_ids(order_ids_in(text), claimed.order, crossed)
    return crossed.contradictions


def _products(reading: Reading, claimed: Claimed, crossed: Crossed) -> None:
    if not reading.products:
        return
    names = [line.name for line in claimed.order.items if line.sku in claimed.skus]
    said = " ".join(reading.products)
    if found := [name for name in names if products_in(said, [name])]:
        crossed.findings.append(f"The files show {', '.join(found)}, as ordered.")
    elif claimed.reason is RefundReason.WRONG_ITEM:
        crossed.findings.append("The files show another product than the one that was ordered, as the customer says.")
    else:
        crossed.contradictions.append(f"The files do not show what is claimed: {', '.join(names)}.")


def _quantity(reading: Reading, claimed: Claimed, crossed: Crossed) -> None:
    if reading.quantity is None:
        return
    ordered = sum(line.quantity for line in claimed.order.items)
    if reading.quantity > ordered:
        crossed.contradictions.append(f"The files show {_pieces(reading.quantity)}; the order has {ordered}.")
    else:
        crossed.findings.append(f"The files show {_pieces(reading.quantity)} of the {ordered} that were ordered.")


def _pieces(number: int) -> str:
    return f"{number} piece{'' if number == 1 else 's'}"


def _total(totals: Sequence[Total], order: Order, crossed: Crossed) -> None:
    if not totals:
        return
    paid = order.total
    # An invoice may leave the shipping out.
    fitting = {paid.amount, paid.amount - order.shipping.amount}
    if any(total.amount in fitting and total.currency in (None, paid.currency) for total in totals):
        crossed.findings.append(f"The invoice's total agrees with the order's, {paid}.")
        return
    largest = max(totals, key=lambda total: total.amount)
    shown = Money(amount=min(largest.amount, 10**15), currency=largest.currency or paid.currency)
    crossed.contradictions.append(f"The invoice shows a total of {shown}; the order's total is {paid}.")


def _dates(dates: Iterable[date], claimed: Claimed, crossed: Crossed) -> None:
    placed = claimed.order.placed_at
    first, last = (placed - _SLACK).date(), (claimed.now + _SLACK).date()
    dates = list(dict.fromkeys(dates))
    outside = [day for day in dates if not first <= day <= last]
    for day in outside[:3]:
        crossed.contradictions.append(f"A document is dated {day}; the order was placed on {placed:%Y-%m-%d}.")
    if dates and not outside:
        crossed.findings.append("The documents' dates fit the order's.")


def _order_ids(order_ids: Sequence[str], order: Order, crossed: Crossed) -> None:
    named = {_bare(each) for each in order_ids}
    if _bare(order.order_id) in named:
        crossed.findings.append(f"A document names the order id {order.order_id}.")
    elif named:
        crossed.contradictions.append(f"A document names another order than {order.order_id}.")


def _bare(order_id: str) -> str:
    return "".join(c for c in order_id.casefold() if c.isalnum())

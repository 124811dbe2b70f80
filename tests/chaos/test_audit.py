"""The auditor finds what it looks for: books that agree pass, and each kind of damage is named."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from datetime import UTC, datetime, timedelta

import pytest

from tests.chaos.audit import Books, Document, Wish, assert_nothing_is_lost_or_doubled, assert_the_books_agree

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
WISH = Wish("SUB1", "Asia/Kolkata", NOON, NOON + timedelta(seconds=14), timedelta(seconds=5))
FIRST, SECOND = "2026-11-22T17:30:05", "2026-11-22T17:30:10"
EMPTY = Books(orders={}, movements={}, entries={}, subscriptions={}, stock={"MILK": 10}, notices=[])


def order(occurrence: str) -> Document:
    return {
        "_id": f"ORD-{occurrence}",
        "subscription_id": "SUB1",
        "occurrence": occurrence,
        "total": {"amount": 300, "currency": "EUR"},
        "payment": {"status": "paid", "reference": f"PAY-{occurrence}"},
        "items": [{"sku": "MILK", "quantity": 2}],
    }


def charge(occurrence: str) -> Document:
    amount = {"amount": 300, "currency": "EUR"}
    return {"kind": "charge", "status": "succeeded", "amount": amount, "reference": f"PAY-{occurrence}"}


def entry() -> Document:
    return {"lines": [{"account": "customer:C1:card", "amount": -300}, {"account": "shop:sales", "amount": 300}]}


def sound() -> Books:
    both = (FIRST, SECOND)
    recent = [{"occurrence": each, "outcome": "delivered", "order_id": f"ORD-{each}"} for each in both]
    return Books(
        orders={f"ORD-{each}": order(each) for each in both},
        movements={f"order:ORD-{each}": charge(each) for each in both},
        entries={f"order:ORD-{each}": entry() for each in both},
        subscriptions={"SUB1": {"recent": recent, "deliveries": 2}},
        stock={"MILK": 6},
        notices=[],
    )


def audit(after: Books) -> None:
    assert_nothing_is_lost_or_doubled([WISH], EMPTY, after)
    assert_the_books_agree(EMPTY, after)


def lost_and_told(books: Books) -> None:
    """The second delivery was missed, which is an explanation once the customer has been told."""
    for kept in (books.orders, books.movements, books.entries):
        kept.popitem()
    books.subscriptions["SUB1"]["recent"][1]["outcome"] = "missed"
    books.subscriptions["SUB1"]["deliveries"] = 1
    books.stock["MILK"] = 8
    books.notices.append({"subscription_id": "SUB1", "kind": "missed"})


def test_sound_books_pass_with_a_missed_delivery_or_without() -> None:
    assert WISH.occurrences() == {FIRST, SECOND}
    books = sound()
    audit(books)
    lost_and_told(books)
    audit(books)


def lost_without_a_word(books: Books) -> None:
    lost_and_told(books)
    books.notices.clear()


def ordered_twice(books: Books) -> None:
    books.orders["ORD-again"] = order(FIRST) | {"_id": "ORD-again"}


def ordered_for_no_occurrence(books: Books) -> None:
    books.orders["ORD-odd"] = order("2026-11-22T17:30:07") | {"_id": "ORD-odd"}


def order_lost(books: Books) -> None:
    books.orders.popitem()


def charged_twice(books: Books) -> None:
    books.movements["order:ORD-again"] = charge(FIRST)


def charge_lost(books: Books) -> None:
    books.movements.popitem()


def charged_too_much(books: Books) -> None:
    books.movements[f"order:ORD-{FIRST}"]["amount"] = {"amount": 600, "currency": "EUR"}


def entry_lost(books: Books) -> None:
    books.entries.popitem()


def entry_that_does_not_sum_to_zero(books: Books) -> None:
    books.entries[f"order:ORD-{FIRST}"]["lines"][0]["amount"] = -299


def stock_taken_twice(books: Books) -> None:
    books.stock["MILK"] = 4


def subscription_lost(books: Books) -> None:
    books.subscriptions["SUB2"] = books.subscriptions.pop("SUB1")


def subscription_doubled(books: Books) -> None:
    books.subscriptions["SUB2"] = deepcopy(books.subscriptions["SUB1"])


@pytest.mark.parametrize(
    "damage",
    [
        lost_without_a_word,
        ordered_twice,
        ordered_for_no_occurrence,
        order_lost,
        charged_twice,
        charge_lost,
        charged_too_much,
        entry_lost,
        entry_that_does_not_sum_to_zero,
        stock_taken_twice,
        subscription_lost,
        subscription_doubled,
    ],
    ids=lambda damage: damage.__name__,
)
def test_each_kind_of_damage_is_found(damage: Callable[[Books], None]) -> None:
    books = sound()
    damage(books)
    with pytest.raises((AssertionError, KeyError)):
        audit(books)

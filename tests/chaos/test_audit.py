"""The auditor finds what it looks for: books that agree pass, and each kind of damage is named."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from datetime import UTC, datetime, timedelta

import pytest

from tests.chaos.audit import (
    Books,
    Case,
    Document,
    RefundBooks,
    Wish,
    assert_each_refund_is_paid_once,
    assert_nothing_is_lost_or_doubled,
    assert_the_books_agree,
)

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


PAID = Case("REF1", "ORD1", "C1", 150, "card")
CREDITED = Case("REF2", "ORD2", "C2", 70, "wallet")


def refunded() -> RefundBooks:
    """Two refunds that were paid, one to the card through the provider and one to the wallet."""

    def amount(case: Case) -> Document:
        return {"amount": case.amount, "currency": "EUR"}

    both, nothing = (PAID, CREDITED), {"amount": 0, "currency": "EUR"}
    return RefundBooks(
        refunds={
            case.refund_id: {"status": "paid", "hold": "paid", "amount": amount(case), "payment_reference": case.to}
            for case in both
        },
        orders={case.order_id: {"reserved": nothing, "refunded": amount(case)} for case in both},
        movements={
            f"refund:{case.refund_id}": {"status": "succeeded", "amount": amount(case), "reference": case.to}
            for case in both
        },
        entries={
            f"refund:{case.refund_id}": {
                "lines": [
                    {"account": "shop:refunds", "amount": -case.amount},
                    {"account": case.account, "amount": case.amount},
                ]
            }
            for case in both
        },
        wallets={"C2": {"balance": amount(CREDITED)}},
        notices=[{"customer_id": case.customer_id, "kind": "refund_paid"} for case in both],
    )


def sent_back() -> list[Document]:
    return [{"amount": 150, "metadata": {"care_key": "refund:REF1"}}]


def test_refunds_that_were_paid_once_pass() -> None:
    assert_each_refund_is_paid_once([PAID, CREDITED], refunded(), sent_back())


def never_settled(books: RefundBooks) -> None:
    books.refunds["REF1"]["status"] = "approved"


def still_held(books: RefundBooks) -> None:
    books.orders["ORD1"]["reserved"] = {"amount": 150, "currency": "EUR"}


def counted_twice(books: RefundBooks) -> None:
    books.orders["ORD1"]["refunded"] = {"amount": 300, "currency": "EUR"}


def moved_twice(books: RefundBooks) -> None:
    books.movements["refund:REF1:2"] = books.movements["refund:REF1"]


def moved_without_an_entry(books: RefundBooks) -> None:
    del books.entries["refund:REF1"]


def moved_for_nobody(books: RefundBooks) -> None:
    books.movements["refund:REF3"] = books.entries["refund:REF3"] = books.movements["refund:REF1"]


def credited_twice(books: RefundBooks) -> None:
    books.wallets["C2"]["balance"]["amount"] = 140


def told_twice(books: RefundBooks) -> None:
    books.notices.append(books.notices[0])


def never_told(books: RefundBooks) -> None:
    books.notices.pop()


@pytest.mark.parametrize(
    "damage",
    [
        never_settled,
        still_held,
        counted_twice,
        moved_twice,
        moved_without_an_entry,
        moved_for_nobody,
        credited_twice,
        told_twice,
        never_told,
    ],
    ids=lambda damage: damage.__name__,
)
def test_each_kind_of_damage_to_a_refund_is_found(damage: Callable[[RefundBooks], None]) -> None:
    after = refunded()
    damage(after)
    with pytest.raises((AssertionError, KeyError)):
        assert_each_refund_is_paid_once([PAID, CREDITED], after, sent_back())


@pytest.mark.parametrize(
    "provider", [[], sent_back() * 2, [*sent_back(), {"amount": 70, "metadata": {"care_key": "x"}}]]
)
def test_a_provider_that_paid_another_number_of_times_is_found(provider: list[Document]) -> None:
    with pytest.raises(AssertionError):
        assert_each_refund_is_paid_once([PAID, CREDITED], refunded(), provider)

"""Other items instead of the same ones: what may be chosen, what it leaves to be paid back, and who decides it."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from care.errors import Conflict, Invalid, NotEligible
from care.models.ledger import Movement, MovementKind
from care.models.money import Money
from care.models.order import OrderLine, Product
from care.models.refund import Refund, RefundStatus, Remedy, Ruling
from care.models.subscription import Item
from care.policy import load_policy
from care.rules import refund_payout as payouts
from care.rules.books import of_refund
from care.rules.refund_case import with_evidence, withdrawn
from care.rules.refund_exchange import exchanged, owed, worth
from care.rules.refund_notices import notice_for
from care.rules.refund_waiting import overdue
from care.rules.review import check_ruling
from tests.stores.make import AT, eur, product, refund

POLICY = load_policy(None)
TEA = OrderLine(sku="TEA", name="Tea", quantity=2, price=eur(350))
CATALOGUE = {
    "TEA": product("TEA", price=350, stock=5),
    "RICE": product("RICE", price=300, stock=5),
    "DEAR": product("DEAR", price=10**15, stock=1000),
    "IMPORT": Product(sku="IMPORT", name="Import", price=Money(amount=1, currency="USD"), stock=5),
}


def wanted(pieces: dict[str, int]) -> list[Item]:
    return [Item(sku=sku, quantity=count) for sku, count in pieces.items()]


def exchange(**given: Any) -> Refund:
    """10.00 of milk for 7.00 of tea."""
    fields: dict[str, Any] = {"status": RefundStatus.IN_REVIEW, "remedy": Remedy.REPLACEMENT, "exchange_for": [TEA]}
    return refund(items={"MILK": 2}, price=500, **fields | given)


@pytest.mark.parametrize(
    ("pieces", "remedy", "rule"),
    [
        ({"TEA": 1}, Remedy.REFUND, "exchange_remedy"),
        ({"TEA": 1}, Remedy.STORE_CREDIT, "exchange_remedy"),
        ({"TEA": 1, "NOTHING": 1}, Remedy.REPLACEMENT, "exchange_item"),
        ({"IMPORT": 1}, Remedy.REPLACEMENT, "exchange_currency"),
        ({"TEA": 2, "RICE": 2}, Remedy.REPLACEMENT, "exchange_worth"),
        ({"DEAR": 1000}, Remedy.REPLACEMENT, "exchange_worth"),
    ],
)
def test_what_cannot_be_exchanged_is_refused_by_name(pieces: dict[str, int], remedy: Remedy, rule: str) -> None:
    with pytest.raises(NotEligible) as refused:
        exchanged(wanted(pieces), CATALOGUE, eur(1000), remedy)
    assert refused.value.rule == rule


def test_what_is_out_of_stock_now_is_refused_however_it_is_split() -> None:
    twice = [Item(sku="TEA", quantity=3), Item(sku="TEA", quantity=3)]
    with pytest.raises(NotEligible) as refused:
        exchanged(twice, CATALOGUE, eur(10_000), Remedy.REPLACEMENT)
    assert (refused.value.rule, "5 of Tea" in refused.value.detail) == ("exchange_stock", True)


def test_all_that_is_given_back_may_be_spent_and_not_a_cent_more() -> None:
    lines = exchanged(wanted({"TEA": 2, "RICE": 1}), CATALOGUE, eur(1000), Remedy.REPLACEMENT)
    assert [(line.sku, line.quantity, line.price) for line in lines] == [("TEA", 2, eur(350)), ("RICE", 1, eur(300))]
    with pytest.raises(NotEligible):
        exchanged(wanted({"TEA": 2, "RICE": 1}), CATALOGUE, eur(999), Remedy.REPLACEMENT)


@given(
    prices=st.lists(st.integers(0, 2000), min_size=1, max_size=4),
    counts=st.lists(st.integers(1, 6), min_size=4, max_size=4),
    given_back=st.integers(1, 20_000),
)
@settings(max_examples=150, deadline=None)
def test_new_items_and_difference_are_together_what_is_given_back_to_the_cent(
    prices: list[int], counts: list[int], given_back: int
) -> None:
    shelf = {f"P{n}": product(f"P{n}", price=price) for n, price in enumerate(prices)}
    pieces = dict(zip(shelf, counts, strict=False))
    cost = sum(price * count for price, count in zip(prices, counts, strict=False))
    if cost > given_back:
        with pytest.raises(NotEligible):
            exchanged(wanted(pieces), shelf, eur(given_back), Remedy.REPLACEMENT)
        return
    lines = exchanged(wanted(pieces), shelf, eur(given_back), Remedy.REPLACEMENT)
    case = refund(price=given_back, remedy=Remedy.REPLACEMENT, exchange_for=lines)
    assert worth(lines) == eur(cost)
    assert owed(case) == eur(given_back - cost)
    assert owed(case).amount >= 0


def test_an_exchange_is_approved_as_a_whole() -> None:
    for part in ({"amount": 999}, {"items": [Item(sku="MILK", quantity=1)], "note": "one was whole"}):
        with pytest.raises(Invalid):
            check_ruling(exchange(), Ruling.model_validate({"decision": "approve", "reviewer": "amy"} | part), POLICY)
    check_ruling(exchange(), Ruling(decision="approve", amount=1000, reviewer="amy"), POLICY)


def test_once_the_new_items_are_sent_only_the_payment_of_the_difference_is_left() -> None:
    half = exchange(sent_as="ORD-REF001", due_at=AT, escalated=True)
    for decision in ("reject", "request_evidence"):
        said = Ruling.model_validate({"decision": decision, "note": "no", "reviewer": "amy"})
        with pytest.raises(Conflict, match=r"€3\.00"):
            check_ruling(half, said, POLICY)
    with pytest.raises(Conflict):
        withdrawn(half, AT)
    with pytest.raises(Conflict):
        with_evidence(half, ["EV9"], AT)
    later = overdue(half, POLICY, AT)
    assert (later.status, later.due_at is not None) == (RefundStatus.IN_REVIEW, True)
    check_ruling(half, Ruling(decision="approve", reviewer="amy"), POLICY)


def test_the_customer_reads_what_is_sent_and_what_is_paid_back() -> None:
    half = payouts.sent(exchange(status=RefundStatus.APPROVED, approved=eur(1000)), "ORD-REF001", AT)
    assert (half.status, half.sent_as) == (RefundStatus.APPROVED, "ORD-REF001")
    told = notice_for(payouts.paid(half, "re_1", AT), RefundStatus.APPROVED)
    assert told
    assert told.message.startswith(
        "Your replacement is on its way as order ORD-REF001, and we have paid back €3.00 (refund REF001"
    )
    failed = payouts.payment_failed(half, POLICY, "closed", AT)
    assert failed.offered is Remedy.STORE_CREDIT
    offer = notice_for(failed, RefundStatus.APPROVED)
    assert offer
    assert "take €3.00 as store credit" in offer.message
    credited = payouts.paid(payouts.offer_taken(failed, AT), "credit_1", AT)
    told = notice_for(credited, RefundStatus.APPROVED)
    assert told
    assert "as order ORD-REF001, and we have added €3.00 to your wallet" in told.message


def test_an_exchange_without_a_difference_is_over_once_it_is_sent() -> None:
    even = exchange(status=RefundStatus.APPROVED, approved=eur(700), amount=eur(700))
    done = payouts.sent(even, "ORD-REF001", AT)
    assert (done.status, done.amount, done.payment_reference) == (RefundStatus.PAID, eur(700), "ORD-REF001")


def moved_back(amount: int, key: str = "refund:REF001") -> Movement:
    fields = {"kind": MovementKind.REFUND, "customer_id": "CUST001", "status": "succeeded", "at": AT}
    return Movement.model_validate({"key": key, "reference": f"re_{key}", "amount": eur(amount)} | fields)


@pytest.mark.parametrize(
    ("change", "movements", "sound"),
    [
        ({}, [moved_back(300)], True),
        ({}, [], False),
        ({}, [moved_back(1000)], False),
        ({}, [moved_back(300), moved_back(300, "refund:REF001:2")], False),
        ({"amount": eur(700), "payment_reference": "ORD-REF001"}, [], True),
        ({"amount": eur(700), "payment_reference": "ORD-REF001"}, [moved_back(700)], False),
        ({"exchange_for": [], "payment_reference": "ORD-REF001"}, [], True),
        ({"exchange_for": [], "payment_reference": "ORD-REF001"}, [moved_back(1000)], False),
    ],
)
def test_the_books_hold_a_paid_exchange_to_its_difference(
    change: dict[str, Any], movements: list[Movement], sound: bool
) -> None:
    fields = {"status": RefundStatus.PAID, "payment_reference": "re_refund:REF001"} | change
    paid = exchange(**fields)
    assert (of_refund(paid, "paid", movements) == []) is sound


def test_a_closed_case_whose_new_items_were_sent_is_found() -> None:
    gone = exchange(status=RefundStatus.REJECTED, sent_as="ORD-REF001")
    assert ["ORD-REF001" in flaw.found for flaw in of_refund(gone, "released", [])] == [True]

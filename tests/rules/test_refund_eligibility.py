from __future__ import annotations

from datetime import timedelta
from itertools import accumulate
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from care.errors import CareError, NotEligible, OpenRefund
from care.models.order import Order, OrderLine, OrderStatus, Payment, PaymentStatus
from care.models.refund import Refund, RefundReason, RefundStatus, Remedy
from care.models.subscription import Item
from care.policy import load_policy
from care.rules.refund_amount import total_of
from care.rules.refund_policy import eligibility
from tests.stores.make import AT, eur, order, refund

POLICY = load_policy(None)
NOW = AT + timedelta(days=3)


def delivered(**given: Any) -> Order:
    fields: dict[str, Any] = {"items": {"MILK": 2, "WHEY": 1}, "status": OrderStatus.DELIVERED, "delivered_at": AT}
    return order(**fields | given)


def refused(
    found: Order, items: list[Item] | None = None, reason: RefundReason = RefundReason.DAMAGED, **more: Any
) -> Any:
    with pytest.raises(NotEligible) as error:
        eligibility(POLICY, found, items, reason, more.pop("now", NOW), **more)
    return error.value.rule


def piece(sku: str, quantity: int = 1) -> Item:
    return Item(sku=sku, quantity=quantity)


@pytest.mark.parametrize("status", [OrderStatus.PENDING, OrderStatus.CANCELLED, OrderStatus.SHIPPED])
def test_only_a_delivered_order_can_be_refunded(status: OrderStatus) -> None:
    assert refused(delivered(status=status, delivered_at=None)) == "not_delivered"


@pytest.mark.parametrize("reason", [RefundReason.LATE, RefundReason.MISSING])
def test_a_parcel_on_its_way_can_be_late_or_missing(reason: RefundReason) -> None:
    lines = eligibility(POLICY, delivered(status=OrderStatus.SHIPPED, delivered_at=None), None, reason, NOW)
    assert total_of(lines) == eur(600)


@pytest.mark.parametrize("status", [PaymentStatus.PENDING, PaymentStatus.FAILED])
def test_what_was_not_paid_is_not_refunded(status: PaymentStatus) -> None:
    assert refused(delivered(payment=Payment(status=status))) == "not_paid"


@pytest.mark.parametrize(("reason", "days"), [(RefundReason.DAMAGED, 30), (RefundReason.CHANGED_MIND, 14)])
def test_the_window_closes_after_the_reasons_days(reason: RefundReason, days: int) -> None:
    last = AT + timedelta(days=days)
    assert eligibility(POLICY, delivered(), None, reason, last)
    assert refused(delivered(), reason=reason, now=last + timedelta(seconds=1)) == "window_closed"


def test_an_item_that_was_not_bought_is_unknown() -> None:
    assert refused(delivered(), [piece("TEA")]) == "unknown_item"


@pytest.mark.parametrize("items", [[piece("MILK", 3)], [piece("MILK", 2), piece("MILK")]])
def test_more_than_was_bought_is_refused_also_when_it_is_asked_for_in_parts(items: list[Item]) -> None:
    assert refused(delivered(), items) == "quantity"


def test_a_fully_refunded_order_has_nothing_left() -> None:
    assert refused(delivered(refunded=eur(600), payment=Payment(status=PaymentStatus.REFUNDED))) == "nothing_left"


def test_items_that_were_refunded_are_gone() -> None:
    earlier = [refund(items={"MILK": 2}, status=RefundStatus.PAID)]
    assert refused(delivered(refunded=eur(400)), [piece("MILK")], earlier=earlier) == "nothing_left"


@pytest.mark.parametrize("items", [None, [piece("MILK")]])
def test_items_that_an_open_refund_holds_cannot_be_asked_for_again(items: list[Item] | None) -> None:
    found, earlier = delivered(items={"MILK": 2}, reserved=eur(400)), [refund(items={"MILK": 2})]
    for known in (earlier, []):
        with pytest.raises(OpenRefund):
            eligibility(POLICY, found, items, RefundReason.DAMAGED, NOW, earlier=known)


def test_what_an_open_refund_does_not_hold_can_be_asked_for() -> None:
    earlier = [refund(items={"MILK": 2})]
    with pytest.raises(OpenRefund):
        eligibility(POLICY, delivered(reserved=eur(400)), [piece("MILK")], RefundReason.DAMAGED, NOW, earlier=earlier)
    left = eligibility(POLICY, delivered(reserved=eur(400)), None, RefundReason.DAMAGED, NOW, earlier=earlier)
    assert [(line.sku, line.quantity) for line in left] == [("WHEY", 1)]


def test_pieces_of_a_withdrawn_refund_can_be_asked_for_again() -> None:
    earlier = [refund(items={"MILK": 2}, status=RefundStatus.WITHDRAWN)]
    assert eligibility(POLICY, delivered(), [piece("MILK", 2)], RefundReason.DAMAGED, NOW, earlier=earlier)


def test_a_remedy_that_is_not_offered_is_refused() -> None:
    strict = POLICY.model_copy(update={"remedies": [Remedy.REFUND]})
    with pytest.raises(NotEligible) as error:
        eligibility(strict, delivered(), None, RefundReason.DAMAGED, NOW, remedy=Remedy.STORE_CREDIT)
    assert error.value.rule == "remedy"


def test_the_amount_is_price_and_share_of_shipping() -> None:
    shipped = delivered(shipping=eur(301), total=eur(901))
    lines = eligibility(POLICY, shipped, [piece("WHEY")], RefundReason.DAMAGED, NOW)
    assert [line.amount for line in lines] == [eur(300)]
    assert total_of(eligibility(POLICY, shipped, None, RefundReason.DAMAGED, NOW)) == eur(901)


def test_what_is_reserved_or_refunded_already_is_not_promised_again() -> None:
    lines = eligibility(POLICY, delivered(refunded=eur(100), reserved=eur(250)), None, RefundReason.DAMAGED, NOW)
    assert total_of(lines) == eur(250)


def test_the_shipping_of_a_free_order_is_refunded_by_pieces() -> None:
    free = delivered(price=0, shipping=eur(300), total=eur(300))
    assert total_of(eligibility(POLICY, free, [piece("MILK")], RefundReason.DAMAGED, NOW)) == eur(100)


@st.composite
def orders(draw: st.DrawFn) -> Order:
    """Orders with several lines, the same SKU twice among them, and some shipping."""
    bought = draw(
        st.lists(st.tuples(st.sampled_from("ABC"), st.integers(1, 4), st.integers(0, 5000)), min_size=1, max_size=5)
    )
    lines = [OrderLine(sku=sku, name=sku, quantity=count, price=eur(price)) for sku, count, price in bought]
    shipping = draw(st.integers(0, 1500))
    goods = sum(line.price.amount * line.quantity for line in lines)
    return delivered(shipping=eur(shipping), total=eur(goods + shipping)).model_copy(update={"items": lines})


@settings(deadline=None)
@given(orders(), st.randoms(use_true_random=False))
def test_refunds_of_all_pieces_one_by_one_add_up_to_what_was_paid(found: Order, random: Any) -> None:
    pieces = [line.sku for line in found.items for _ in range(line.quantity)]
    random.shuffle(pieces)
    earlier: list[Refund] = []
    amounts = []
    for number, sku in enumerate(pieces):
        try:
            lines = eligibility(POLICY, found, [piece(sku)], RefundReason.DAMAGED, NOW, earlier=earlier)
        except NotEligible as error:
            assert error.rule == "nothing_left"  # noqa: PT017  a free piece
            lines = []
        earlier.append(refund(f"REF{number}", items={sku: 1}, status=RefundStatus.PAID))
        amounts.append(sum(line.amount.amount for line in lines))
    assert sum(amounts) == found.total.amount


@settings(deadline=None)
@given(orders(), st.lists(st.integers(0, 10_000), max_size=4))
def test_no_refund_passes_what_is_left_of_the_payment(found: Order, held: list[int]) -> None:
    reserved = max([0, *(total for total in accumulate(held) if total <= found.total.amount)])
    found = found.model_copy(update={"reserved": eur(reserved)})
    try:
        lines = eligibility(POLICY, found, None, RefundReason.DAMAGED, NOW)
    except CareError as error:
        assert isinstance(error, OpenRefund) or error.rule == "nothing_left"  # noqa: PT017
    else:
        assert 0 < total_of(lines).amount <= found.total.amount - reserved

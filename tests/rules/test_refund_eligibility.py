from __future__ import annotations

from datetime import timedelta
from itertools import accumulate
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from care.errors import CareError, NotEligible, OpenRefund
from care.models.customer import Address
from care.models.order import Order, OrderLine, OrderStatus, Payment, PaymentStatus
from care.models.policy import AllowList, FinalSale, WindowException
from care.models.refund import Refund, RefundReason, RefundStatus, Remedy
from care.models.subscription import Item
from care.policy import load_policy
from care.rules.refund_amount import total_of
from care.rules.refund_policy import eligibility
from care.rules.refund_windows import window_days
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


FRESH = Address(street="Weg 1", city="Bern", postcode="3000", country="CH")
SHOP = POLICY.model_copy(
    update={
        "zones": {"alps": ["CH", "AT"]},
        "window_exceptions": [
            WindowException(category="fresh", days=3),
            WindowException(category="fresh", reason=RefundReason.DAMAGED, days=5),
            WindowException(zone="alps", days=40),
            WindowException(zone="alps", reason=RefundReason.DAMAGED, days=41),
            WindowException(category="fresh", zone="alps", days=8),
            WindowException(category="fresh", zone="alps", reason=RefundReason.LATE, days=9),
            WindowException(reason=RefundReason.OTHER, days=2),
        ],
    }
)


@pytest.mark.parametrize(
    ("category", "country", "reason", "days"),
    [
        ("toys", None, RefundReason.DAMAGED, 30),  # the reason's own
        ("toys", "DE", RefundReason.OTHER, 2),  # the only line that matches
        ("fresh", None, RefundReason.QUALITY, 3),
        ("fresh", None, RefundReason.OTHER, 3),  # one name each: a category counts before a reason
        ("fresh", None, RefundReason.DAMAGED, 5),  # two names count before one
        ("toys", "CH", RefundReason.QUALITY, 40),
        ("toys", "AT", RefundReason.OTHER, 40),  # a zone counts before a reason
        ("toys", "CH", RefundReason.DAMAGED, 41),
        ("fresh", "CH", RefundReason.QUALITY, 8),
        ("fresh", "CH", RefundReason.DAMAGED, 8),  # category and zone count before category and reason
        ("fresh", "CH", RefundReason.LATE, 9),
    ],
)
def test_of_all_windows_that_match_the_most_specific_counts(
    category: str, country: str | None, reason: RefundReason, days: int
) -> None:
    assert window_days(SHOP, category, country, reason) == days


def mixed(**given: Any) -> Order:
    """A toy and fresh milk, delivered to the Alps."""
    lines = [
        OrderLine(sku="TOY", name="Toy", quantity=1, price=eur(900), category="toys"),
        OrderLine(sku="MILK", name="Milk", quantity=2, price=eur(100), category="fresh"),
    ]
    fields: dict[str, Any] = {"address": FRESH, "total": eur(1100)}
    return delivered(**fields | given).model_copy(update={"items": lines})


def test_of_a_whole_order_what_may_still_be_given_back_is() -> None:
    lines = eligibility(SHOP, mixed(), None, RefundReason.DAMAGED, AT + timedelta(days=20))
    assert [(line.sku, line.amount) for line in lines] == [("TOY", eur(900))]


def test_an_item_outside_its_window_is_refused_by_name() -> None:
    for items in ([piece("MILK")], [piece("MILK"), piece("TOY")]):
        with pytest.raises(NotEligible, match=r"8 days, which have passed for Milk .* the other items alone") as error:
            eligibility(SHOP, mixed(), items, RefundReason.DAMAGED, AT + timedelta(days=20))
        assert error.value.rule == "window_closed"
    assert eligibility(SHOP, mixed(), [piece("TOY")], RefundReason.DAMAGED, AT + timedelta(days=20))


def test_when_every_window_is_closed_all_items_are_named() -> None:
    with pytest.raises(NotEligible, match=r"41 days.* for Toy .*8 days.* for Milk"):
        eligibility(SHOP, mixed(), None, RefundReason.DAMAGED, AT + timedelta(days=42))


def test_when_only_what_is_closed_is_left_it_is_refused() -> None:
    earlier = [refund(items={"TOY": 1}, price=900, status=RefundStatus.PAID)]
    with pytest.raises(NotEligible) as error:
        eligibility(
            SHOP, mixed(refunded=eur(900)), None, RefundReason.DAMAGED, AT + timedelta(days=20), earlier=earlier
        )
    assert error.value.rule == "window_closed"


def test_an_item_bought_twice_has_its_shortest_window() -> None:
    found = mixed()
    twice = found.model_copy(update={"items": [found.items[0].model_copy(update={"sku": "MILK"}), found.items[1]]})
    with pytest.raises(NotEligible) as error:
        eligibility(SHOP, twice, [piece("MILK")], RefundReason.DAMAGED, AT + timedelta(days=20))
    assert error.value.rule == "window_closed"


FINAL = POLICY.model_copy(update={"final_sale": FinalSale(skus=["WHEY"], categories=["fresh"])})


def test_a_final_sale_is_final_after_a_change_of_mind_only() -> None:
    with pytest.raises(NotEligible) as error:
        eligibility(FINAL, delivered(), [piece("WHEY")], RefundReason.CHANGED_MIND, NOW)
    assert error.value.rule == "final_sale"
    assert eligibility(FINAL, delivered(), [piece("WHEY")], RefundReason.DAMAGED, NOW)
    (toy,) = eligibility(FINAL, mixed(), None, RefundReason.CHANGED_MIND, NOW)
    assert toy.sku == "TOY"


@pytest.mark.parametrize("allow", [AllowList(customers=["CUST001"]), AllowList(orders=["ORD1"])])
def test_who_is_on_the_allow_list_has_no_window_and_no_final_sale(allow: AllowList) -> None:
    friendly = FINAL.model_copy(update={"allow": allow})
    late = AT + timedelta(days=400)
    assert len(eligibility(friendly, delivered(), None, RefundReason.CHANGED_MIND, late)) == 2
    stranger = delivered(order_id="ORD9", customer_id="CUST009")
    with pytest.raises(NotEligible):
        eligibility(friendly, stranger, None, RefundReason.DAMAGED, late)


def expired(**given: Any) -> Refund:
    """A claim of the last day, that nobody answered."""
    fields: dict[str, Any] = {"status": RefundStatus.EXPIRED, "created_at": AT + timedelta(days=30)}
    return refund(**fields | given)


def test_a_claim_that_expired_may_be_made_again_after_its_window() -> None:
    late = AT + timedelta(days=45)
    assert eligibility(POLICY, delivered(), [piece("MILK")], RefundReason.DAMAGED, late, earlier=[expired()])
    (line,) = eligibility(POLICY, delivered(), None, RefundReason.DAMAGED, late, earlier=[expired()])
    assert (line.sku, line.quantity) == ("MILK", 2)


@pytest.mark.parametrize(
    "other",
    [
        {"created_at": AT + timedelta(days=30, seconds=1)},
        {"status": RefundStatus.WITHDRAWN},
        {"status": RefundStatus.REJECTED},
        {"reason": RefundReason.QUALITY},
        {"order_id": "ORD2"},
        {"items": {"WHEY": 1}},
    ],
)
def test_only_the_same_claim_made_in_time_and_left_unanswered_keeps_a_window_open(other: dict[str, Any]) -> None:
    late = AT + timedelta(days=45)
    assert refused(delivered(), [piece("MILK")], now=late, earlier=[expired(**other)]) == "window_closed"


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
        assert all(type(line.amount.amount) is int for line in lines)


@settings(deadline=None, max_examples=50)
@given(
    st.sampled_from(RefundReason),
    st.integers(0, 60),
    st.lists(st.sampled_from(["TOY", "MILK"]), unique=True, min_size=1) | st.none(),
    st.booleans(),
)
def test_the_allow_list_and_an_expired_claim_only_ever_widen(
    reason: RefundReason, days: int, skus: list[str] | None, listed: bool
) -> None:
    """What may be asked for without them may be with them, and comes to the same or more."""
    items, at = [piece(sku) for sku in skus] if skus else None, AT + timedelta(days=days)
    wide = SHOP.model_copy(update={"allow": AllowList(customers=["CUST001"])}) if listed else SHOP
    claims = [] if listed else [expired(items={"MILK": 1, "TOY": 1}, reason=reason, created_at=AT)]
    try:
        narrow = eligibility(SHOP, mixed(), items, reason, at)
    except NotEligible:
        return
    assert total_of(narrow) <= total_of(eligibility(wide, mixed(), items, reason, at, earlier=claims))

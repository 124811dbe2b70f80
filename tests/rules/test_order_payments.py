"""Of an order paid in parts the newest goes back first, and a refund goes to a payment that is large enough."""

from __future__ import annotations

import pytest

from care.models.order import PartPayment, Payment, PaymentStatus
from care.rules.order_payments import give_back, payment_for
from tests.stores.make import eur, order

ADDED = [PartPayment(reference="pay_2", amount=eur(200)), PartPayment(reference="pay_3", amount=eur(50))]
PAID = order(total=eur(650), payment=Payment(status=PaymentStatus.PAID, reference="pay_1", added=ADDED))


@pytest.mark.parametrize(
    ("amount", "parts"),
    [
        (30, [("pay_3", 30)]),
        (50, [("pay_3", 50)]),
        (250, [("pay_3", 50), ("pay_2", 200)]),
        (650, [("pay_3", 50), ("pay_2", 200), ("pay_1", 400)]),
        (0, []),
    ],
)
def test_parts_that_go_back_add_up_and_none_is_larger_than_what_was_paid(
    amount: int, parts: list[tuple[str, int]]
) -> None:
    assert [(part.reference, part.amount.amount) for part in give_back(PAID, eur(amount))] == parts


@pytest.mark.parametrize(("amount", "reference"), [(400, "pay_1"), (30, "pay_1"), (500, "pay_1")])
def test_a_refund_goes_to_the_first_payment_where_it_fits_or_none_does(amount: int, reference: str) -> None:
    assert payment_for(PAID, eur(amount)) == reference


def test_a_refund_that_the_first_payment_cannot_bear_goes_to_a_later_one() -> None:
    small = PAID.model_copy(update={"total": eur(300)})  # 50 under pay_1
    assert payment_for(small, eur(150)) == "pay_2"

"""The payments of an order, after items were added to it and taken out again: which of them goes back. Pure."""

from __future__ import annotations

from care.models.money import Money
from care.models.order import Order, PartPayment, Payment, PaymentStatus
from care.models.order_change import OrderChange


def give_back(order: Order, amount: Money) -> list[PartPayment]:
    """`amount` as parts of the payments that the order was paid with, the last one first."""
    parts = []
    for part in reversed(order.payment.added):
        piece = min(part.amount, amount)
        if piece.amount > 0:
            parts.append(part.model_copy(update={"amount": piece}))
            amount = amount - piece
    return [*parts, PartPayment(reference=order.payment.reference, amount=amount)] if amount.amount > 0 else parts


def payment_for(order: Order, amount: Money) -> str | None:
    """The reference of the payment that a refund of `amount` goes back to: the first that is large enough, if any."""
    added = sum((part.amount for part in order.payment.added), start=Money.zero(order.total.currency))
    if order.total - added < amount:
        return next((p.reference for p in order.payment.added if amount <= p.amount), order.payment.reference)
    return order.payment.reference


def payment_after(order: Order, change: OrderChange, reference: str | None) -> Payment:
    """How the order is paid once the change is made; `reference` is of what was charged for it."""
    payment = order.payment
    if change.kind == "payment":
        return Payment(status=PaymentStatus.PAID, reference=reference)
    if change.charge:
        added = [*payment.added, PartPayment(reference=reference, amount=change.charge)]
        return payment.model_copy(update={"added": added})
    back = {part.reference: part.amount for part in change.repay}
    rest = [
        part.model_copy(update={"amount": part.amount - back.get(part.reference, Money.zero(part.amount.currency))})
        for part in payment.added
    ]
    return payment.model_copy(update={"added": [part for part in rest if part.amount.amount]})

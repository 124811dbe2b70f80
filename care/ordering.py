"""Changes of an order that touch money: one place for the API and the assistant."""

from __future__ import annotations

import structlog

from care.gateways.payments import PaymentGateway
from care.models.order import Order, PaymentStatus
from care.rules.order_payments import give_back
from care.stores import Stores

log = structlog.get_logger("ordering")


async def cancel_order(stores: Stores, payments: PaymentGateway, order_id: str) -> Order:
    """Cancels a pending order: its stock goes back, and what was paid goes back to the customer, once.

    Safe to repeat. Raises NotFound, or Conflict once the order is on its way.
    """
    return await _pay_back(stores, payments, await stores.orders.cancel(order_id))


async def pay_back_cancelled(stores: Stores, payments: PaymentGateway) -> None:
    """Pays what cancelled orders still owe, because whoever cancelled one ended before it had paid. Safe to repeat."""
    for order in await stores.orders.owing():
        await _pay_back(stores, payments, order)


async def _pay_back(stores: Stores, payments: PaymentGateway, order: Order) -> Order:
    due = order.total - order.refunded
    if order.payment.status is not PaymentStatus.PAID or due.amount <= 0:
        return order
    for part in give_back(order, due):
        first = part.reference == order.payment.reference
        key = f"cancel-{order.order_id}" if first else f"cancel-{order.order_id}:{part.reference}"
        result = await payments.refund(order.customer_id, part.reference, part.amount, key)
        if result.status != "succeeded":
            log.warning("cancelled_order_not_paid_back", order_id=order.order_id, status=result.status)
            return order  # still says "paid": whoever looks sees that the money has yet to go back
    return await stores.orders.paid_back(order.order_id)

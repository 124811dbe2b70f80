"""Changes of an order that touch money: one place for the API and the assistant."""

from __future__ import annotations

from care.gateways.payments import PaymentGateway
from care.models.order import Order, Payment, PaymentStatus
from care.stores import Stores


async def cancel_order(stores: Stores, payments: PaymentGateway, order_id: str) -> Order:
    """Cancels a pending order: its stock goes back, and what was paid goes back to the customer, once.

    Safe to repeat. Raises NotFound, or Conflict once the order is on its way.
    """
    order = await stores.orders.cancel(order_id)
    due = order.total - order.refunded
    if order.payment.status is not PaymentStatus.PAID or due.amount <= 0:
        return order
    result = await payments.refund(order.customer_id, order.payment.reference, due, f"cancel-{order_id}")
    if result.status != "succeeded":
        return order  # still says "paid": whoever looks sees that the money has yet to go back
    return await stores.orders.set_payment(
        order_id, Payment(status=PaymentStatus.REFUNDED, reference=order.payment.reference)
    )

"""Changes of an order that touch money: one place for the API and the assistant."""

from __future__ import annotations

from collections.abc import AsyncIterator

import structlog

from care.gateways.payments import PaymentGateway, PaymentResult
from care.models.order import Order, OrderStatus, Payment, PaymentStatus
from care.rules.order_payments import give_back
from care.stores import Stores

log = structlog.get_logger("ordering")


async def cancel_order(stores: Stores, payments: PaymentGateway, order_id: str) -> Order:
    """Cancels a pending order: its stock goes back, and what was paid goes back to the customer, once.

    Safe to repeat. Raises NotFound, or Conflict once the order is on its way.
    """
    await _note_payment(stores, payments, await stores.orders.get(order_id))
    return await _pay_back(stores, payments, await stores.orders.cancel(order_id))


async def pay_back_cancelled(stores: Stores, payments: PaymentGateway) -> None:
    """Pays what cancelled orders still owe, because whoever cancelled one ended before it had paid. Safe to repeat."""
    for order in await stores.orders.owing():
        await _pay_back(stores, payments, order)


async def not_noted(payments: PaymentGateway, order: Order) -> AsyncIterator[PaymentResult]:
    """What the gateway knows of payments for an order that does not show one."""
    if order.payment.status in (PaymentStatus.PAID, PaymentStatus.REFUNDED):
        return
    for key in (f"order:{order.order_id}", order.payment.reference):
        if key and (known := await payments.find(key)):
            yield known


async def _note_payment(stores: Stores, payments: PaymentGateway, order: Order) -> None:
    """A payment that has arrived, though the order does not show it, is to go back as well.

    Those of a subscription are noted by its next step, which finds the order cancelled and pays back.
    """
    if order.status is not OrderStatus.PENDING or order.subscription_id:
        return
    async for known in not_noted(payments, order):
        if known.status == "succeeded":
            paid = Payment(status=PaymentStatus.PAID, reference=known.reference)
            await stores.orders.set_payment(order.order_id, paid)
            return


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

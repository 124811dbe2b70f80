"""Changing the items or the payment of a pending order: one place for the API and the assistant.

Money comes first and the change after it, or the change first and what is too much goes back after it. Each step is
written down before it is taken, so that whoever comes after a crash goes on with it: `settle_changes`.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime

import structlog

from care.errors import Invalid, NotFound
from care.gateways.payments import PaymentGateway
from care.models.customer import StoredMethod
from care.models.order import Order
from care.models.order_change import ChangeItems, ChangePayment, ChangeStatus, OrderChange
from care.models.subscription import Subscription
from care.ordering import not_noted
from care.rules.order_changes import check_items_may_change, check_not_under_way, check_payment_may_change, check_stock
from care.rules.order_plans import change_of_items, change_of_payment
from care.stores import Stores

log = structlog.get_logger("order_changes")


async def change_items(
    stores: Stores, payments: PaymentGateway, order_id: str, wish: ChangeItems, once: str
) -> OrderChange:
    """Gives the order other items. The same `once` acts once; what became of it stands in the record that comes back.

    Raises NotFound, Conflict, OutOfStock or Invalid where nothing was done.
    """
    change_id = f"{order_id}:{once}"
    change = await stores.order_changes.find(change_id)
    if change is None:
        order = await stores.orders.get(order_id)
        planned = await planned_items(stores, payments, order, wish, change_id)
        change = await stores.order_changes.begin(order, planned)
    return await _settled(stores, payments, change)


async def planned_items(
    stores: Stores, payments: PaymentGateway, order: Order, wish: ChangeItems, change_id: str = ""
) -> OrderChange:
    """What changing the items would come to; changes nothing. Raises as `change_items`."""
    check_items_may_change(order, await _subscription_of(stores, order))
    await _check_not_under_way(payments, order)
    if wish.payment_method:
        await stored_method(payments, order.customer_id, wish.payment_method)
    products = await stores.products.find(item.sku for item in wish.items)
    change = change_of_items(order, wish, products, change_id, datetime.now(UTC))
    check_stock(change, products)
    return change


async def change_payment(
    stores: Stores, payments: PaymentGateway, order_id: str, wish: ChangePayment, once: str
) -> OrderChange:
    """Charges an order that is not paid to another method, now. Otherwise as `change_items`."""
    change_id = f"{order_id}:{once}"
    change = await stores.order_changes.find(change_id)
    if change is None:
        order = await stores.orders.get(order_id)
        await check_payment(payments, order, wish)
        planned = change_of_payment(order, wish, change_id, datetime.now(UTC))
        change = await stores.order_changes.begin(order, planned)
    return await _settled(stores, payments, change)


async def check_payment(payments: PaymentGateway, order: Order, wish: ChangePayment) -> StoredMethod:
    """The method that would be charged. Raises Conflict or Invalid where the order cannot be paid with it."""
    check_payment_may_change(order)
    await _check_not_under_way(payments, order)
    return await stored_method(payments, order.customer_id, wish.payment_method)


async def settle_changes(stores: Stores, payments: PaymentGateway) -> None:
    """Goes on with every change whose money has yet to move. Safe to repeat."""
    for change in await stores.order_changes.open():
        await _settled(stores, payments, change)


async def stored_method(payments: PaymentGateway, customer_id: str, wanted: str) -> StoredMethod:
    """Raises Invalid for one that the customer has not stored."""
    for method in await payments.methods(customer_id):
        if method.payment_method == wanted:
            return method
    detail = f"There is no payment method {wanted} for this customer."
    raise Invalid(detail, fields={"payment_method": detail})


async def _subscription_of(stores: Stores, order: Order) -> Subscription | None:
    """None as well where the order outlived it."""
    with suppress(NotFound):
        return await stores.subscriptions.get(order.subscription_id) if order.subscription_id else None
    return None


async def _check_not_under_way(payments: PaymentGateway, order: Order) -> None:
    async for known in not_noted(payments, order):
        check_not_under_way(order, known.status)


async def _settled(stores: Stores, payments: PaymentGateway, change: OrderChange) -> OrderChange:
    if change.status is ChangeStatus.CHARGING and change.charge:
        result = await payments.charge(change.customer_id, change.charge, change.key, method=change.payment_method)
        if result.status == "pending":
            return change
        change = await stores.order_changes.charged(change.change_id, result)
    if change.status not in (ChangeStatus.REPAYING, ChangeStatus.RETURNING):
        return change
    for number, part in enumerate(change.repay, 1):
        key = change.repay_key(number)
        result = await payments.refund(change.customer_id, part.reference, part.amount, key)
        if result.status != "succeeded":
            log.warning("change_not_paid_back", order_id=change.order_id, status=result.status)
            return change  # stays open: whoever looks sees that the money has yet to go back
    return await stores.order_changes.paid_back(change.change_id)

"""What the shop knows of a customer, cut down to what tells which thing is meant."""

from __future__ import annotations

import asyncio

from care.models.dialogue import Context, NamedSku, OrderBrief, SubscriptionBrief
from care.models.order import Order
from care.models.subscription import Subscription
from care.rules.repeating import products_shown
from care.stores import Stores

_ORDERS = 10
_SUBSCRIPTIONS = 10


async def context_of(stores: Stores, customer_id: str, shown: str = "") -> Context:
    """`shown` is the question that waits for a yes. Raises NotFound for an unknown customer."""
    customer, orders, subscriptions = await asyncio.gather(
        stores.customers.get(customer_id),
        stores.orders.latest(customer_id, _ORDERS),
        stores.subscriptions.page(customer_id, limit=_SUBSCRIPTIONS),
    )
    sold = [product.name for product in await stores.products.all()] if shown else []
    bought = [item.name for each in orders for item in each.items]
    brought = [item.name for each in subscriptions.items for item in each.items]
    return Context(
        customer_name=customer.name,
        timezone=customer.timezone,
        orders=[_order(o) for o in orders],
        subscriptions=[_subscription(s) for s in subscriptions.items],
        shown=products_shown(shown, {*sold, *bought, *brought}),
    )


def _order(order: Order) -> OrderBrief:
    return OrderBrief(
        order_id=order.order_id,
        status=order.status,
        payment=order.payment.status,
        placed_at=order.placed_at,
        items=[NamedSku(sku=i.sku, name=i.name) for i in order.items],
        total=order.total,
    )


def _subscription(subscription: Subscription) -> SubscriptionBrief:
    return SubscriptionBrief(
        subscription_id=subscription.subscription_id,
        status=subscription.status,
        items=[NamedSku(sku=i.sku, name=i.name) for i in subscription.items],
        frequency=subscription.frequency,
        delivery_day=subscription.delivery_day,
    )

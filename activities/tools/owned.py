"""Reading what belongs to the customer: what is somebody else's answers as if it did not exist."""

from __future__ import annotations

from typing import Any

from care.errors import Conflict, missing
from care.models.money import Money
from care.models.order import Order, OrderStatus
from care.models.refund import Refund
from care.models.subscription import Subscription
from care.stores import Stores


async def order_of(stores: Stores, customer_id: str, order_id: str) -> Order:
    """Raises NotFound."""
    order = await stores.orders.get(order_id)
    if order.customer_id != customer_id:
        raise missing("order", order_id)
    return order


async def order_agreed(stores: Stores, customer_id: str, payload: dict[str, Any]) -> Order:
    """The order of a proposal. Raises NotFound, and Conflict where its total is not the one that was shown any more."""
    order = await order_of(stores, customer_id, payload["order_id"])
    shown = payload.get("total")  # proposals of earlier versions hold none
    if shown and order.status is OrderStatus.PENDING and order.total != Money.model_validate(shown):
        raise Conflict(
            f"{order.order_id} has changed since I showed you this, so I have not done it. Please ask again."
        )
    return order


async def subscription_of(stores: Stores, customer_id: str, subscription_id: str) -> Subscription:
    """Raises NotFound."""
    subscription = await stores.subscriptions.get(subscription_id)
    if subscription.customer_id != customer_id:
        raise missing("subscription", subscription_id)
    return subscription


async def refund_of(stores: Stores, customer_id: str, refund_id: str) -> Refund:
    """Raises NotFound."""
    refund = await stores.refunds.get(refund_id)
    if refund.customer_id != customer_id:
        raise missing("refund", refund_id)
    return refund


async def evidence_of(stores: Stores, customer_id: str, evidence_ids: list[str]) -> list[str]:
    """The same ids, once each. Raises NotFound for the first that is not the customer's."""
    for evidence_id in evidence_ids:
        evidence = await stores.evidence.get(evidence_id)
        if evidence.customer_id != customer_id:
            raise missing("evidence", evidence_id)
    return list(dict.fromkeys(evidence_ids))

"""Reading what belongs to the customer: what is somebody else's answers as if it did not exist."""

from __future__ import annotations

from care.errors import missing
from care.models.order import Order
from care.models.refund import Refund
from care.models.subscription import Subscription
from care.stores import Stores


async def order_of(stores: Stores, customer_id: str, order_id: str) -> Order:
    """Raises NotFound."""
    order = await stores.orders.get(order_id)
    if order.customer_id != customer_id:
        raise missing("order", order_id)
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

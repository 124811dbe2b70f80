"""What the assistant may set in motion: the same doors that the API uses, so that no rule is written twice."""

from __future__ import annotations

from typing import Protocol

from care.models.money import Money
from care.models.refund import Refund, RefundRequest
from care.models.subscription import CancelSubscription, Subscription, SubscriptionRequest


class Cases(Protocol):
    """Implemented by workflows.client.CareClient. `once` makes a call repeatable: the same value acts once.

    Each call raises a CareError when the thing is refused.
    """

    async def open_refund(
        self, customer_id: str, request: RefundRequest, *, once: str | None = None, amount: Money | None = None
    ) -> Refund:
        """`amount` is what the customer agreed to: raises Conflict if it would come to another one by now."""
        ...

    async def add_evidence(self, refund_id: str, evidence_ids: list[str]) -> Refund: ...

    async def withdraw_refund(self, refund_id: str) -> Refund: ...

    async def subscribe(self, request: SubscriptionRequest, *, once: str | None = None) -> Subscription: ...

    async def cancel_subscription(self, subscription_id: str, request: CancelSubscription) -> Subscription: ...

"""What the assistant may set in motion: the same doors that the API uses, so that no rule is written twice."""

from __future__ import annotations

from typing import Protocol

from care.models.money import Money
from care.models.refund import Refund, RefundRequest
from care.models.subscription import (
    CancelSubscription,
    ChangeSubscription,
    OneDelivery,
    PauseSubscription,
    RescheduleDelivery,
    Subscription,
    SubscriptionRequest,
)


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

    async def resubscribe(self, subscription_id: str) -> Subscription:
        """A new one like one that was cancelled. Asking twice starts one."""
        ...

    async def cancel_subscription(
        self, subscription_id: str, request: CancelSubscription, *, once: str | None = None
    ) -> Subscription: ...

    async def uncancel_subscription(self, subscription_id: str, *, once: str | None = None) -> Subscription: ...

    async def pause_subscription(
        self, subscription_id: str, request: PauseSubscription, *, once: str | None = None
    ) -> Subscription: ...

    async def resume_subscription(self, subscription_id: str, *, once: str | None = None) -> Subscription: ...

    async def skip_delivery(
        self, subscription_id: str, request: OneDelivery, *, once: str | None = None
    ) -> Subscription: ...

    async def unskip_delivery(
        self, subscription_id: str, request: OneDelivery, *, once: str | None = None
    ) -> Subscription: ...

    async def reschedule_delivery(
        self, subscription_id: str, request: RescheduleDelivery, *, once: str | None = None
    ) -> Subscription: ...

    async def change_subscription(
        self, subscription_id: str, request: ChangeSubscription, *, once: str | None = None
    ) -> Subscription: ...

    async def order_now(self, subscription_id: str, *, once: str | None = None) -> Subscription: ...

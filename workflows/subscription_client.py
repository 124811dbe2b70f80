"""Subscriptions: look at one, change one, and start one (workflows.subscribing)."""

from __future__ import annotations

from typing import Concatenate, ParamSpec

from temporalio.common import QueryRejectCondition
from temporalio.workflow import UpdateMethodMultiParam

from care.errors import Conflict, Unavailable
from care.models.subscription import (
    AgreedChange,
    CancelSubscription,
    ChangeSubscription,
    OneDelivery,
    PauseSubscription,
    RescheduleDelivery,
    Subscription,
    SubscriptionStatus,
)
from care.rules.renewal import renewed
from workflows.failures import Closed, answered
from workflows.gate import LOOK, UPDATE
from workflows.subscribing import Handle, Subscribing
from workflows.subscription import SubscriptionWorkflow

P = ParamSpec("P")
Change = UpdateMethodMultiParam[Concatenate[SubscriptionWorkflow, P], Subscription]


class SubscriptionClient(Subscribing):
    async def subscription(self, subscription_id: str) -> Subscription:
        """The live state from the workflow; the stored one where it has ended or no worker answers. Raises NotFound."""
        stored = await self._stores.subscriptions.get(subscription_id)
        if stored.status is SubscriptionStatus.CANCELLED:
            return stored
        handle = self._handle(subscription_id)
        try:
            await self.connect()
            async with answered(LOOK):
                return await handle.query(SubscriptionWorkflow.state, reject_condition=QueryRejectCondition.NOT_OPEN)
        except (Closed, Unavailable):
            return stored

    async def cancel_subscription(
        self, subscription_id: str, request: CancelSubscription, *, once: str | None = None
    ) -> Subscription:
        """Cancels now or after the next delivery. Cancelling twice is cancelling once. Raises NotFound, Conflict."""
        stored = await self._stores.subscriptions.get(subscription_id)
        if stored.status is SubscriptionStatus.CANCELLED:
            return stored
        try:
            return await self._update(once, subscription_id, SubscriptionWorkflow.cancel, request)
        except Conflict:  # it ended since the first look
            return await self._stores.subscriptions.get(subscription_id)

    async def pause_subscription(
        self, subscription_id: str, request: PauseSubscription, *, once: str | None = None
    ) -> Subscription:
        """Raises NotFound, Conflict, Invalid, as all changes here do. The same `once` acts once, in all of them."""
        return await self._update(once, subscription_id, SubscriptionWorkflow.pause, request)

    async def resume_subscription(self, subscription_id: str, *, once: str | None = None) -> Subscription:
        return await self._update(once, subscription_id, SubscriptionWorkflow.resume)

    async def skip_delivery(
        self, subscription_id: str, request: OneDelivery, *, once: str | None = None
    ) -> Subscription:
        return await self._update(once, subscription_id, SubscriptionWorkflow.skip, request)

    async def unskip_delivery(
        self, subscription_id: str, request: OneDelivery, *, once: str | None = None
    ) -> Subscription:
        return await self._update(once, subscription_id, SubscriptionWorkflow.unskip, request)

    async def reschedule_delivery(
        self, subscription_id: str, request: RescheduleDelivery, *, once: str | None = None
    ) -> Subscription:
        return await self._update(once, subscription_id, SubscriptionWorkflow.reschedule, request)

    async def change_subscription(
        self, subscription_id: str, request: ChangeSubscription, *, once: str | None = None
    ) -> Subscription:
        """Items come with today's names and prices."""
        stored = await self._stores.subscriptions.get(subscription_id)
        items = None if request.items is None else await self._agreed(request.items)
        await self._check_payment_method(stored.customer_id, request.payment_method)
        agreed = AgreedChange(wish=request, items=items, allow_subdaily=self._allow_subdaily)
        return await self._update(once, subscription_id, SubscriptionWorkflow.change, agreed)

    async def order_now(self, subscription_id: str, *, once: str | None = None) -> Subscription:
        return await self._update(once, subscription_id, SubscriptionWorkflow.order_now)

    async def uncancel_subscription(self, subscription_id: str, *, once: str | None = None) -> Subscription:
        return await self._update(once, subscription_id, SubscriptionWorkflow.uncancel)

    async def resubscribe(self, subscription_id: str) -> Subscription:
        """A new subscription like one that was cancelled, from today on. Asking twice starts one.

        Raises NotFound, Conflict while the old one runs, Invalid if its items are no longer sold.
        """
        old = await self._stores.subscriptions.get(subscription_id)
        if old.status is not SubscriptionStatus.CANCELLED:
            raise Conflict(f"Subscription {subscription_id} is not cancelled.")
        again = await self.subscribe(renewed(old), once=f"again-{subscription_id}")
        # Cancelled since: the customer means the newest of the row.
        return await self.resubscribe(again.subscription_id) if again.status is SubscriptionStatus.CANCELLED else again

    async def _update(
        self, once: str | None, subscription_id: str, change: Change[P], *args: P.args, **kwargs: P.kwargs
    ) -> Subscription:
        stored = await self._stores.subscriptions.get(subscription_id)
        await self.connect()
        handle = self._handle(subscription_id)
        try:
            async with answered(UPDATE):
                return await handle.execute_update(change, args=args, id=once)
        except Closed:
            if once and await self._has_changed(handle, once):
                return stored
            raise Conflict(f"Subscription {subscription_id} has ended.") from None

    async def _has_changed(self, handle: Handle, once: str) -> bool:
        """Whether the change that is asked for was one of its last, before the run in which it ended."""
        try:
            async with answered(LOOK):
                return await handle.query(SubscriptionWorkflow.has_changed, once)
        except Closed:  # so long ago that nobody knows
            return False

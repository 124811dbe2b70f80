"""Subscriptions: start one, look at one, change one."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime
from typing import Concatenate, ParamSpec

from temporalio.client import WithStartWorkflowOperation, WorkflowHandle
from temporalio.common import (
    QueryRejectCondition,
    SearchAttributePair,
    WorkflowIDConflictPolicy,
    WorkflowIDReusePolicy,
)
from temporalio.exceptions import WorkflowAlreadyStartedError
from temporalio.workflow import UpdateMethodMultiParam

from care.errors import Conflict, Invalid, NotFound, Unavailable
from care.models.carried import CarriedSubscription
from care.models.subscription import (
    AgreedChange,
    CancelSubscription,
    ChangeSubscription,
    Item,
    NamedItem,
    Occurrence,
    OneDelivery,
    PauseSubscription,
    RescheduleDelivery,
    Schedule,
    Subscription,
    SubscriptionRequest,
    SubscriptionStatus,
)
from care.rules.occurrences import occurrence_due
from care.rules.prepaid import check_terms
from care.rules.recurrence import delivery_day, schedule_for, upcoming
from care.rules.renewal import renewed
from care.rules.spreading import spread_out
from care.temporal import CUSTOMER, NEXT_DELIVERY, STATUS, subscription_workflow_id
from workflows.failures import Closed, answered
from workflows.gate import LOOK, UPDATE, Gate, anothers_key, attributes, now
from workflows.subscription import SubscriptionWorkflow

P = ParamSpec("P")
Handle = WorkflowHandle[SubscriptionWorkflow, Subscription]
Change = UpdateMethodMultiParam[Concatenate[SubscriptionWorkflow, P], Subscription]


class SubscriptionClient(Gate):
    async def subscribe(self, request: SubscriptionRequest, *, once: str | None = None) -> Subscription:
        """Starts a subscription and returns its first state. The same `once` starts one.

        Raises NotFound for the customer, Invalid for unknown products or a schedule without deliveries.
        """
        # First: what could be asked for then may be refused by now.
        if once and (made := await self._made_before(once)):
            if made.customer_id != request.customer_id:
                raise anothers_key()
            return made
        items = await self._agreed(request.items)
        await self._check_payment_method(request.customer_id, request.payment_method)
        created_at = now()
        # The dates are those of the preview, which knows no id: the moment after nine is settled once they are.
        schedule, dates = await self._planned(request, created_at)
        subscription_id = await self._stores.ids.next("SUB", once=once)
        schedule = spread_out(schedule, subscription_id, self._delivery_spread)
        started = await self._start(
            Subscription(
                subscription_id=subscription_id,
                customer_id=request.customer_id,
                items=items,
                frequency=request.frequency,
                delivery_day=delivery_day(request.frequency, schedule),
                recurrence=schedule.recurrence,
                timezone=schedule.timezone,
                address=request.address,
                payment_method=request.payment_method,
                prepaid=request.prepaid,
                schedule=schedule,
                next_delivery=dates[0].key,
                upcoming=[date.key for date in dates],
                created_at=created_at,
            ),
            occurrence_due(schedule, dates[0].key),
        )
        if started.customer_id != request.customer_id:
            raise anothers_key()
        return started

    async def _made_before(self, once: str) -> Subscription | None:
        subscription_id = await self._stores.ids.given("SUB", once=once)
        if subscription_id is None:
            return None
        await self.connect()
        with suppress(Closed):  # it has ended, or has never begun
            async with answered(UPDATE):
                return await self._handle(subscription_id).execute_update(SubscriptionWorkflow.started)
        with suppress(NotFound):
            return await self._stores.subscriptions.get(subscription_id)
        return None

    async def preview(self, request: SubscriptionRequest) -> list[str]:
        """The first dates that `subscribe` would give. Raises as it does, and starts nothing."""
        await self._agreed(request.items)
        _, dates = await self._planned(request, now())
        return [date.key for date in dates]

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

    def _handle(self, subscription_id: str) -> Handle:
        return self._temporal.get_workflow_handle_for(
            SubscriptionWorkflow.run, subscription_workflow_id(subscription_id)
        )

    async def _planned(self, request: SubscriptionRequest, at: datetime) -> tuple[Schedule, list[Occurrence]]:
        customer = await self._stores.customers.get(request.customer_id)
        schedule = schedule_for(
            request, customer_timezone=customer.timezone, now=at, allow_subdaily=self._allow_subdaily
        )
        dates = upcoming(schedule, at)
        if not dates:
            raise Invalid("This schedule has no delivery in the future.", fields={"recurrence": "no future date"})
        if request.prepaid:
            check_terms(request.prepaid, schedule, request.prepaid.deliveries, at)
            if not request.prepaid.renew:
                dates = dates[: request.prepaid.deliveries]
        return schedule, dates

    async def _check_payment_method(self, customer_id: str, wanted: str | None) -> None:
        """Raises Invalid for a method that the gateway does not keep for the customer."""
        if wanted is None:
            return
        stored = await self._payments.methods(customer_id)
        if wanted not in {method.payment_method for method in stored}:
            detail = f"There is no payment method {wanted} for this customer."
            raise Invalid(detail, fields={"payment_method": detail})

    async def _agreed(self, items: list[Item]) -> list[NamedItem]:
        """The items with today's names and prices. Raises Invalid that names each bad one."""
        products = await self._stores.products.find([item.sku for item in items])
        wrong: dict[str, str] = {}
        seen: set[str] = set()
        for n, item in enumerate(items):
            if item.sku not in products:
                wrong[f"items.{n}.sku"] = f"There is no product {item.sku}."
            elif item.sku in seen:
                wrong[f"items.{n}.sku"] = "Named twice; add up the quantities."
            elif len({products[i.sku].price.currency for i in items[: n + 1] if i.sku in products}) > 1:
                wrong[f"items.{n}.sku"] = "Sold in another currency; make it a subscription of its own."
            seen.add(item.sku)
        if wrong:
            raise Invalid("Some items cannot be subscribed to.", fields=wrong)
        return [
            NamedItem(sku=i.sku, name=products[i.sku].name, quantity=i.quantity, price=products[i.sku].price)
            for i in items
        ]

    async def _start(self, subscription: Subscription, first: datetime) -> Subscription:
        await self.connect()
        start = WithStartWorkflowOperation(
            SubscriptionWorkflow.run,
            CarriedSubscription.of(subscription),
            id=subscription_workflow_id(subscription.subscription_id),
            task_queue=self._task_queue,
            id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
            id_reuse_policy=WorkflowIDReusePolicy.REJECT_DUPLICATE,
            search_attributes=attributes(
                SearchAttributePair(CUSTOMER, subscription.customer_id),
                SearchAttributePair(STATUS, subscription.status),
                SearchAttributePair(NEXT_DELIVERY, first),
            ),
        )
        try:
            async with answered(UPDATE):
                return await self._temporal.execute_update_with_start_workflow(
                    SubscriptionWorkflow.started, start_workflow_operation=start
                )
        except WorkflowAlreadyStartedError:  # the same `once`, and the subscription has ended since
            return await self._stores.subscriptions.get(subscription.subscription_id)

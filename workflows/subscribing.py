"""A new subscription: what is asked for is agreed upon, and started."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime

from temporalio.client import WorkflowHandle
from temporalio.common import SearchAttributePair, WorkflowIDConflictPolicy, WorkflowIDReusePolicy
from temporalio.exceptions import WorkflowAlreadyStartedError

from care.errors import Invalid, NotFound
from care.models.carried import CarriedSubscription
from care.models.order import Product
from care.models.subscription import Item, NamedItem, Occurrence, Schedule, Subscription, SubscriptionRequest
from care.rules.occurrences import occurrence_due
from care.rules.prepaid import check_terms
from care.rules.recurrence import delivery_day, schedule_for, upcoming
from care.rules.spreading import spread_out
from care.rules.subscription import planned
from care.temporal import CUSTOMER, NEXT_DELIVERY, STATUS, subscription_workflow_id
from workflows.failures import Closed, answered
from workflows.gate import UPDATE, Gate, anothers_key, attributes, now
from workflows.subscription import SubscriptionWorkflow

Handle = WorkflowHandle[SubscriptionWorkflow, Subscription]


class Subscribing(Gate):
    async def subscribe(self, request: SubscriptionRequest, *, once: str | None = None) -> Subscription:
        """Starts a subscription and returns its first state. The same `once` starts one.

        It is on Temporal's record then and on its customer's list; a worker that is away finds it when it comes.
        Raises NotFound for the customer, Invalid for unknown products or a schedule without deliveries.
        """
        # First: what could be asked for then may be refused by now.
        if once and (made := await self._made_before(once)):
            return _made_for(request.customer_id, made)
        created_at = now()
        # The dates are those of the preview, which knows no id: the moment after nine is settled once they are.
        items, schedule, dates = await self._planned(request, created_at)
        await self._check_payment_method(request.customer_id, request.payment_method)
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
        return _made_for(request.customer_id, started)

    async def preview(self, request: SubscriptionRequest) -> list[str]:
        """The first dates that `subscribe` would give. Raises as it does, and starts nothing."""
        _, _, dates = await self._planned(request, now())
        return [date.key for date in dates]

    async def _planned(
        self, request: SubscriptionRequest, at: datetime
    ) -> tuple[list[NamedItem], Schedule, list[Occurrence]]:
        customer, products = await asyncio.gather(
            self._stores.customers.get(request.customer_id), self._products(request.items)
        )
        items = _agreed(request.items, products)
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
        return items, schedule, dates

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
        return _agreed(items, await self._products(items))

    async def _products(self, items: list[Item]) -> dict[str, Product]:
        return await self._stores.products.find([item.sku for item in items])

    async def _start(self, subscription: Subscription, first: datetime) -> Subscription:
        await self.connect()
        subscription_id = subscription.subscription_id
        workflow_id = subscription_workflow_id(subscription_id)
        begun = planned(subscription)
        await self.codec.begin(workflow_id)
        try:
            async with answered(UPDATE):
                await self._temporal.start_workflow(
                    SubscriptionWorkflow.run,
                    CarriedSubscription.of(subscription),
                    id=workflow_id,
                    task_queue=self._task_queue,
                    id_conflict_policy=WorkflowIDConflictPolicy.FAIL,
                    id_reuse_policy=WorkflowIDReusePolicy.REJECT_DUPLICATE,
                    search_attributes=attributes(
                        SearchAttributePair(CUSTOMER, subscription.customer_id),
                        SearchAttributePair(STATUS, subscription.status),
                        SearchAttributePair(NEXT_DELIVERY, first),
                    ),
                )
        except WorkflowAlreadyStartedError:  # the same `once`
            return await self._begun(subscription_id)
        # What its workflow stores first: nobody waits for a worker, and if this process dies here, one does it.
        await self._stores.subscriptions.show(begun)
        return begun

    async def _made_before(self, once: str) -> Subscription | None:
        subscription_id = await self._stores.ids.given("SUB", once=once)
        if subscription_id is None:
            return None
        await self.connect()
        with suppress(NotFound):  # it has never begun
            return await self._begun(subscription_id)
        return None

    async def _begun(self, subscription_id: str) -> Subscription:
        """One that was started before. Raises NotFound."""
        with suppress(NotFound):
            return await self._stores.subscriptions.get(subscription_id)
        # Whoever started it died before it was stored: its workflow does that as soon as there is a worker.
        with suppress(Closed):  # it has never begun, or has ended meanwhile
            async with answered(UPDATE):
                return await self._handle(subscription_id).execute_update(SubscriptionWorkflow.started)
        return await self._stores.subscriptions.get(subscription_id)

    def _handle(self, subscription_id: str) -> Handle:
        return self._temporal.get_workflow_handle_for(
            SubscriptionWorkflow.run, subscription_workflow_id(subscription_id)
        )


def _made_for(customer_id: str, made: Subscription) -> Subscription:
    """Raises KeyReused if it is another customer's."""
    if made.customer_id != customer_id:
        raise anothers_key()
    return made


def _agreed(items: list[Item], products: Mapping[str, Product]) -> list[NamedItem]:
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
        NamedItem(sku=i.sku, name=products[i.sku].name, quantity=i.quantity, price=products[i.sku].price) for i in items
    ]

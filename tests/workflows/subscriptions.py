"""What the tests of subscriptions share: a shop with one customer, a worker, and the clock of the test server."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from temporalio.client import WorkflowHandle
from temporalio.common import SearchAttributePair, TypedSearchAttributes
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Worker

from activities.subscription import SubscriptionActivities
from activities.tracing import ActivityTracing
from care.gateways.ledger import LedgerGateway
from care.gateways.payments import PaymentGateway
from care.models.carried import CarriedSubscription
from care.models.customer import Customer
from care.models.money import Money
from care.models.notification import Notification
from care.models.order import Product
from care.models.subscription import Item, NamedItem, Subscription, SubscriptionRequest
from care.rules.recurrence import schedule_for
from care.stores import Stores
from care.temporal import CUSTOMER, subscription_workflow_id
from workflows.subscription import SubscriptionWorkflow
from workflows.tracing import WorkflowTracing

CUSTOMER_ID = "CUST001"
BERLIN = ZoneInfo("Europe/Berlin")
MILK = Product(sku="MILK", name="Amul Milk 1L", price=Money(amount=150, currency="EUR"), stock=1000)
Handle = WorkflowHandle[SubscriptionWorkflow, Subscription]


@dataclass
class Shop:
    """A shop with one customer in Berlin who likes milk."""

    env: WorkflowEnvironment
    stores: Stores
    task_queue: str

    async def open(self) -> Shop:
        await self.stores.customers.put(
            Customer(
                customer_id=CUSTOMER_ID,
                name="Ana",
                email="ana@example.com",
                timezone="Europe/Berlin",
                created_at=datetime(2026, 1, 1, tzinfo=UTC),
            )
        )
        await self.stores.products.put(MILK)
        return self

    @asynccontextmanager
    async def worker(self, payments: PaymentGateway | None = None, *, cached: int = 1000) -> AsyncIterator[None]:
        activities = SubscriptionActivities(self.stores, payments or LedgerGateway(self.stores.ledger))
        async with Worker(
            self.env.client,
            task_queue=self.task_queue,
            workflows=[SubscriptionWorkflow],
            activities=activities.all,
            interceptors=[ActivityTracing(), WorkflowTracing()],
            max_cached_workflows=cached,
        ):
            yield

    async def wait_until(self, hour: int) -> date:
        """Skips to that hour in Berlin; returns the date. Nothing may be running."""
        now = (await self.env.get_current_time()).astimezone(BERLIN)
        at = datetime.combine(now.date() + timedelta(days=1), time(hour), BERLIN)
        await self.env.sleep(at - now)
        return at.date()

    async def subscribe(self, *, ago: timedelta = timedelta(0), allow_subdaily: bool = False, **wish: Any) -> Handle:
        """Returns once the subscription is stored. With `ago`, no worker has run since it was asked for: the test
        server stops its clock while a task waits for a worker, so time must have passed before the start."""
        request = SubscriptionRequest(customer_id=CUSTOMER_ID, items=[Item(sku=MILK.sku, quantity=2)], **wish)
        now = (await self.env.get_current_time()).astimezone(UTC) - ago
        schedule = schedule_for(request, customer_timezone="Europe/Berlin", now=now, allow_subdaily=allow_subdaily)
        subscription_id = await self.stores.ids.next("SUB")
        subscription = Subscription(
            subscription_id=subscription_id,
            customer_id=CUSTOMER_ID,
            items=[NamedItem(sku=MILK.sku, name=MILK.name, quantity=2, price=MILK.price)],
            recurrence=schedule.recurrence,
            timezone=schedule.timezone,
            schedule=schedule,
            created_at=now,
            prepaid=request.prepaid,
        )
        # Not update-with-start: only handles of `start_workflow` make the test server skip time while they wait.
        handle = await self.env.client.start_workflow(
            SubscriptionWorkflow.run,
            CarriedSubscription.of(subscription),
            id=f"{subscription_workflow_id(subscription_id)}-{self.task_queue}",
            task_queue=self.task_queue,
            search_attributes=TypedSearchAttributes([SearchAttributePair(CUSTOMER, CUSTOMER_ID)]),
        )
        await handle.execute_update(SubscriptionWorkflow.started)
        return handle

    async def notices(self, kind: str) -> list[Notification]:
        """Oldest first."""
        page = await self.stores.notifications.page(CUSTOMER_ID, limit=200)
        return [notice for notice in reversed(page.items) if notice.kind == kind]

    async def stored(self) -> Subscription:
        return await self.stores.subscriptions.get("SUB001")

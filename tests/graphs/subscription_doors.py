"""The doors of subscriptions by hand: the rules decide as they do in the workflow, and each `once` acts once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from care.errors import CareError
from care.models.subscription import (
    AgreedChange,
    CancelSubscription,
    ChangeSubscription,
    Item,
    NamedItem,
    OneDelivery,
    PauseSubscription,
    RescheduleDelivery,
    Subscription,
    SubscriptionRequest,
)
from care.rules import subscription_changes as changes
from care.rules import subscription_dates as dates
from care.rules.recurrence import delivery_day, schedule_for
from care.rules.renewal import renewed
from care.rules.subscription import cancelled, planned
from care.rules.subscription_calendar import changed
from care.stores import Stores

Change = Callable[[Subscription], Subscription]


@dataclass
class SubscriptionDoors:
    """`acted` lists what was done, as (call, subscription id), once for each `once`."""

    stores: Stores | None = None
    now: datetime = datetime(2026, 3, 3, 10, tzinfo=UTC)
    subscribed: dict[str, SubscriptionRequest] = field(default_factory=dict)
    acted: list[tuple[str, str]] = field(default_factory=list)
    answers: dict[str, Subscription] = field(default_factory=dict)
    refusal: CareError | None = None

    @property
    def cancelled(self) -> list[str]:
        return [one for call, one in self.acted if call == "cancel"]

    async def subscribe(self, request: SubscriptionRequest, *, once: str | None = None) -> Subscription:
        if self.refusal:
            raise self.refusal
        self.subscribed.setdefault(once or "", request)
        schedule = schedule_for(request, customer_timezone="Europe/Berlin", now=self.now, allow_subdaily=False)
        subscription = Subscription(
            subscription_id=await self._books.ids.next("SUB", once=once),
            customer_id=request.customer_id,
            items=await self._agreed(request.items),
            frequency=request.frequency,
            delivery_day=delivery_day(request.frequency, schedule),
            recurrence=schedule.recurrence,
            timezone=schedule.timezone,
            schedule=schedule,
            address=request.address,
            created_at=self.now,
        )
        await self._books.subscriptions.save(planned(subscription))
        return planned(subscription)

    async def resubscribe(self, subscription_id: str) -> Subscription:
        old = await self._books.subscriptions.get(subscription_id)
        return await self.subscribe(renewed(old), once=f"again-{subscription_id}")

    async def cancel_subscription(
        self, subscription_id: str, request: CancelSubscription, *, once: str | None = None
    ) -> Subscription:
        return await self._change("cancel", subscription_id, once, lambda s: cancelled(s, request, self.now))

    async def uncancel_subscription(self, subscription_id: str, *, once: str | None = None) -> Subscription:
        return await self._change("uncancel", subscription_id, once, changes.uncancelled)

    async def pause_subscription(
        self, subscription_id: str, request: PauseSubscription, *, once: str | None = None
    ) -> Subscription:
        return await self._change("pause", subscription_id, once, lambda s: changes.paused(s, request, self.now))

    async def resume_subscription(self, subscription_id: str, *, once: str | None = None) -> Subscription:
        return await self._change("resume", subscription_id, once, lambda s: changes.resumed(s, self.now))

    async def skip_delivery(
        self, subscription_id: str, request: OneDelivery, *, once: str | None = None
    ) -> Subscription:
        return await self._change("skip", subscription_id, once, lambda s: dates.skipped_one(s, request, self.now))

    async def unskip_delivery(
        self, subscription_id: str, request: OneDelivery, *, once: str | None = None
    ) -> Subscription:
        return await self._change("unskip", subscription_id, once, lambda s: dates.unskipped(s, request, self.now))

    async def reschedule_delivery(
        self, subscription_id: str, request: RescheduleDelivery, *, once: str | None = None
    ) -> Subscription:
        return await self._change("move", subscription_id, once, lambda s: dates.rescheduled(s, request, self.now))

    async def change_subscription(
        self, subscription_id: str, request: ChangeSubscription, *, once: str | None = None
    ) -> Subscription:
        items = await self._agreed(request.items) if request.items else None
        agreed = AgreedChange(wish=request, items=items)
        return await self._change("change", subscription_id, once, lambda s: changed(s, agreed, self.now))

    async def order_now(self, subscription_id: str, *, once: str | None = None) -> Subscription:
        return await self._change("order", subscription_id, once, lambda s: changes.ordered_now(s, self.now))

    async def _change(self, call: str, subscription_id: str, once: str | None, change: Change) -> Subscription:
        if self.refusal:
            raise self.refusal
        if once in self.answers:
            return self.answers[once]
        after = change(await self._books.subscriptions.get(subscription_id))
        await self._books.subscriptions.save(after)
        self.acted.append((call, subscription_id))
        if once:
            self.answers[once] = after
        return after

    async def _agreed(self, items: list[Item]) -> list[NamedItem]:
        sold: dict[str, Any] = await self._books.products.find([item.sku for item in items])
        return [
            NamedItem(sku=i.sku, name=sold[i.sku].name, quantity=i.quantity, price=sold[i.sku].price) for i in items
        ]

    @property
    def _books(self) -> Stores:
        assert self.stores is not None
        return self.stores

"""What a subscription does to the world: reminders, orders, charges, and the projection that lists are read from.

Every activity may run again after a crash at any point and then finds what it did before: orders and charges carry the
occurrence in their key, notifications in their id, projections a version. None of them reads a clock.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from temporalio import activity

from activities.deliveries import Deliveries, DueStep
from care.gateways.payments import PaymentGateway
from care.links import Links
from care.models.money import Money
from care.models.subscription import Delivery, Subscription
from care.rules import prepaid_notices
from care.rules import subscription_notices as notices
from care.rules.prepaid_words import announces_prices
from care.rules.subscription import UPCOMING, is_over, missed, reminded, settled, skipped
from care.stores import Stores

__all__ = ["DueStep", "SubscriptionActivities"]


class SubscriptionActivities:
    """Holds the stores and what orders and charges; `all` is what a worker registers."""

    def __init__(self, stores: Stores, payments: PaymentGateway, links: Links | None = None) -> None:
        self._stores = stores
        self._outside = payments.outside
        self._deliveries = Deliveries(stores, payments)
        self._links = links

    @property
    def all(self) -> list[Callable[..., Awaitable[Any]]]:
        return [
            self.project,
            self.remind,
            self.deliver_at_hand,
            self.deliver,
            self.own_up,
            self.release,
            self.give_back,
        ]

    @activity.defn(name="project_subscription")
    async def project(self, subscription: Subscription) -> None:
        """Store the state, and take back the reminders of deliveries that it no longer plans."""
        await self._save(subscription)
        await self._stores.notifications.withdraw_reminders(
            subscription.subscription_id,
            after=max((delivery.occurrence for delivery in subscription.recent), default=""),
            until=subscription.upcoming[-1] if len(subscription.upcoming) >= UPCOMING else None,
            planned=subscription.upcoming,
            skipped=subscription.skipped,
        )

    @activity.defn(name="remind_of_delivery")
    async def remind(self, due: DueStep) -> dict[str, Money]:
        """Announces the delivery, and the prices that have changed since they were announced last: those, by sku."""
        told = announces_prices(due.subscription, due.step)
        prices = await self._new_prices(due.subscription) if told else {}
        reminder = notices.reminder(due.subscription, due.step, due.at, prices)
        await self._stores.notifications.add(reminder.model_copy(update={"link": self._skip_link(due)}))
        await self._save(reminded(due.subscription, due.step, prices))
        return prices

    @activity.defn(name="own_up_to_missed_deliveries")
    async def own_up(self, due: DueStep) -> None:
        after = missed(due.subscription, due.step, due.at)
        lost = skipped(due.subscription, due.step)
        await self._stores.notifications.add(notices.missed(after, due.step, lost, due.at))
        await self._save(after)

    @activity.defn(name="deliver_at_hand")
    async def deliver_at_hand(self, due: DueStep) -> Delivery | None:
        """The same as `deliver`, for a local activity; None where the payment leaves our own database."""
        return None if self._outside else await self.deliver(due)

    @activity.defn(name="deliver_occurrence")
    async def deliver(self, due: DueStep) -> Delivery:
        """Order and charge, for the first time or again, and tell the customer if it did not simply succeed.

        Raises while the gateway does not know yet.
        """
        attempt = await self._deliveries.attempt(due)
        after = settled(due.subscription, due.step, attempt)
        if attempt.order_id and after.overdue is None and attempt.outcome != "delivered":
            await self._deliveries.drop(attempt.order_id)
        if notice := notices.after_try(due.subscription, after, due.step, attempt):
            await self._stores.notifications.add(notice)
        if notice := prepaid_notices.after_delivery(after, due.step, attempt):
            await self._stores.notifications.add(notice)
        if after.overdue or is_over(after):  # which may hold back deliveries that were announced, or drop them
            await self.project(after)
        else:
            await self._save(after)
        return attempt

    @activity.defn(name="release_order")
    async def release(self, order_id: str) -> None:
        """Cancel the unpaid order of a delivery that its customer let go."""
        await self._deliveries.drop(order_id)

    @activity.defn(name="return_prepaid_rest")
    async def give_back(self, ended: Subscription) -> None:
        """Pay back what was paid for deliveries that will not come, and say so. Raises while that is not decided."""
        to = await self._deliveries.give_back(ended)
        if notice := prepaid_notices.returned(ended, to):
            await self._stores.notifications.add(notice)

    async def _new_prices(self, subscription: Subscription) -> dict[str, Money]:
        products = await self._stores.products.find(item.sku for item in subscription.items)
        today = {sku: product.price for sku, product in products.items()}
        return {
            item.sku: today[item.sku]
            for item in subscription.items
            if item.sku in today and today[item.sku] != item.price and today[item.sku].currency == item.price.currency
        }

    def _skip_link(self, due: DueStep) -> str | None:
        planned = due.step.occurrence
        return self._links.skip(due.subscription.subscription_id, planned.key, planned.due) if self._links else None

    async def _save(self, subscription: Subscription) -> None:
        await self._stores.subscriptions.save(subscription)

"""What a subscription does to the world: reminders, orders, charges, and the projection that lists are read from.

Every activity may run again after a crash at any point and then finds what it did before: orders and charges carry the
occurrence in their key, notifications in their id, projections a version. None of them reads a clock.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, Literal

from temporalio import activity
from temporalio.exceptions import ApplicationError

from care.errors import OutOfStock
from care.gateways.payments import PaymentGateway
from care.links import Links
from care.models.common import Model, Utc
from care.models.money import Money
from care.models.order import Order, OrderLine, OrderStatus, Payment, PaymentStatus, Product
from care.models.subscription import Delivery, Step, Subscription
from care.ordering import cancel_order
from care.rules import subscription_notices as notices
from care.rules.subscription import UPCOMING, missed, reminded, settled, skipped
from care.stores import Stores

Outcome = Literal["delivered", "out_of_stock", "payment_failed", "missed"]


class DueStep(Model):
    """A step whose time has come: the state before it, and the workflow's time."""

    subscription: Subscription
    step: Step
    at: Utc


class SubscriptionActivities:
    """Holds the stores and the payment gateway; `all` is what a worker registers."""

    def __init__(self, stores: Stores, payments: PaymentGateway, links: Links | None = None) -> None:
        self._stores = stores
        self._payments = payments
        self._links = links

    @property
    def all(self) -> list[Callable[..., Awaitable[Any]]]:
        return [self.project, self.remind, self.deliver, self.own_up]

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
    async def remind(self, due: DueStep) -> None:
        reminder = notices.reminder(due.subscription, due.step, due.at)
        await self._stores.notifications.add(reminder.model_copy(update={"link": self._skip_link(due)}))
        await self._save(reminded(due.subscription, due.step))

    @activity.defn(name="own_up_to_missed_deliveries")
    async def own_up(self, due: DueStep) -> None:
        after = missed(due.subscription, due.step, due.at)
        lost = skipped(due.subscription, due.step)
        await self._stores.notifications.add(notices.missed(after, due.step, lost, due.at))
        await self._save(after)

    @activity.defn(name="deliver_occurrence")
    async def deliver(self, due: DueStep) -> Delivery:
        """Order, charge, and tell the customer if either failed. Raises while the gateway does not know yet."""
        order_id, outcome = await self._order_and_charge(due)
        delivery = Delivery(occurrence=due.step.occurrence.key, outcome=outcome, order_id=order_id, at=due.at)
        after = settled(due.subscription, due.step, delivery)
        if outcome == "out_of_stock":
            await self._stores.notifications.add(notices.out_of_stock(after, due.step, due.at))
        if outcome == "payment_failed":
            await self._stores.notifications.add(notices.payment_failed(after, due.step, due.at))
        await self._save(after)
        return delivery

    def _skip_link(self, due: DueStep) -> str | None:
        planned = due.step.occurrence
        return self._links.skip(due.subscription.subscription_id, planned.key, planned.due) if self._links else None

    async def _save(self, subscription: Subscription) -> None:
        await self._stores.subscriptions.save(subscription)

    async def _order_and_charge(self, due: DueStep) -> tuple[str | None, Outcome]:
        products = await self._stores.products.find(item.sku for item in due.subscription.items)
        if any(item.sku not in products for item in due.subscription.items):
            return None, "out_of_stock"  # taken out of the catalogue
        customer = await self._stores.customers.get(due.subscription.customer_id)
        try:
            order = await self._stores.orders.place(
                _order(due, products).model_copy(update={"address": due.subscription.address or customer.address})
            )
        except OutOfStock:
            return None, "out_of_stock"
        return order.order_id, await self._charge(order)

    async def _charge(self, order: Order) -> Outcome:
        """The outcome of charging a placed order. An order that was paid or refused before is not charged again."""
        if order.payment.status is PaymentStatus.PENDING:
            if order.status is OrderStatus.CANCELLED and not await self._payments.find(_key(order)):
                return "missed"  # the customer cancelled the order before it was charged
            order = await self._stores.orders.set_payment(order.order_id, await self._pay(order))
        if order.payment.status is PaymentStatus.FAILED:
            await self._stores.orders.cancel(order.order_id)  # gives the stock back
            return "payment_failed"
        if order.status is OrderStatus.CANCELLED and order.payment.status is PaymentStatus.PAID:
            await cancel_order(self._stores, self._payments, order.order_id)  # cancelled while it was being charged
            return "missed"
        return "delivered"

    async def _pay(self, order: Order) -> Payment:
        if not order.total.amount:
            return Payment(status=PaymentStatus.PAID)
        result = await self._payments.charge(order.customer_id, order.total, key=_key(order))
        if result.status == "pending":
            raise ApplicationError("The payment is not decided yet; asking again later.", type="PaymentPending")
        paid = result.status == "succeeded"
        return Payment(status=PaymentStatus.PAID if paid else PaymentStatus.FAILED, reference=result.reference)


def _key(order: Order) -> str:
    return f"order:{order.order_id}"


def _order(due: DueStep, products: dict[str, Product]) -> Order:
    """The order of one occurrence at today's prices; shipping is free for subscribers."""
    lines = [_line(products[item.sku], item.quantity) for item in due.subscription.items]
    free = Money.zero(lines[0].price.currency)
    return Order(
        order_id=notices.order_id(due.subscription, due.step),
        customer_id=due.subscription.customer_id,
        status=OrderStatus.PENDING,
        items=lines,
        shipping=free,
        total=sum((line.price * line.quantity for line in lines), start=free),
        payment=Payment(status=PaymentStatus.PENDING),
        placed_at=due.at,
        subscription_id=due.subscription.subscription_id,
        occurrence=due.step.occurrence.key,
        refunded=free,
        reserved=free,
    )


def _line(product: Product, quantity: int) -> OrderLine:
    return OrderLine(
        sku=product.sku, name=product.name, quantity=quantity, price=product.price, category=product.category
    )

"""Orders that a subscription has delivered and MongoDB has lost: made again as they were, and never charged again."""

from __future__ import annotations

from care.errors import CareError
from care.gateways.ledger import new_movement
from care.gateways.payments import PaymentGateway
from care.models.ledger import MovementKind
from care.models.order import Order, Payment, PaymentStatus
from care.models.subscription import Delivery, Occurrence, Step, StepKind, Subscription
from care.rebooking import rebooked
from care.rules.occurrences import occurrence_due
from care.rules.repair import Finding, Mend
from care.rules.subscription_orders import order_of
from care.stores import Stores

_MOST_TRIES = 5


class LostOrders:
    def __init__(self, stores: Stores, payments: PaymentGateway) -> None:
        self._stores = stores
        self._payments = payments

    async def findings(self, subscription: Subscription | None, *, dry_run: bool) -> list[Finding]:
        """Of the deliveries that the subscription still remembers."""
        if subscription is None:
            return []
        delivered = {
            each.order_id: each for each in subscription.recent if each.order_id and each.outcome == "delivered"
        }
        there = await self._stores.orders.find(delivered) if delivered else {}
        lost = [(order_id, each) for order_id, each in delivered.items() if order_id not in there]
        return [await self._one(subscription, order_id, each, dry_run=dry_run) for order_id, each in lost]

    async def _one(self, subscription: Subscription, order_id: str, delivery: Delivery, *, dry_run: bool) -> Finding:
        found = f"it was delivered on {delivery.occurrence} for {subscription.subscription_id}, and is gone"
        finding = Finding(subject=f"order {order_id}", mend=Mend.PERSON, found=found)
        if delivery.term or subscription.paid:
            return finding.model_copy(update={"found": f"{found}; it belongs to a prepaid term"})
        try:
            order = await self._as_it_was(subscription, delivery)
            reference = await self._paid(order, delivery, dry_run=dry_run)
            if reference is None:
                return finding.model_copy(update={"found": f"{found}, and so is its payment"})
            if not dry_run:
                await self._stores.orders.place(order)
                await self._stores.orders.set_payment(
                    order.order_id, Payment(status=PaymentStatus.PAID, reference=reference)
                )
        except CareError as error:
            return finding.model_copy(update={"found": f"{found}; it cannot be made again: {error.detail}"})
        return finding.model_copy(update={"mend": Mend.ORDER, "done": not dry_run})

    async def _as_it_was(self, subscription: Subscription, delivery: Delivery) -> Order:
        """At the prices that were announced last. Raises NotFound for a customer or a product that is gone."""
        products = {item.sku: await self._stores.products.get(item.sku) for item in subscription.items}
        customer = await self._stores.customers.get(subscription.customer_id)
        due = occurrence_due(subscription.schedule, delivery.occurrence)
        step = Step(kind=StepKind.DELIVER, occurrence=Occurrence(key=delivery.occurrence, due=due), at=due)
        return order_of(subscription, step, delivery.at, products, subscription.address or customer.address)

    async def _paid(self, order: Order, delivery: Delivery, *, dry_run: bool) -> str | None:
        """The reference of its payment: asked for, and never sent. None where nobody knows of one."""
        first = f"order:{order.order_id}"
        for key in [first, *(f"{first}:{n}" for n in range(2, _MOST_TRIES + 1))]:
            movement = new_movement(MovementKind.CHARGE, order.customer_id, order.total, key)
            at = {"at": delivery.at}
            if reference := await rebooked(
                self._stores, self._payments, movement.model_copy(update=at), dry_run=dry_run
            ):
                return reference
        return None

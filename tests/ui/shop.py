"""The running shop from behind: orders and refunds as they are after days that no test can wait for."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from temporalio.client import Client

from care.models.customer import Customer
from care.models.money import Money
from care.models.order import Order, OrderLine, OrderStatus, Payment, PaymentStatus
from care.models.refund import Refund, RefundLine, RefundReason, RefundStatus, Remedy, TimelineEntry, Verdict
from care.stores import Stores
from care.temporal import refund_workflow_id
from workflows.refund import RefundWorkflow

MUG, RICE = "Stoneware Mug", "Basmati Rice 2kg"
_SECONDS = 45
_SKUS = {MUG: "MUG-STONE", RICE: "BASMATI-2KG"}


def eur(amount: int) -> Money:
    return Money(amount=amount, currency="EUR")


class Shop:
    """What it makes has ids of its own: no test finds another's."""

    def __init__(self, stores: Stores, temporal: Client) -> None:
        self.stores = stores
        self._temporal = temporal
        self._numbers = count(901)

    async def order(self, customer_id: str, pieces: dict[str, int], price: int = 1290) -> Order:
        """Delivered two days ago and paid; each piece at `price` cents."""
        now = datetime.now(UTC)
        order = Order(
            order_id=f"ORD-DESK-{next(self._numbers)}",
            customer_id=customer_id,
            status=OrderStatus.DELIVERED,
            items=[OrderLine(sku=_SKUS[n], name=n, quantity=q, price=eur(price)) for n, q in pieces.items()],
            shipping=eur(0),
            total=eur(price * sum(pieces.values())),
            payment=Payment(status=PaymentStatus.PAID, reference=f"pay_desk_{next(self._numbers)}"),
            placed_at=now - timedelta(days=4),
            delivered_at=now - timedelta(days=2),
            refunded=eur(0),
            reserved=eur(0),
        )
        await self.stores.orders.add(order)
        return order

    async def case(self, order: Order, status: RefundStatus, **given: Any) -> Refund:
        """A refund of all of the order, whose workflow goes on from `status`."""
        now = datetime.now(UTC)
        lines = [
            RefundLine(sku=each.sku, name=each.name, quantity=each.quantity, amount=each.price * each.quantity)
            for each in order.items
        ]
        fields: dict[str, Any] = {
            "refund_id": f"REF-DESK-{next(self._numbers)}",
            "order_id": order.order_id,
            "customer_id": order.customer_id,
            "status": status,
            "items": lines,
            "amount": order.total,
            "reason": RefundReason.DAMAGED,
            "complaint": "Two of them came in pieces.",
            "evidence_ids": [],
            "remedy": Remedy.REFUND,
            "timeline": [TimelineEntry(at=now, actor="customer", event="opened")],
            "policy_version": "test",
            "due_at": now + timedelta(days=7),
            "created_at": now,
            "updated_at": now,
        }
        refund = Refund(**fields | given)
        name = refund_workflow_id(refund.refund_id)
        await self._temporal.start_workflow(RefundWorkflow.run, refund, id=name, task_queue="care")
        return await self.until(refund, *RefundStatus)

    async def until(self, refund: Refund, *statuses: RefundStatus) -> Refund:
        """The case once it has come that far."""
        async with asyncio.timeout(_SECONDS):
            while True:
                for found in await self.stores.refunds.history(refund.customer_id):
                    if found.refund_id == refund.refund_id and found.status in statuses:
                        return found
                await asyncio.sleep(0.1)

    async def customer(self, customer_id: str, email: str) -> None:
        await self.stores.customers.add(
            Customer(customer_id=customer_id, name="Somebody of the staff", email=email, created_at=datetime.now(UTC))
        )


def verdict(**given: Any) -> Verdict:
    fields: dict[str, Any] = {
        "decision": "uncertain",
        "confidence": 0.62,
        "findings": ["One mug is broken at its handle.", "The invoice names the same order."],
        "signals": [],
        "model": "local",
        "policy_version": "2026-11",
        "reasons": ["The claim is not equally clear for all of its items."],
    }
    return Verdict(**fields | given)

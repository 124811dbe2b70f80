"""A cancelled order is paid back once, whenever whoever cancelled it was cut off."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import worker
from activities.subscription import DueStep, SubscriptionActivities
from care.gateways.ledger import LedgerGateway
from care.gateways.payments import PaymentResult
from care.models.ledger import PaymentMethod
from care.models.money import Money
from care.models.order import Order, OrderStatus, Payment, PaymentStatus
from care.models.subscription import Occurrence, Step, StepKind
from care.ordering import cancel_order, pay_back_cancelled
from care.stores import Stores
from tests.stores.make import AT, customer, eur, order, product, subscription

CARD = "customer:CUST001:card"


async def bought(stores: Stores) -> Order:
    """A pending order that was charged."""
    await stores.products.put(product())
    paid = await LedgerGateway(stores.ledger).charge("CUST001", eur(400), "order:ORD1")
    return await stores.orders.place(order(payment=Payment(status=PaymentStatus.PAID, reference=paid.reference)))


async def test_what_a_cancelled_order_owes_is_paid_later_if_whoever_cancelled_it_died(stores: Stores) -> None:
    await bought(stores)
    await stores.orders.cancel("ORD1")  # and here the process ends
    payments = LedgerGateway(stores.ledger)
    await asyncio.gather(*(pay_back_cancelled(stores, payments) for _ in range(5)))
    assert await stores.ledger.balance(CARD) == {"EUR": 0}
    assert (await stores.orders.get("ORD1")).payment.status is PaymentStatus.REFUNDED
    assert await stores.orders.owing() == []


async def test_a_worker_pays_at_its_start_what_cancelled_orders_owe_and_ends_when_told(stores: Stores) -> None:
    await bought(stores)
    await stores.orders.cancel("ORD1")
    stop = asyncio.Event()
    async with asyncio.timeout(60):
        tending = asyncio.create_task(worker.tend(stores, LedgerGateway(stores.ledger), stop))
        while await stores.orders.owing():  # noqa: ASYNC110  the worker cannot set an event of ours
            await asyncio.sleep(0.05)
        stop.set()
        await tending
    assert await stores.ledger.balance(CARD) == {"EUR": 0}


async def test_an_order_that_was_never_paid_or_is_paid_back_owes_nothing(stores: Stores) -> None:
    await bought(stores)
    await cancel_order(stores, LedgerGateway(stores.ledger), "ORD1")
    await stores.orders.place(order("ORD2", payment=Payment(status=PaymentStatus.PENDING)))
    await stores.orders.cancel("ORD2")
    assert await stores.orders.owing() == []
    assert await stores.ledger.balance(CARD) == {"EUR": 0}


async def test_a_payment_that_the_order_does_not_show_goes_back_with_it(stores: Stores) -> None:
    await bought(stores)
    await stores.orders.set_payment("ORD1", Payment(status=PaymentStatus.PENDING))
    cancelled = await cancel_order(stores, LedgerGateway(stores.ledger), "ORD1")
    assert cancelled.payment.status is PaymentStatus.REFUNDED
    assert await stores.ledger.balance(CARD) == {"EUR": 0}


async def test_a_refund_that_the_bank_refuses_stays_owed(stores: Stores) -> None:
    await bought(stores)
    await stores.ledger.set_payment_method(PaymentMethod(customer_id="CUST001", behaviour="refuses_refunds"))
    cancelled = await cancel_order(stores, LedgerGateway(stores.ledger), "ORD1")
    assert cancelled.payment.status is PaymentStatus.PAID
    assert [each.order_id for each in await stores.orders.owing()] == ["ORD1"]


class _CancelledMeanwhile(LedgerGateway):
    """The customer cancels the order while it is being charged."""

    def __init__(self, stores: Stores) -> None:
        super().__init__(stores.ledger)
        self._stores = stores

    async def charge(self, customer_id: str, amount: Money, key: str, *, method: str | None = None) -> PaymentResult:
        result = await super().charge(customer_id, amount, key, method=method)
        await cancel_order(self._stores, self, key.removeprefix("order:"))
        return result


async def due(stores: Stores) -> DueStep:
    await stores.products.put(product())
    await stores.customers.put(customer())
    occurrence = Occurrence(key="2026-03-06", due=AT + timedelta(days=5))
    return DueStep(subscription=subscription(), step=Step(kind=StepKind.DELIVER, occurrence=occurrence, at=AT), at=AT)


async def test_a_delivery_that_is_cancelled_while_it_is_charged_is_paid_back(stores: Stores) -> None:
    step = await due(stores)
    delivery = await SubscriptionActivities(stores, _CancelledMeanwhile(stores)).deliver(step)
    assert delivery.outcome == "skipped"
    assert await stores.ledger.balance(CARD) == {"EUR": 0}


async def test_a_delivery_cut_off_after_its_charge_and_cancelled_then_is_paid_back(stores: Stores) -> None:
    step = await due(stores)
    activities, payments = SubscriptionActivities(stores, LedgerGateway(stores.ledger)), LedgerGateway(stores.ledger)
    delivery = await activities.deliver(step)
    assert delivery.order_id
    # As if the worker had died between the charge and the note of it on the order.
    await stores.orders.set_payment(delivery.order_id, Payment(status=PaymentStatus.PENDING))
    await cancel_order(stores, payments, delivery.order_id)
    assert (await activities.deliver(step)).outcome == "skipped"
    assert await stores.ledger.balance(CARD) == {"EUR": 0}
    assert (await stores.orders.get(delivery.order_id)).status is OrderStatus.CANCELLED

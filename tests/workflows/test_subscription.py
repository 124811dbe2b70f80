"""A subscription's life on the time-skipping server, with a real database and ledger."""

from __future__ import annotations

import asyncio
from datetime import date, timedelta
from itertools import pairwise

import pytest
from temporalio.client import WorkflowUpdateStage
from temporalio.testing import WorkflowEnvironment

from care.gateways.ledger import LedgerGateway
from care.gateways.payments import PaymentResult
from care.models.money import Money
from care.models.order import OrderStatus, PaymentStatus
from care.models.subscription import CancelSubscription, SubscriptionStatus
from care.stores import Stores
from tests.workflows.recording import in_event
from tests.workflows.subscriptions import BERLIN, MILK, Shop
from workflows.subscription import SubscriptionWorkflow

DAY = timedelta(days=1)
NOW = CancelSubscription(reason="moving away")
AFTER_NEXT = CancelSubscription(when="after_next_delivery")


@pytest.fixture
async def shop(time_skipping: WorkflowEnvironment, stores: Stores, task_queue: str) -> Shop:
    return await Shop(time_skipping, stores, task_queue).open()


async def test_a_weekly_year_brings_52_paid_orders_one_a_week(shop: Shop) -> None:
    async with shop.worker():
        handle = await shop.subscribe(recurrence="FREQ=WEEKLY;COUNT=52")
        ended = await handle.result()
    orders = await shop.stores.orders.for_subscription("SUB001", n=100)
    days = sorted(date.fromisoformat(order.occurrence or "") for order in orders)
    assert {later - earlier for earlier, later in pairwise(days)} == {timedelta(days=7)}
    assert len(days) == ended.deliveries == 52
    assert {(order.status, order.payment.status) for order in orders} == {(OrderStatus.PENDING, PaymentStatus.PAID)}
    assert {order.total for order in orders} == {Money(amount=300, currency="EUR")}
    assert (await shop.stores.products.get("MILK")).stock == MILK.stock - 104
    assert (ended.status, ended.cancel_reason, ended.next_delivery) == (SubscriptionStatus.CANCELLED, "completed", None)
    assert len(ended.recent) == 20
    assert await shop.stored() == ended
    assert len(await shop.notices("reminder")) == 104


async def test_each_delivery_is_announced_two_days_and_one_day_before_once_in_the_morning(shop: Shop) -> None:
    async with shop.worker():
        # Far enough ahead for both reminders of the first, whatever the hour of this run.
        soon = (await shop.env.get_current_time()).date() + 4 * DAY
        handle = await shop.subscribe(recurrence="FREQ=WEEKLY;COUNT=3", start_date=soon)
        await handle.result()
    days = [
        date.fromisoformat(order.occurrence or "")
        for order in reversed(await shop.stores.orders.for_subscription("SUB001"))
    ]
    told = await shop.notices("reminder")
    assert [notice.message for notice in told] == [
        f"Reminder: Your subscription SUB001 will restock Amul Milk 1L on {day}." for day in days for _ in range(2)
    ]
    assert [notice.created_at.astimezone(BERLIN).date() for notice in told] == [
        day - lead for day in days for lead in (2 * DAY, DAY)
    ]
    assert {notice.created_at.astimezone(BERLIN).hour for notice in told} == {9}


class GatewayThatLosesItsFirstAnswer(LedgerGateway):
    lost = False

    async def charge(self, customer_id: str, amount: Money, key: str, *, method: str | None = None) -> PaymentResult:
        result = await super().charge(customer_id, amount, key, method=method)
        if not self.lost:
            self.lost = True
            raise ConnectionError("the answer was lost")
        return result


async def test_a_delivery_that_is_tried_again_makes_no_second_order_and_no_second_charge(shop: Shop) -> None:
    gateway = GatewayThatLosesItsFirstAnswer(shop.stores.ledger)
    async with shop.worker(gateway):
        handle = await shop.subscribe(recurrence="FREQ=WEEKLY;COUNT=2")
        await handle.result()
    assert gateway.lost
    assert len(await shop.stores.orders.for_subscription("SUB001")) == 2
    assert (await shop.stores.products.get("MILK")).stock == MILK.stock - 4
    assert {abs(n) for n in (await shop.stores.ledger.balance("shop:sales")).values()} == {600}


class GatewayOutside(LedgerGateway):
    outside = True


@pytest.mark.parametrize(
    ("gateway", "tried"),
    [
        (LedgerGateway, ["deliver_at_hand"]),
        (GatewayOutside, ["deliver_at_hand", "deliver_occurrence"]),
        (GatewayThatLosesItsFirstAnswer, ["deliver_at_hand", "deliver_occurrence"]),
    ],
)
async def test_a_delivery_is_made_at_hand_unless_its_payment_leaves_our_database_or_it_fails(
    shop: Shop, gateway: type[LedgerGateway], tried: list[str]
) -> None:
    async with shop.worker(gateway(shop.stores.ledger)):
        handle = await shop.subscribe(recurrence="FREQ=WEEKLY;COUNT=1")
        await handle.result()
    events = (await handle.fetch_history()).events
    assert [name for event in events for name in in_event(event) if name.startswith("deliver_")] == tried
    assert len(await shop.stores.orders.for_subscription("SUB001")) == 1


async def test_cancelled_now_it_ends_and_delivers_no_more(shop: Shop) -> None:
    async with shop.worker():
        handle = await shop.subscribe(frequency="weekly", delivery_day="friday")
        answer = await handle.execute_update(SubscriptionWorkflow.cancel, NOW)
        ended = await handle.result()
        await shop.env.sleep(30 * DAY)
    assert (answer.status, answer.cancel_reason, answer.upcoming) == (SubscriptionStatus.CANCELLED, "moving away", [])
    assert await shop.stored() == answer == ended
    assert await shop.stores.orders.for_subscription("SUB001") == []


async def test_cancelled_after_the_next_delivery_it_delivers_once_more(shop: Shop) -> None:
    async with shop.worker():
        handle = await shop.subscribe(frequency="daily")
        answer = await handle.execute_update(SubscriptionWorkflow.cancel, AFTER_NEXT)
        ended = await handle.result()
    assert answer.status is SubscriptionStatus.ACTIVE
    assert answer.upcoming == [answer.next_delivery]
    assert [order.occurrence for order in await shop.stores.orders.for_subscription("SUB001")] == [answer.next_delivery]
    assert (ended.status, ended.next_delivery) == (SubscriptionStatus.CANCELLED, None)


class GatewayThatTakesItsTime(LedgerGateway):
    asked = asyncio.Event()
    answer = asyncio.Event()

    async def charge(self, customer_id: str, amount: Money, key: str, *, method: str | None = None) -> PaymentResult:
        self.asked.set()
        await self.answer.wait()
        return await super().charge(customer_id, amount, key, method=method)


async def test_a_cancellation_waits_for_the_delivery_under_way_and_a_second_one_finds_it_done(shop: Shop) -> None:
    gateway = GatewayThatTakesItsTime(shop.stores.ledger)
    async with shop.worker(gateway):
        handle = await shop.subscribe(frequency="daily", remind_before=[])
        passing = asyncio.create_task(shop.env.sleep(DAY))  # time stands still while the gateway takes its own
        await gateway.asked.wait()
        both = [
            await handle.start_update(SubscriptionWorkflow.cancel, NOW, wait_for_stage=WorkflowUpdateStage.ACCEPTED)
            for _ in range(2)
        ]
        gateway.answer.set()
        first, second = [await each.result() for each in both]
        await passing
    assert (first.status, first.deliveries) == (SubscriptionStatus.CANCELLED, 1)
    assert second == first


async def test_a_worker_that_is_ten_hours_late_still_delivers(shop: Shop) -> None:
    today = await shop.wait_until(19)
    async with shop.worker():
        handle = await shop.subscribe(ago=timedelta(hours=11), recurrence="FREQ=WEEKLY;COUNT=2", start_date=today)
        ended = await handle.result()
    assert [delivery.outcome for delivery in ended.recent] == ["delivered", "delivered"]
    assert ended.recent[0].occurrence == today.isoformat()


async def test_a_worker_that_is_three_days_late_skips_the_delivery_and_says_so(shop: Shop) -> None:
    today = await shop.wait_until(11)
    async with shop.worker():
        handle = await shop.subscribe(
            ago=timedelta(days=3, hours=4), recurrence="FREQ=WEEKLY;COUNT=2", start_date=today - 3 * DAY
        )
        ended = await handle.result()
    (notice,) = await shop.notices("missed")
    lost, made = ended.recent
    assert (lost.outcome, made.outcome) == ("missed", "delivered")
    assert notice.message == (
        f"We are sorry: we could not make your delivery of Amul Milk 1L on {lost.occurrence}. It was skipped, "
        f"and you were not charged. Your next delivery is on {made.occurrence}."
    )
    assert [order.occurrence for order in await shop.stores.orders.for_subscription("SUB001")] == [made.occurrence]


async def test_a_week_without_a_worker_makes_one_notice_and_no_burst_of_daily_deliveries(shop: Shop) -> None:
    await shop.wait_until(11)  # on any day of the year: the clocks may change in this week
    async with shop.worker():
        handle = await shop.subscribe(ago=timedelta(days=7, hours=4), recurrence="FREQ=DAILY;COUNT=9", remind_before=[])
        ended = await handle.result()
    assert [delivery.outcome for delivery in ended.recent] == ["missed"] * 7 + ["delivered"] * 2
    assert [notice.message.split(" planned")[0] for notice in await shop.notices("missed")] == [
        "We are sorry: we could not make 7 deliveries of Amul Milk 1L"
    ]
    assert len(await shop.stores.orders.for_subscription("SUB001")) == 2


async def test_every_ten_seconds_for_a_demonstration_each_is_announced_and_delivered_once(shop: Shop) -> None:
    async with shop.worker():
        handle = await shop.subscribe(
            recurrence="FREQ=SECONDLY;INTERVAL=10;COUNT=6", remind_before=[timedelta(seconds=4)], allow_subdaily=True
        )
        ended = await handle.result()
    orders = await shop.stores.orders.for_subscription("SUB001")
    assert [order.occurrence for order in reversed(orders)] == [delivery.occurrence for delivery in ended.recent]
    assert len(orders) == ended.deliveries == len(await shop.notices("reminder")) == 6


async def test_a_demonstration_catches_up_after_twenty_seconds_without_a_worker(shop: Shop) -> None:
    async with shop.worker():
        handle = await shop.subscribe(
            ago=timedelta(seconds=35),
            recurrence="FREQ=SECONDLY;INTERVAL=10;COUNT=6",
            remind_before=[timedelta(seconds=4)],
            allow_subdaily=True,
        )
        ended = await handle.result()
    assert [delivery.outcome for delivery in ended.recent] == ["delivered"] * 6
    assert len(await shop.stores.orders.for_subscription("SUB001")) == 6
    # Nobody is reminded of what has come already.
    assert len(await shop.notices("reminder")) in (2, 3)

"""Deliveries that are tried again: declined payments and goods out of stock, on the time-skipping server."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from temporalio.client import WorkflowUpdateFailedError
from temporalio.testing import WorkflowEnvironment

from care.gateways.ledger import LedgerGateway
from care.gateways.payments import PaymentResult
from care.models.ledger import PaymentMethod
from care.models.money import Money
from care.models.order import OrderStatus, PaymentStatus
from care.models.subscription import (
    AgreedChange,
    CancelSubscription,
    ChangeSubscription,
    OneDelivery,
    PauseSubscription,
    Subscription,
    SubscriptionStatus,
)
from care.ordering import cancel_order
from care.stores import Stores
from tests.workflows.recording import record
from tests.workflows.subscriptions import BERLIN, CUSTOMER_ID, MILK, Handle, Shop
from workflows.subscription import SubscriptionWorkflow as Life

DAY = timedelta(days=1)
# A day that every month has: the clock may stand on any, and from a 31st on it would be two months to the next one.
MONTHLY = "FREQ=MONTHLY;BYMONTHDAY=10"
ANOTHER_CARD = AgreedChange(wish=ChangeSubscription(payment_method="pm_card"))


@pytest.fixture
async def shop(time_skipping: WorkflowEnvironment, stores: Stores, task_queue: str) -> Shop:
    return await Shop(time_skipping, stores, task_queue).open()


class Till(LedgerGateway):
    """The real ledger; it remembers on which local dates it was asked for money."""

    def __init__(self, shop: Shop) -> None:
        super().__init__(shop.stores.ledger)
        self._env = shop.env
        self.asked: list[date] = []

    async def charge(self, customer_id: str, amount: Money, key: str, *, method: str | None = None) -> PaymentResult:
        self.asked.append((await self._env.get_current_time()).astimezone(BERLIN).date())
        return await super().charge(customer_id, amount, key, method=method)


async def behaves(shop: Shop, behaviour: Any) -> None:
    await shop.stores.ledger.set_payment_method(PaymentMethod(customer_id=CUSTOMER_ID, behaviour=behaviour))


async def has_stock(shop: Shop, pieces: int) -> None:
    await shop.stores.products.put(MILK.model_copy(update={"stock": pieces}))


async def stock(shop: Shop) -> int:
    return (await shop.stores.products.get("MILK")).stock


async def until(shop: Shop, handle: Handle, *, why: str | None = None, status: SubscriptionStatus) -> Subscription:
    """Lets days pass until the subscription is in this state."""
    for _ in range(150):
        state = await handle.query(Life.state)
        if state.status is status and (state.overdue.why if state.overdue else None) == why:
            return state
        await shop.env.sleep(timedelta(hours=6))
    raise AssertionError(state)


async def past_due(shop: Shop, handle: Handle) -> Subscription:
    return await until(shop, handle, why="payment", status=SubscriptionStatus.PAST_DUE)


async def test_a_declined_payment_is_tried_on_days_2_7_14_and_21_and_then_the_subscription_pauses(shop: Shop) -> None:
    await behaves(shop, "declines")
    till = Till(shop)
    async with shop.worker(till):
        handle = await shop.subscribe(recurrence="FREQ=WEEKLY", remind_before=[])
        late = await past_due(shop, handle)
        assert await stock(shop) == MILK.stock - 2  # kept for the customer meanwhile
        paused = await until(shop, handle, status=SubscriptionStatus.PAUSED)
        await shop.env.sleep(60 * DAY)
        await record(handle, "subscription-paused-unpaid")
        await handle.execute_update(Life.cancel, CancelSubscription())
    assert late.overdue
    assert (late.next_delivery, late.upcoming) == (None, [])
    first = date.fromisoformat(late.overdue.occurrence.key)
    assert till.asked == [first + n * DAY for n in (0, 2, 7, 14, 21)]
    (order,) = await shop.stores.orders.for_subscription("SUB001")
    assert (order.status, order.payment.status) == (OrderStatus.CANCELLED, PaymentStatus.FAILED)
    assert [d.outcome for d in paused.recent] == ["payment_failed"]
    assert await stock(shop) == MILK.stock
    assert await shop.stores.ledger.total() == {}
    told = [notice.message for notice in await shop.notices("payment_failed")]
    assert len(told) == 5
    assert told[0].endswith(
        f"was declined, so nothing was sent. We try again on {first + 2 * DAY}. "
        "You can choose another payment method, or skip this delivery."
    )
    assert told[-1].endswith("Your subscription is paused: choose another payment method, then resume it.")


async def test_a_payment_that_goes_through_later_delivers_once_and_the_dates_between_are_left_out(shop: Shop) -> None:
    await behaves(shop, "declines")
    till = Till(shop)
    async with shop.worker(till):
        handle = await shop.subscribe(recurrence="FREQ=DAILY", remind_before=[])
        late = await past_due(shop, handle)
        await behaves(shop, "works")
        well = await until(shop, handle, status=SubscriptionStatus.ACTIVE)
        await record(handle, "subscription-recovered-at-hand")
        await handle.execute_update(Life.cancel, CancelSubscription())
    assert late.overdue
    first = date.fromisoformat(late.overdue.occurrence.key)
    assert till.asked[:2] == [first, first + 2 * DAY]
    assert well.recent[0].outcome == "delivered"
    assert well.not_before
    assert well.not_before.astimezone(BERLIN).date() == first + 3 * DAY
    keys = sorted(order.occurrence or "" for order in await shop.stores.orders.for_subscription("SUB001"))
    assert keys[0] == first.isoformat()
    assert not {(first + n * DAY).isoformat() for n in (1, 2)} & set(keys)
    (notice,) = await shop.notices("payment_recovered")
    assert notice.message.endswith(f"on its way. Your next delivery is on {first + 3 * DAY}.")


async def test_a_hard_decline_is_not_tried_again_until_there_is_another_payment_method(shop: Shop) -> None:
    await behaves(shop, "declines_for_good")
    till = Till(shop)
    async with shop.worker(till):
        handle = await shop.subscribe(recurrence=MONTHLY, remind_before=[])
        late = await past_due(shop, handle)
        await shop.env.sleep(10 * DAY)
        assert len(till.asked) == 1
        again = await handle.execute_update(Life.change, ANOTHER_CARD)
        well = await until(shop, handle, status=SubscriptionStatus.ACTIVE)
        await handle.execute_update(Life.change, ANOTHER_CARD)  # a second click charges nothing
        await record(handle, "subscription-hard-decline")
        await handle.execute_update(Life.cancel, CancelSubscription())
    assert late.overdue
    assert late.overdue.next_try is None
    assert again.status is SubscriptionStatus.PAST_DUE
    assert len(till.asked) == 2
    assert (well.deliveries, well.payment_method) == (1, "pm_card")
    assert await shop.stores.ledger.balance("shop:sales") == {"EUR": 300}


async def test_a_hard_decline_that_nobody_heals_pauses_after_three_weeks(shop: Shop) -> None:
    await behaves(shop, "declines_for_good")
    till = Till(shop)
    async with shop.worker(till):
        handle = await shop.subscribe(recurrence="FREQ=WEEKLY", remind_before=[])
        late = await past_due(shop, handle)
        paused = await until(shop, handle, status=SubscriptionStatus.PAUSED)
        await handle.execute_update(Life.cancel, CancelSubscription())
    assert late.overdue
    assert len(till.asked) == 1
    assert [d.outcome for d in paused.recent] == ["payment_failed"]
    assert paused.recent[0].at >= late.overdue.occurrence.due + 20 * DAY
    assert len(await shop.notices("payment_failed")) == 2


@pytest.mark.parametrize("way", ["skip", "pause", "cancel"])
async def test_what_the_customer_no_longer_wants_is_not_charged(shop: Shop, way: str) -> None:
    await behaves(shop, "declines")
    till = Till(shop)
    async with shop.worker(till):
        handle = await shop.subscribe(recurrence=MONTHLY, remind_before=[])
        late = await past_due(shop, handle)
        assert late.overdue
        key = date.fromisoformat(late.overdue.occurrence.key)
        match way:
            case "skip":
                after = await handle.execute_update(Life.skip, OneDelivery(date=key))
                assert await handle.execute_update(Life.skip, OneDelivery(date=key)) == after
                assert (after.status, after.overdue) == (SubscriptionStatus.ACTIVE, None)
                assert after.next_delivery is not None
            case "pause":
                after = await handle.execute_update(Life.pause, PauseSubscription())
                assert (after.status, after.overdue) == (SubscriptionStatus.PAUSED, None)
            case _:
                after = await handle.execute_update(Life.cancel, CancelSubscription())
                assert (after.status, after.overdue) == (SubscriptionStatus.CANCELLED, None)
        assert [d.outcome for d in after.recent] == ["skipped"]
        await shop.env.sleep(10 * DAY)
        await record(handle, f"subscription-past-due-{way}")
        if way != "cancel":
            await handle.execute_update(Life.cancel, CancelSubscription())
    assert len(till.asked) == 1
    (order,) = await shop.stores.orders.for_subscription("SUB001")
    assert order.status is OrderStatus.CANCELLED
    assert await stock(shop) == MILK.stock


async def test_an_unpaid_order_that_its_customer_cancelled_is_not_charged_again(shop: Shop) -> None:
    await behaves(shop, "declines")
    till = Till(shop)
    async with shop.worker(till):
        handle = await shop.subscribe(recurrence=MONTHLY, remind_before=[])
        await past_due(shop, handle)
        (order,) = await shop.stores.orders.for_subscription("SUB001")
        await cancel_order(shop.stores, till, order.order_id)
        await behaves(shop, "works")
        after = await until(shop, handle, status=SubscriptionStatus.ACTIVE)
        await handle.execute_update(Life.cancel, CancelSubscription())
    assert len(till.asked) == 1
    assert [d.outcome for d in after.recent] == ["skipped"]
    assert await shop.stores.ledger.total() == {}


async def test_one_that_ends_after_its_next_delivery_ends_when_that_is_paid_late(shop: Shop) -> None:
    await behaves(shop, "declines")
    async with shop.worker():
        handle = await shop.subscribe(recurrence=MONTHLY, remind_before=[])
        await handle.execute_update(Life.cancel, CancelSubscription(when="after_next_delivery"))
        await past_due(shop, handle)
        await behaves(shop, "works")
        ended = await handle.result()
    assert (ended.status, ended.deliveries) == (SubscriptionStatus.CANCELLED, 1)


async def test_goods_that_come_back_in_stock_go_out_on_the_next_day(shop: Shop) -> None:
    await has_stock(shop, 1)
    till = Till(shop)
    async with shop.worker(till):
        handle = await shop.subscribe(recurrence="FREQ=WEEKLY;COUNT=2", remind_before=[])
        waits = await until(shop, handle, why="stock", status=SubscriptionStatus.ACTIVE)
        with pytest.raises(WorkflowUpdateFailedError):
            await handle.execute_update(Life.order_now)
        await has_stock(shop, 10)
        ended = await handle.result()
        await record(handle, "subscription-stock-came-back")
    assert waits.overdue
    assert waits.next_delivery
    assert waits.next_delivery > waits.overdue.occurrence.key
    first = date.fromisoformat(waits.overdue.occurrence.key)
    assert till.asked == [first + DAY, first + 7 * DAY]
    assert [(d.occurrence, d.outcome) for d in ended.recent] == [
        (first.isoformat(), "delivered"),
        ((first + 7 * DAY).isoformat(), "delivered"),
    ]
    (told,) = await shop.notices("out_of_stock")
    assert told.message == (
        f"Your delivery of Amul Milk 1L on {first} has to wait: it is out of stock. "
        f"We try again every day until {first + 3 * DAY}. Your next delivery is on {first + 7 * DAY}."
    )
    assert len(await shop.notices("in_stock_again")) == 1


async def test_goods_that_stay_out_of_stock_for_three_days_are_skipped_and_not_charged(shop: Shop) -> None:
    await has_stock(shop, 1)
    till = Till(shop)
    async with shop.worker(till):
        handle = await shop.subscribe(recurrence="FREQ=WEEKLY;COUNT=1", remind_before=[])
        ended = await handle.result()
        await record(handle, "subscription-out-of-stock")
    assert till.asked == []
    assert [(d.outcome, d.order_id) for d in ended.recent] == [("out_of_stock", None)]
    first = date.fromisoformat(ended.recent[0].occurrence)
    assert ended.recent[0].at.astimezone(BERLIN).date() == first + 3 * DAY
    *waiting, last = await shop.notices("out_of_stock")
    assert len(waiting) == 3
    assert last.message == (
        f"Your delivery of Amul Milk 1L on {first} could not go out, because it is out of stock. You were not charged."
    )


async def test_a_daily_delivery_out_of_stock_never_runs_into_the_next(shop: Shop) -> None:
    await has_stock(shop, 3)
    async with shop.worker():
        handle = await shop.subscribe(recurrence="FREQ=DAILY;COUNT=3", remind_before=[])
        ended = await handle.result()
    assert [d.outcome for d in ended.recent] == ["delivered", "out_of_stock", "out_of_stock"]
    assert [d.at.astimezone(BERLIN).date().isoformat() for d in ended.recent[:2]] == [
        d.occurrence for d in ended.recent[:2]
    ]


async def test_a_new_price_is_announced_with_the_reminder_and_charged_only_then(shop: Shop) -> None:
    async with shop.worker():
        soon = (await shop.env.get_current_time()).date() + 4 * DAY
        handle = await shop.subscribe(recurrence="FREQ=WEEKLY;COUNT=2", remind_before=[DAY], start_date=soon)
        while not await shop.notices("reminder"):
            await shop.env.sleep(DAY / 4)
        dearer = MILK.model_copy(update={"price": Money(amount=175, currency="EUR")})
        await shop.stores.products.put(dearer)
        await handle.result()
    second, first = await shop.stores.orders.for_subscription("SUB001")
    assert [order.items[0].price.amount for order in (first, second)] == [150, 175]
    told = [notice.message for notice in await shop.notices("reminder")]
    assert told[1] == told[0].replace(first.occurrence or "", second.occurrence or "") + (
        " New price: Amul Milk 1L costs €1.75 instead of €1.50."
    )


async def test_a_lower_price_is_charged_at_once(shop: Shop) -> None:
    async with shop.worker():
        handle = await shop.subscribe(recurrence="FREQ=WEEKLY;COUNT=1", remind_before=[])
        await shop.stores.products.put(MILK.model_copy(update={"price": Money(amount=99, currency="EUR")}))
        await handle.result()
    (order,) = await shop.stores.orders.for_subscription("SUB001")
    assert order.total == Money(amount=198, currency="EUR")

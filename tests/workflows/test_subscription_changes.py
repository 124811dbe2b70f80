"""Changing a running subscription, on the time-skipping server with a real database and ledger."""

from __future__ import annotations

from datetime import UTC, date, timedelta

import pytest
from temporalio.api.enums.v1 import EventType
from temporalio.client import WorkflowUpdateFailedError
from temporalio.exceptions import ApplicationError
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Replayer

from care.models.customer import Address
from care.models.money import Money
from care.models.order import Product
from care.models.subscription import (
    AgreedChange,
    CancelSubscription,
    ChangeSubscription,
    Item,
    NamedItem,
    OneDelivery,
    PauseSubscription,
    RescheduleDelivery,
    SubscriptionStatus,
)
from care.stores import Stores
from care.temporal import data_converter
from tests.conftest import TEST_KEY
from tests.workflows.recording import record
from tests.workflows.subscriptions import BERLIN, MILK, Shop
from workflows.subscription import SubscriptionWorkflow as Life

DAY = timedelta(days=1)


@pytest.fixture
async def shop(time_skipping: WorkflowEnvironment, stores: Stores, task_queue: str) -> Shop:
    return await Shop(time_skipping, stores, task_queue).open()


async def made(shop: Shop) -> list[str]:
    return sorted(order.occurrence or "" for order in await shop.stores.orders.for_subscription("SUB001", n=100))


async def test_a_skipped_date_gets_no_delivery_and_a_moved_one_comes_on_its_new_date(shop: Shop) -> None:
    async with shop.worker():
        handle = await shop.subscribe(recurrence="FREQ=WEEKLY;COUNT=4")
        first, second, third, last = [date.fromisoformat(key) for key in (await handle.query(Life.state)).upcoming]
        for _ in range(2):
            after = await handle.execute_update(Life.skip, OneDelivery(date=first))
        moved = RescheduleDelivery(date=third, to=third - 2 * DAY)
        await handle.execute_update(Life.reschedule, moved)
        await handle.execute_update(Life.skip, OneDelivery(date=last))
        await handle.execute_update(Life.unskip, OneDelivery(date=last))
        await handle.result()
    assert after.next_delivery == second.isoformat()
    assert await made(shop) == [day.isoformat() for day in (second, third - 2 * DAY, last)]
    await Replayer(workflows=[Life], data_converter=data_converter(TEST_KEY)).replay_workflow(
        await handle.fetch_history()
    )


async def test_the_reminder_of_a_skipped_date_is_withdrawn_and_the_others_stay(shop: Shop) -> None:
    async with shop.worker():
        handle = await shop.subscribe(recurrence="FREQ=WEEKLY;COUNT=2")
        first, second = (await handle.query(Life.state)).upcoming
        while not await shop.notices("reminder"):
            await shop.env.sleep(DAY)
            await handle.query(Life.state)  # answered once the worker has done what was due
        await handle.execute_update(Life.skip, OneDelivery())
        assert await shop.notices("reminder") == []
        await handle.result()
    assert {notice.occurrence for notice in await shop.notices("reminder")} == {second}
    assert await made(shop) == [second] != [first]


async def test_a_pause_that_names_its_end_ends_by_itself(shop: Shop) -> None:
    async with shop.worker():
        handle = await shop.subscribe(recurrence="FREQ=WEEKLY;COUNT=4")
        dates = (await handle.query(Life.state)).upcoming
        until = PauseSubscription(until=date.fromisoformat(dates[2]))
        paused = await handle.execute_update(Life.pause, until)
        ended = await handle.result()
    assert (paused.status, paused.next_delivery) == (SubscriptionStatus.PAUSED, dates[2])
    assert await made(shop) == dates[2:]
    assert ended.deliveries == 2


async def test_a_pause_without_end_sleeps_until_the_customer_resumes(shop: Shop) -> None:
    async with shop.worker():
        handle = await shop.subscribe(frequency="weekly", delivery_day="friday")
        paused = await handle.execute_update(Life.pause, PauseSubscription())
        await shop.env.sleep(60 * DAY)
        nothing = await made(shop)
        resumed = await handle.execute_update(Life.resume)
        await shop.env.sleep(7 * DAY)  # whichever day it is: one Friday
        await handle.execute_update(Life.cancel, CancelSubscription())
    assert (paused.next_delivery, nothing) == (None, [])
    assert await made(shop) == resumed.upcoming[:1]


async def test_ordering_now_delivers_today_once_and_leaves_the_calendar_alone(shop: Shop) -> None:
    await shop.wait_until(12)
    async with shop.worker():
        handle = await shop.subscribe(recurrence="FREQ=WEEKLY;COUNT=2")
        dates = (await handle.query(Life.state)).upcoming
        today = (await shop.env.get_current_time()).astimezone(BERLIN).date().isoformat()
        await handle.execute_update(Life.order_now)
        with pytest.raises(WorkflowUpdateFailedError) as refused:
            await handle.execute_update(Life.order_now)
        await handle.result()
    assert isinstance(refused.value.cause, ApplicationError)
    assert refused.value.cause.message == f"There is a delivery on {today} already."
    assert await made(shop) == [today, *dates]


async def test_a_change_goes_from_the_next_delivery_on(shop: Shop) -> None:
    home = Address(street="Ring 1", city="Berlin", postcode="10115", country="DE")
    wish = ChangeSubscription(frequency="weekly", delivery_day="monday", address=home)
    async with shop.worker():
        handle = await shop.subscribe(frequency="weekly", delivery_day="friday")
        after = await handle.execute_update(Life.change, AgreedChange(wish=wish))
        await handle.execute_update(Life.cancel, CancelSubscription(when="after_next_delivery"))
        await handle.result()
    assert {date.fromisoformat(day).strftime("%A") for day in after.upcoming} == {"Monday"}
    (order,) = await shop.stores.orders.for_subscription("SUB001")
    assert (order.occurrence, order.address) == (after.next_delivery, home)


async def test_a_cancellation_can_be_taken_back(shop: Shop) -> None:
    async with shop.worker():
        handle = await shop.subscribe(recurrence="FREQ=WEEKLY;COUNT=2")
        await handle.execute_update(Life.cancel, CancelSubscription(when="after_next_delivery"))
        after = await handle.execute_update(Life.uncancel)
        ended = await handle.result()
    assert (after.cancel_after_next, len(after.upcoming), ended.deliveries) == (False, 2, 2)


async def test_what_makes_no_sense_is_refused_and_leaves_no_trace(shop: Shop) -> None:
    async with shop.worker():
        handle = await shop.subscribe(recurrence="FREQ=WEEKLY;COUNT=2")
        before = await handle.query(Life.state)
        past = (await shop.env.get_current_time()).astimezone(UTC).date() - DAY
        with pytest.raises(WorkflowUpdateFailedError):
            await handle.execute_update(Life.skip, OneDelivery(date=past))
        with pytest.raises(WorkflowUpdateFailedError):
            await handle.execute_update(Life.pause, PauseSubscription(until=past))
        assert await handle.query(Life.state) == before
        accepted = EventType.EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_ACCEPTED
        taken = [event async for event in handle.fetch_history_events() if event.event_type == accepted]
        assert len(taken) == 1  # `started`, with which each of these tests begins
        await handle.execute_update(Life.cancel, CancelSubscription())


async def test_one_item_is_left_out_of_one_delivery(shop: Shop) -> None:
    whey = Product(sku="WHEY", name="Whey Protein", price=Money(amount=2000, currency="EUR"), stock=9)
    await shop.stores.products.put(whey)
    both = [NamedItem(sku=p.sku, name=p.name, quantity=1, price=p.price) for p in (MILK, whey)]
    wish = ChangeSubscription(items=[Item(sku=item.sku, quantity=1) for item in both])
    async with shop.worker():
        soon = (await shop.env.get_current_time()).date() + 4 * DAY
        handle = await shop.subscribe(recurrence="FREQ=WEEKLY;COUNT=2", start_date=soon)
        await handle.execute_update(Life.change, AgreedChange(wish=wish, items=both))
        for _ in range(2):
            after = await handle.execute_update(Life.skip, OneDelivery(date=soon, sku="WHEY"))
        assert (after.left_out, after.next_delivery) == ({soon.isoformat(): ["WHEY"]}, soon.isoformat())
        back = await handle.execute_update(Life.unskip, OneDelivery(date=soon, sku="WHEY"))
        assert back.left_out == {}
        await handle.execute_update(Life.skip, OneDelivery(date=soon, sku="WHEY"))
        all_of_it = await handle.execute_update(Life.skip, OneDelivery(date=soon, sku="MILK"))
        assert (all_of_it.skipped, all_of_it.left_out) == ([soon.isoformat()], {})
        await handle.execute_update(Life.unskip, OneDelivery())
        await handle.execute_update(Life.skip, OneDelivery(sku="WHEY"))
        with pytest.raises(WorkflowUpdateFailedError):
            await handle.execute_update(Life.skip, OneDelivery(sku="TEA"))
        await handle.result()
        await record(handle, "subscription-item-left-out")
    second, first = await shop.stores.orders.for_subscription("SUB001")
    assert [[line.sku for line in order.items] for order in (first, second)] == [["MILK"], ["MILK", "WHEY"]]
    reminders = [notice.message for notice in await shop.notices("reminder")]
    assert [text.count("Whey") for text in reminders] == [0, 0, 1, 1]


async def test_a_change_that_is_asked_for_again_after_its_run_has_ended_is_not_made_again(shop: Shop) -> None:
    """Not in the next run, and when all is over it is still known."""
    async with shop.worker():
        handle = await shop.subscribe(recurrence="FREQ=WEEKLY;COUNT=20")
        skipped = await handle.execute_update(Life.skip, OneDelivery(), id="k1")
        first = (await handle.describe()).run_id
        while (await handle.describe()).run_id == first:
            await shop.env.sleep(7 * DAY)
        now = await handle.query(Life.state)
        again = await handle.execute_update(Life.skip, OneDelivery(), id="k1")
        assert (len(skipped.skipped), again.version) == (1, now.version)
        assert await handle.query(Life.has_changed, "k1")
        assert not await handle.query(Life.has_changed, "k2")
        ended = await handle.result()
        assert ended.deliveries == 19
        assert await handle.query(Life.has_changed, "k1")

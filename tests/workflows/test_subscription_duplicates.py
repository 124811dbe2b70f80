"""Each call of a customer arrives twice, one after the other and at the same time, and has one effect."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, date, datetime, time, timedelta

import pytest
from temporalio.api.enums.v1 import EventType
from temporalio.client import Client
from temporalio.testing import WorkflowEnvironment

from care.errors import Conflict
from care.gateways.ledger import LedgerGateway
from care.models.subscription import (
    CancelSubscription,
    ChangeSubscription,
    Item,
    OneDelivery,
    PauseSubscription,
    RescheduleDelivery,
    Subscription,
    SubscriptionRequest,
)
from care.policy import load_policy
from care.rules.spreading import offset_of
from care.stores import Stores
from care.temporal import NEXT_DELIVERY, subscription_workflow_id
from tests.workflows.books import assert_charged_once_each, documents
from tests.workflows.subscriptions import BERLIN, CUSTOMER_ID, MILK, Shop
from workflows.client import CareClient

DAY = timedelta(days=1)
END_LATER = CancelSubscription(when="after_next_delivery")
Call = Callable[[CareClient, str, date], Awaitable[Subscription]]


async def skip(client: CareClient, one: str, first: date) -> Subscription:
    return await client.skip_delivery(one, OneDelivery(date=first))


async def unskip(client: CareClient, one: str, first: date) -> Subscription:
    return await client.unskip_delivery(one, OneDelivery(date=first))


async def reschedule(client: CareClient, one: str, first: date) -> Subscription:
    return await client.reschedule_delivery(one, RescheduleDelivery(date=first, to=first + 2 * DAY))


async def pause(client: CareClient, one: str, first: date) -> Subscription:
    return await client.pause_subscription(one, PauseSubscription())


async def pause_until(client: CareClient, one: str, first: date) -> Subscription:
    return await client.pause_subscription(one, PauseSubscription(until=first + DAY))


async def resume(client: CareClient, one: str, first: date) -> Subscription:
    return await client.resume_subscription(one)


async def change(client: CareClient, one: str, first: date) -> Subscription:
    wish = ChangeSubscription(items=[Item(sku=MILK.sku, quantity=5)], frequency="biweekly", delivery_day="monday")
    return await client.change_subscription(one, wish)


async def cancel(client: CareClient, one: str, first: date) -> Subscription:
    return await client.cancel_subscription(one, CancelSubscription(reason="moving away"))


async def end_later(client: CareClient, one: str, first: date) -> Subscription:
    return await client.cancel_subscription(one, END_LATER)


async def uncancel(client: CareClient, one: str, first: date) -> Subscription:
    return await client.uncancel_subscription(one)


async def order_now(client: CareClient, one: str, first: date) -> Subscription:
    return await client.order_now(one)


# Each call that may be repeated, with what has to come before it.
IDEMPOTENT: list[tuple[Call, list[Call]]] = [
    (skip, []),
    (unskip, [skip]),
    (reschedule, []),
    (pause, []),
    (pause_until, []),
    (resume, [pause]),
    (resume, [pause_until]),
    (change, []),
    (cancel, []),
    (end_later, []),
    (uncancel, [end_later]),
]


each_call = pytest.mark.parametrize(
    ("call", "before"),
    IDEMPOTENT,
    ids=[" after ".join(each.__name__ for each in (call, *before)) for call, before in IDEMPOTENT],
)


@pytest.fixture
async def client(temporal: Client, stores: Stores, task_queue: str) -> AsyncIterator[CareClient]:
    shop = await Shop(WorkflowEnvironment.from_client(temporal), stores, task_queue).open()
    # The server is shared with other databases: their workflows have the small numbers.
    start = {"_id": "SUB", "last": secrets.randbelow(10**12) + 10**12}
    await stores.database["counters"].insert_one(start)
    async with shop.worker():
        yield CareClient(*(temporal, stores, load_policy(None), LedgerGateway(stores.ledger)), task_queue=task_queue)


async def subscribed(client: CareClient) -> tuple[str, date]:
    """A weekly subscription, its id and its first date: far enough ahead for any hour of this run."""
    start = datetime.now(UTC).date() + 10 * DAY
    request = SubscriptionRequest(
        customer_id=CUSTOMER_ID, items=[Item(sku=MILK.sku, quantity=2)], frequency="weekly", start_date=start
    )
    made = await client.subscribe(request)
    return made.subscription_id, date.fromisoformat(made.upcoming[0])


async def settled(client: CareClient, stores: Stores, one: str) -> Subscription:
    """The live state, which is also the stored one."""
    live = await client.subscription(one)
    assert await stores.subscriptions.get(one) == live
    return live


@each_call
async def test_a_call_sent_again_changes_nothing_and_gets_the_same_answer(
    client: CareClient, stores: Stores, call: Call, before: list[Call]
) -> None:
    one, first = await subscribed(client)
    for earlier in before:
        await earlier(client, one, first)
    untouched = await settled(client, stores, one)
    answers = [await call(client, one, first) for _ in range(3)]
    assert answers[0] == answers[1] == answers[2] == await settled(client, stores, one)
    assert answers[0].version == untouched.version + 1
    assert await documents(stores, "orders") == []


@each_call
async def test_a_call_sent_twice_at_once_has_one_effect_and_one_answer(
    client: CareClient, stores: Stores, call: Call, before: list[Call]
) -> None:
    one, first = await subscribed(client)
    for earlier in before:
        await earlier(client, one, first)
    untouched = await settled(client, stores, one)
    answers = await asyncio.gather(call(client, one, first), call(client, one, first))
    assert answers[0] == answers[1] == await settled(client, stores, one)
    assert answers[0].version == untouched.version + 1


async def test_a_change_is_on_record_before_the_list_tells_of_it(
    client: CareClient, stores: Stores, temporal: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else a change that is lost with a server would stay told: cancelled on the list, and delivered all the same."""
    one, _ = await subscribed(client)
    await settled(client, stores, one)  # its workflow has begun
    save, on_record = stores.subscriptions.save, []

    async def looked(subscription: Subscription) -> None:
        history = await temporal.get_workflow_handle(f"subscription-{one}").fetch_history()
        accepted = EventType.EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_ACCEPTED
        on_record.append([event.event_type for event in history.events].count(accepted))
        await save(subscription)

    monkeypatch.setattr(stores.subscriptions, "save", looked)
    await client.cancel_subscription(one, CancelSubscription())
    assert on_record == [1]


async def test_a_subscription_keeps_the_moment_that_its_id_draws_and_the_dates_of_the_preview(
    client: CareClient, temporal: Client, stores: Stores, task_queue: str
) -> None:
    hour = timedelta(hours=1)
    spreading = CareClient(
        *(temporal, stores, load_policy(None), LedgerGateway(stores.ledger)),
        task_queue=task_queue,
        delivery_spread=hour,
    )
    request = SubscriptionRequest(
        customer_id=CUSTOMER_ID, items=[Item(sku=MILK.sku, quantity=1)], frequency="monthly", delivery_day=31
    )
    made = await spreading.subscribe(request, once="a tap")
    offset = made.schedule.offset
    assert offset == offset_of(made.subscription_id, hour)
    assert made.upcoming == await client.preview(request)
    # Whoever asks again, under another setting, gets the one that there is.
    assert (await client.subscribe(request, once="a tap")).schedule.offset == offset
    running = await temporal.get_workflow_handle(subscription_workflow_id(made.subscription_id)).describe()
    nine = datetime.combine(date.fromisoformat(made.upcoming[0]), time(9), BERLIN)
    assert running.typed_search_attributes[NEXT_DELIVERY] == nine + offset


async def test_the_same_once_is_answered_again_and_orders_one_delivery(client: CareClient, stores: Stores) -> None:
    one, _ = await subscribed(client)
    answers = [await client.order_now(one, once="CNV001:3") for _ in range(2)]
    assert answers[0] == answers[1]
    with pytest.raises(Conflict):
        await client.order_now(one, once="CNV001:5")


async def test_of_two_orders_for_now_one_is_made_and_charged_and_the_other_refused(
    client: CareClient, stores: Stores
) -> None:
    one, first = await subscribed(client)
    answers = await asyncio.gather(order_now(client, one, first), order_now(client, one, first), return_exceptions=True)
    with pytest.raises(Conflict):
        await order_now(client, one, first)
    assert sorted(type(answer).__name__ for answer in answers) == ["Conflict", "Subscription"]
    async with asyncio.timeout(60):
        while (await stores.subscriptions.get(one)).deliveries < 1:  # noqa: ASYNC110  a worker delivers
            await asyncio.sleep(0.05)
    assert len(await documents(stores, "orders")) == 1
    await assert_charged_once_each(stores)
    assert (await settled(client, stores, one)).next_delivery == first.isoformat()

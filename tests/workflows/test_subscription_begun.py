"""A subscription begins with the answer, and not with the worker that runs it."""

from __future__ import annotations

import asyncio
import secrets
from datetime import UTC, datetime, timedelta

import pytest
from temporalio.client import Client
from temporalio.testing import WorkflowEnvironment

from care.errors import KeyReused
from care.gateways.ledger import LedgerGateway
from care.models.customer import Customer
from care.models.subscription import (
    Item,
    PauseSubscription,
    Subscription,
    SubscriptionRequest,
    SubscriptionStatus,
)
from care.policy import load_policy
from care.stores import Stores
from tests.workflows.subscriptions import CUSTOMER_ID, MILK, Shop
from workflows.client import CareClient

ANOTHER = "CUST099"


@pytest.fixture
async def shop(temporal: Client, stores: Stores, task_queue: str) -> Shop:
    shop = await Shop(WorkflowEnvironment.from_client(temporal), stores, task_queue).open()
    # The server is shared with other databases: their workflows have the small numbers.
    start = {"_id": "SUB", "last": secrets.randbelow(10**12) + 10**12}
    await stores.database["counters"].insert_one(start)
    return shop


@pytest.fixture
def client(temporal: Client, stores: Stores, shop: Shop, task_queue: str) -> CareClient:
    return CareClient(*(temporal, stores, load_policy(None), LedgerGateway(stores.ledger)), task_queue=task_queue)


def request(customer_id: str = CUSTOMER_ID) -> SubscriptionRequest:
    start = datetime.now(UTC).date() + timedelta(days=10)
    items = [Item(sku=MILK.sku, quantity=2)]
    return SubscriptionRequest(customer_id=customer_id, items=items, frequency="weekly", start_date=start)


async def listed(stores: Stores) -> list[Subscription]:
    return (await stores.subscriptions.page(CUSTOMER_ID)).items


async def test_one_that_begins_while_no_worker_runs_is_listed_and_lives_when_one_comes(
    client: CareClient, stores: Stores, shop: Shop
) -> None:
    made = await client.subscribe(request(), once="a tap")
    assert await listed(stores) == [made]
    assert await client.subscribe(request(), once="a tap") == made
    assert await client.subscription(made.subscription_id) == made
    async with shop.worker():
        assert await client.subscription(made.subscription_id) == made, "its workflow begins with what was answered"
        assert (await client.order_now(made.subscription_id)).version == made.version + 1


async def test_one_whose_web_process_died_before_it_was_listed_is_given_to_whoever_asks_again(
    client: CareClient, stores: Stores, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Died(Exception):
        pass

    async def dies(_: Subscription) -> None:
        raise Died

    with monkeypatch.context() as patch:
        patch.setattr(stores.subscriptions, "show", dies)
        with pytest.raises(Died):
            await client.subscribe(request(), once="a tap")
    assert await listed(stores) == []
    async with shop.worker():
        again = await client.subscribe(request(), once="a tap")
        assert await listed(stores) == [again]
        assert await client.subscribe(request(), once="another tap") != again


async def test_another_customers_key_begins_nothing_and_tells_nothing(client: CareClient, stores: Stores) -> None:
    await stores.customers.put(
        Customer(customer_id=ANOTHER, name="Ravi", email="ravi@shop.test", created_at=datetime.now(UTC))
    )
    await client.subscribe(request(), once="a tap")
    with pytest.raises(KeyReused):
        await client.subscribe(request(ANOTHER), once="a tap")
    assert (await stores.subscriptions.page(ANOTHER)).items == []


async def test_an_id_whose_workflow_was_started_by_somebody_else_is_not_taken_for_ones_own(
    client: CareClient, stores: Stores
) -> None:
    """As after a counter that was put back: the id is drawn again."""
    await stores.customers.put(
        Customer(customer_id=ANOTHER, name="Ravi", email="ravi@shop.test", created_at=datetime.now(UTC))
    )
    first = await client.subscribe(request())
    await stores.database["counters"].update_one({"_id": "SUB"}, {"$inc": {"last": -1}})
    with pytest.raises(KeyReused):
        await client.subscribe(request(ANOTHER))
    assert await listed(stores) == [first]


async def test_a_change_that_is_asked_for_before_a_worker_comes_is_made_after_the_first_step(
    client: CareClient, stores: Stores, shop: Shop
) -> None:
    made = await client.subscribe(request())
    pausing = asyncio.create_task(client.pause_subscription(made.subscription_id, PauseSubscription()))
    await asyncio.sleep(1)  # it has reached Temporal, most likely; if not, this tests less
    async with shop.worker():
        paused = await pausing
        assert await client.subscription(made.subscription_id) == paused
    assert paused.status is SubscriptionStatus.PAUSED
    assert paused.version == made.version + 1
    assert await listed(stores) == [paused]

"""Keys are rotated while workflows sleep: they wake up under the new one, and the old one may go."""

from __future__ import annotations

import asyncio
import base64
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import pytest

import worker
from care.errors import Unavailable
from care.gateways.ledger import LedgerGateway
from care.keyring import key_id
from care.models.subscription import CancelSubscription, Frequency, Item, OneDelivery, SubscriptionRequest
from care.policy import load_policy
from care.rotation import rotate
from care.settings import Settings
from care.stores import Stores
from care.temporal import connect
from tests.api.shop import MILK
from tests.stores.make import customer
from workflows.client import CareClient

OLD, NEW = bytes(range(32)), bytes(range(32, 64))


def text(*keys: bytes) -> str:
    return ",".join(base64.b64encode(key).decode() for key in keys)


@asynccontextmanager
async def a_process(settings: Settings, stores: Stores) -> AsyncIterator[CareClient]:
    """A web process's client, and a worker, that both begin with the keys of these settings."""
    client = CareClient(
        *(await connect(settings, stores), stores, load_policy(None), LedgerGateway(stores.ledger)),
        task_queue=settings.task_queue,
    )
    stop = asyncio.Event()
    working = asyncio.create_task(worker.main(settings, stop))
    async with asyncio.timeout(60):
        while not await _ready(client):  # noqa: ASYNC110  it tells nobody
            await asyncio.sleep(0.1)
    try:
        yield client
    finally:
        stop.set()
        await working


async def _ready(client: CareClient) -> bool:
    try:
        await client.ready()
    except Unavailable:
        return False
    return True


async def test_subscriptions_that_sleep_while_keys_are_rotated_go_on(
    stores: Stores, mongodb_uri: str, temporal_server: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker, "CAPACITY", worker.CAPACITY | {"max_cached_workflows": 0})
    monkeypatch.setattr(worker, "GRACE", timedelta(0))

    def with_keys(current: bytes, *older: bytes, queue: str = f"care-keys-{uuid.uuid4().hex[:8]}") -> Settings:
        fields: dict[str, Any] = {"mongodb_uri": mongodb_uri, "mongodb_database": stores.database.name}
        return Settings(
            _env_file=None,
            **fields,
            temporal_address=temporal_server,
            task_queue=queue,
            groq_api_key=None,
            gemini_api_key=None,
            encryption_key=text(current),
            decryption_keys=text(*older),
        )

    # The Temporal server is shared, and its workflows are called after our ids.
    await stores.database["counters"].insert_one({"_id": "SUB", "last": 70_000_000})
    await stores.products.put(MILK)
    await stores.customers.put(customer("CUST001"))
    wish = SubscriptionRequest(
        customer_id="CUST001", items=[Item(sku=MILK.sku, quantity=1)], frequency=Frequency.WEEKLY, delivery_day="friday"
    )
    async with a_process(with_keys(OLD), stores) as before:
        made = await before.subscribe(wish)
    # The new key is given out before anything is sealed under it.
    async with a_process(with_keys(OLD, NEW), stores) as between:
        moved = await rotate(with_keys(NEW, OLD), None)
        assert (moved.current, moved.data_keys) == (key_id(NEW), 1)
        skipped = await between.skip_delivery(made.subscription_id, OneDelivery())
        assert skipped.next_delivery != made.next_delivery
    async with a_process(with_keys(NEW), stores) as after:
        again = await after.skip_delivery(made.subscription_id, OneDelivery(date=skipped.next_delivery))
        assert again.next_delivery not in (made.next_delivery, skipped.next_delivery)
        handle = (await connect(with_keys(NEW), stores)).get_workflow_handle(f"subscription-{made.subscription_id}")
        await after.cancel_subscription(made.subscription_id, CancelSubscription())
        assert (await handle.query("state"))["status"] == "cancelled"
    with pytest.raises(Unavailable, match=key_id(NEW)):
        await CareClient(
            *(await connect(with_keys(OLD), stores), stores, load_policy(None), LedgerGateway(stores.ledger))
        ).skip_delivery(made.subscription_id, OneDelivery())

from __future__ import annotations

import asyncio
import uuid
from contextlib import AsyncExitStack
from datetime import timedelta
from urllib.parse import urlsplit

import pytest

from care import embedded
from care.errors import Conflict, Unavailable
from care.models.customer import Account, Role
from care.models.order import OrderStatus
from care.stores import CONNECTION_ERRORS, Change, mongo, open_stores, over
from care.stores import Stores as AllStores
from care.stores.mongo import Session, connect
from tests.chaos.links import Network
from tests.stores.make import AT, eur, order, product, refund


async def test_opening_again_finds_everything_in_place(mongodb_uri: str) -> None:
    name = f"test_{uuid.uuid4().hex[:12]}"
    async with open_stores(mongodb_uri, name) as first:
        await first.products.put(product())
    async with open_stores(mongodb_uri, name) as second:
        assert (await second.products.get("MILK")).stock == 100
        await second.drop()
        assert await second.products.all() == []


async def test_a_database_that_does_not_answer_is_unavailable() -> None:
    client = connect(f"mongodb://127.0.0.1:{embedded.free_port()}/", patience=timedelta(milliseconds=100))
    with pytest.raises(Unavailable):
        await over(client["none"]).ping()
    client.close()


async def test_a_transaction_whose_database_goes_away_is_given_up_and_not_tried_for_two_minutes(
    mongodb_uri: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mongo, "_LOST_FOR", 0.1)
    network = Network()
    link = network.link(urlsplit(mongodb_uri).port or 0)
    client = connect(f"mongodb://127.0.0.1:{link.port}/?directConnection=true", patience=timedelta(seconds=1))

    async def body(session: mongo.Session) -> None:
        link.refuse()
        await client["none"]["none"].insert_one({}, session=session)

    try:
        async with asyncio.timeout(60):
            with pytest.raises(CONNECTION_ERRORS):
                await mongo.in_transaction(client["none"], body)
    finally:
        client.close()
        network.close()


async def test_a_transaction_that_is_lost_at_its_commit_is_done_anew(stores: AllStores) -> None:
    runs = []

    async def body(session: Session) -> int:
        runs.append(session)
        await stores.database["notes"].insert_one({"_id": len(runs)}, session=session)
        if len(runs) == 1:
            await stores.database.client.admin.command("killSessions", [session.session_id])
        return len(runs)

    assert await mongo.in_transaction(stores.database, body) == 2
    assert [each["_id"] async for each in stores.database["notes"].find()] == [2]


async def test_changes_are_seen_as_they_happen(stores: AllStores) -> None:
    await stores.ping()
    await stores.orders.put(order("BEFORE"))
    changes = stores.watch()
    first = asyncio.ensure_future(anext(changes))
    while not first.done():  # the stream starts at some moment after this call
        await stores.orders.set_status("BEFORE", OrderStatus.SHIPPED)
        await stores.orders.set_status("BEFORE", OrderStatus.PENDING)
        await asyncio.sleep(0.05)
    assert first.result() == Change("orders", "CUST001", "BEFORE")
    await stores.products.put(product())  # not among what people watch
    await stores.orders.put(order("AFTER", customer_id="CUST002"))
    async for change in changes:
        assert change.kind == "orders"
        if change.id == "AFTER":
            assert change.customer_id == "CUST002"
            break


async def test_several_processes_together_keep_the_cap_and_the_stock(mongodb_uri: str) -> None:
    """Each connection has its own queue, as each process has: only MongoDB stands between them."""
    name = f"test_{uuid.uuid4().hex[:12]}"
    async with AsyncExitStack() as stack:
        processes = [await stack.enter_async_context(open_stores(mongodb_uri, name)) for _ in range(4)]
        await processes[0].orders.put(order(items={f"SKU{n}": 1 for n in range(60)}, total=eur(6_000)))
        await processes[0].products.put(product(stock=10))
        opened = [processes[n % 4].refunds.open(refund(f"REF{n}", items={f"SKU{n}": 1})) for n in range(60)]
        placed = [processes[n % 4].orders.place(order(f"BUY{n}", items={"MILK": 1})) for n in range(30)]
        refunds, orders = await asyncio.gather(
            asyncio.gather(*opened, return_exceptions=True), asyncio.gather(*placed, return_exceptions=True)
        )
        assert sum(each is None for each in refunds) == 30
        assert (await processes[0].orders.get("ORD1")).reserved == eur(6_000)
        assert sum(not isinstance(each, BaseException) for each in orders) == 10
        assert (await processes[0].products.get("MILK")).stock == 0
        await processes[0].drop()


async def test_an_address_has_one_account_whatever_its_case(stores: AllStores) -> None:
    account = Account(email="Ana@Shop.test", password_hash="x", role=Role.AGENT, created_at=AT)
    await stores.accounts.add(account)
    with pytest.raises(Conflict):
        await stores.accounts.add(account.model_copy(update={"email": "ana@shop.TEST"}))
    assert [each.email for each in await stores.accounts.all()] == ["ana@shop.test"]
    found = await stores.accounts.find("ANA@shop.test")
    assert found is not None
    assert found.role is Role.AGENT


async def test_an_order_that_a_killed_process_was_changing_is_free_again_soon(stores: AllStores) -> None:
    await stores.products.put(product())
    await stores.orders.put(order())
    async with await stores.database.client.start_session() as killed, killed.start_transaction():
        await stores.database["orders"].update_one({"_id": "ORD1"}, {"$set": {"status": "shipped"}}, session=killed)
        async with asyncio.timeout(30):  # a bound: by itself MongoDB waits for a minute
            assert (await stores.orders.cancel("ORD1")).status is OrderStatus.CANCELLED
        await killed.abort_transaction()

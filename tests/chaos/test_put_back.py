"""MongoDB or Temporal put back to another day, or lost: `care repair` reconciles the two, and then the books agree.

One life of a small shop, with a backup in the middle of it and one at its end; each test begins from another mixture of
the two. `make chaos` tries all of them.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import sqlite3
import subprocess
import uuid
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, closing, suppress
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from pydantic import SecretStr

import worker
from care import embedded
from care.backup import back_up
from care.errors import Unavailable
from care.gateways.ledger import LedgerGateway
from care.models.conversation import ChatRequest
from care.models.customer import Account, Role
from care.models.order import OrderStatus
from care.models.refund import RefundReason, RefundRequest, RefundStatus, Ruling
from care.models.subscription import (
    CancelSubscription,
    Frequency,
    Item,
    OneDelivery,
    Subscription,
    SubscriptionRequest,
    SubscriptionStatus,
)
from care.policy import load_policy
from care.repairing import How, repair_all
from care.restoring import Wishes, checked, restore
from care.rules.books import Flaw
from care.rules.repair import Finding
from care.settings import Settings
from care.stores import Stores, open_stores
from care.temporal import connect
from tests.running import PATIENCE
from tests.stores.make import customer, order, product
from workflows.client import CareClient
from workflows.subscription import SubscriptionWorkflow

WHOLE = int(os.environ.get("CARE_STORM_ROUNDS", "1")) > 1
STOCK, ME, AMY = 100_000, "CUST001", "amy@shop.test"
PLAINLY = How()
BEAT = "FREQ=SECONDLY;INTERVAL=4"


class TemporalServer:
    """The dev server, on one port and one file."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / "temporal.db"
        self._log = folder / "temporal.log"
        self.port = embedded.free_port()
        self._ui = embedded.free_port()
        self._process: subprocess.Popen[bytes] | None = None

    async def start(self) -> None:
        with self._log.open("ab") as log:
            command = embedded.temporal_command(self._file, self.port, self._ui)
            self._process = subprocess.Popen(command, stdout=log, stderr=log)
        await embedded.temporal_ready(self.port)

    def stop(self) -> None:
        if self._process:
            self._process.terminate()
            self._process.wait(30)
            self._process = None

    def copy(self, to: Path) -> Path:
        with closing(sqlite3.connect(self._file)) as running, closing(sqlite3.connect(to)) as still:
            running.backup(still)
        return to

    def put(self, file: Path | None) -> None:
        """None: it was lost."""
        for old in self._file.parent.glob(f"{self._file.name}*"):
            old.unlink()
        if file:
            shutil.copy(file, self._file)


@dataclass
class Life:
    """`early` and `late` are the two days: a backup of MongoDB and a copy of Temporal's file each."""

    settings: Settings
    server: TemporalServer
    folder: Path
    archives: dict[str, Path] = field(default_factory=dict)
    histories: dict[str, Path] = field(default_factory=dict)
    ids: dict[str, str] = field(default_factory=dict)

    async def keep(self, day: str) -> None:
        # As `care backup --data-dir` does: Temporal first.
        self.histories[day] = self.server.copy(self.folder / f"{day}.db")
        self.archives[day] = self.folder / f"{day}.tar.gz"
        await back_up(self.settings, self.archives[day])

    async def begins_from(self, mongodb: str, temporal: str | None, *, lost: bool = False, keys: bool = False) -> None:
        """`lost`: nothing of MongoDB was left; `keys`: but for the short form of a backup, taken late."""
        self.server.stop()
        self.server.put(self.histories[temporal] if temporal else None)
        await self.server.start()
        if lost:
            async with self.opened() as stores:
                await stores.drop()
        await self._restored(mongodb)
        if keys:
            await self._restored("keys")

    async def _restored(self, name: str) -> None:
        file = self.archives[name]
        manifest = checked(file, self.settings.key_ring())
        await restore(self.settings, file, manifest, Wishes(replace=True), lambda _: None)

    @asynccontextmanager
    async def opened(self) -> AsyncIterator[Stores]:
        """As nobody of CARE's."""
        uri, database = self.settings.mongodb_uri, self.settings.mongodb_database
        async with open_stores(uri, database, indexes=False, name="the tests") as stores:
            yield stores

    @asynccontextmanager
    async def open(self) -> AsyncIterator[tuple[Stores, CareClient]]:
        """With a worker."""
        stop = asyncio.Event()
        working = asyncio.create_task(worker.main(self.settings, stop))
        try:
            async with open_stores(self.settings.mongodb_uri, self.settings.mongodb_database) as stores:
                client = CareClient(
                    await connect(self.settings, stores),
                    stores,
                    load_policy(None),
                    LedgerGateway(stores.ledger),
                    task_queue=self.settings.task_queue,
                    allow_subdaily=True,
                )
                async with asyncio.timeout(PATIENCE):
                    while not await client.is_worked():  # noqa: ASYNC110  it asks when it is ready
                        await asyncio.sleep(0.1)
                yield stores, client
        finally:
            stop.set()
            await working

    async def repaired(self, how: How = PLAINLY) -> dict[str, Finding | Flaw]:
        found: list[Finding | Flaw] = []
        await repair_all(self.settings, how, found.append)
        assert max(Counter(each.subject for each in found).values(), default=1) == 1, found
        return {each.subject: each for each in found}


@pytest.fixture(scope="module")
async def life(mongodb_uri: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Life]:
    folder = tmp_path_factory.mktemp("put_back")
    server = TemporalServer(folder)
    settings = Settings(
        mongodb_uri=mongodb_uri,
        mongodb_database=f"test_{uuid.uuid4().hex[:12]}",
        temporal_address=f"127.0.0.1:{server.port}",
        secret_key=SecretStr("s" * 48),
        encryption_key=SecretStr("QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVphYmNkZWY="),
        allow_subdaily=True,
    )
    made = Life(settings, server, folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(worker, "CAPACITY", worker.CAPACITY | {"max_cached_workflows": 0})
        await server.start()
        try:
            async with made.open() as (stores, client):
                await _early(made, stores, client)
                await made.keep("early")
                await _late(made, stores, client)
            await made.keep("late")
            made.archives["keys"] = folder / "keys.tar.gz"
            await back_up(settings, made.archives["keys"], keys_only=True)
            yield made
            async with made.opened() as stores:
                await stores.drop()
        finally:
            server.stop()


async def _early(life: Life, stores: Stores, client: CareClient) -> None:
    await stores.customers.add(customer(ME, timezone="Europe/Berlin"))
    await stores.products.put(product("MILK", stock=STOCK))
    await stores.accounts.add(Account(email=AMY, password_hash="x", role=Role.AGENT, created_at=customer().created_at))
    for number in range(1, 4):
        bought = order(f"ORD{number}", status=OrderStatus.DELIVERED)
        paid = await LedgerGateway(stores.ledger).charge(ME, bought.total, f"order-{number}")
        at = (await stores.ledger.movement(paid.reference) or pytest.fail("no payment")).at
        payment = bought.payment.model_copy(update={"reference": paid.reference})
        await stores.orders.put(bought.model_copy(update={"payment": payment, "placed_at": at, "delivered_at": at}))
    life.ids["beating"] = (await _subscribed(client, recurrence=BEAT)).subscription_id
    life.ids["weekly"] = (await _subscribed(client)).subscription_id
    life.ids["cancelled"] = (await _subscribed(client)).subscription_id
    life.ids["paid"] = await _claimed(client, "ORD1")
    life.ids["talk"] = (await client.say(ME, ChatRequest(message="Hello"))).conversation_id
    await _delivers(stores, life.ids["beating"], more=1)


async def _late(life: Life, stores: Stores, client: CareClient) -> None:
    weekly = await stores.subscriptions.get(life.ids["weekly"])
    await client.skip_delivery(weekly.subscription_id, OneDelivery(date=weekly.upcoming[0]))
    await client.cancel_subscription(life.ids["cancelled"], CancelSubscription())
    await client.rule(life.ids["paid"], Ruling(decision="approve", reviewer=AMY))
    await _until(lambda: _has(stores, life.ids["paid"], RefundStatus.PAID))
    life.ids["new"] = (await _subscribed(client)).subscription_id
    life.ids["claim"] = await _claimed(client, "ORD2")
    life.ids["new talk"] = (await client.say(ME, ChatRequest(message="Hello"))).conversation_id
    await client.say(ME, ChatRequest(message="Where is my order ORD3?", conversation_id=life.ids["talk"]))
    await _delivers(stores, life.ids["beating"], more=1)


async def _subscribed(client: CareClient, **wish: str) -> Subscription:
    calendar = wish or {"frequency": Frequency.WEEKLY, "delivery_day": "friday"}
    request = {"customer_id": ME, "items": [Item(sku="MILK", quantity=1)], **calendar}
    made = await client.subscribe(SubscriptionRequest.model_validate(request))
    # Its first step lies behind it: else a worker would do that on the day to which all is put back.
    await client._handle(made.subscription_id).execute_update(SubscriptionWorkflow.started)
    return made


async def _claimed(client: CareClient, order_id: str) -> str:
    request = RefundRequest(order_id=order_id, reason=RefundReason.DAMAGED, complaint="It arrived broken.")
    refund = await client.open_refund(ME, request)
    await _until(lambda: _has_not(client, refund.refund_id, RefundStatus.ASSESSING))
    return refund.refund_id


async def _has(stores: Stores, refund_id: str, status: RefundStatus) -> bool:
    return (await stores.refunds.get(refund_id)).status is status


async def _has_not(client: CareClient, refund_id: str, status: RefundStatus) -> bool:
    return not await _has(client._stores, refund_id, status)


async def _delivers(stores: Stores, subscription_id: str, *, more: int) -> None:
    before = (await stores.subscriptions.get(subscription_id)).deliveries

    async def delivered() -> bool:
        return (await stores.subscriptions.get(subscription_id)).deliveries >= before + more

    await _until(delivered)


async def _until(asked: Callable[[], object]) -> None:
    async with asyncio.timeout(PATIENCE):
        while not await asked():  # type: ignore[misc]  # noqa: ASYNC110  another process changes it
            await asyncio.sleep(0.1)


async def _books_agree(life: Life, stores: Stores, *, paid: bool = True) -> None:
    """Each delivery is one order, one charge and one piece less; each refund moved once; everything sums to zero."""
    database = stores.database
    orders = [each async for each in database["orders"].find({"subscription_id": {"$gt": ""}})]
    charged = {each["_id"]: each async for each in database["movements"].find({"_id": {"$regex": "^order:"}})}
    assert Counter(f"order:{each['_id']}" for each in orders) == Counter(charged.keys())
    assert {each["payment"]["reference"] for each in orders} == {each["reference"] for each in charged.values()}
    assert (await stores.products.get("MILK")).stock == STOCK - len(orders)
    assert await stores.ledger.total() == {"EUR": 0}
    refund, bought = await stores.refunds.get(life.ids["paid"]), await stores.orders.get("ORD1")
    moved = [each async for each in database["movements"].find({"_id": {"$regex": f"^refund:{life.ids['paid']}"}})]
    if paid:
        assert (refund.status, [each["status"] for each in moved]) == (RefundStatus.PAID, ["succeeded"])
        assert (bought.refunded, bought.reserved.amount) == (refund.amount, 0)
        assert refund.payment_reference == moved[0]["reference"]
    else:
        assert (moved, bought.refunded.amount, bought.reserved) == ([], 0, refund.amount)


async def _goes_on(life: Life, stores: Stores, client: CareClient) -> None:
    """What is active delivers, answers and takes changes; and what is new takes nobody's id."""
    await _delivers(stores, life.ids["beating"], more=2)
    weekly = await stores.subscriptions.get(life.ids["weekly"])
    skipped = await client.skip_delivery(weekly.subscription_id, OneDelivery(date=weekly.upcoming[0]))
    assert skipped.version == weekly.version + 1
    new = (await _subscribed(client)).subscription_id
    assert new not in life.ids.values()
    assert int(new.removeprefix("SUB")) > 4
    said = await client.say(ME, ChatRequest(message="Hello again", conversation_id=life.ids["talk"]))
    view = await stores.conversations.view(life.ids["talk"])
    assert view.messages[-1].text == said.reply
    claim = await _claimed(client, "ORD3")

    async def withdrawn() -> bool:
        with suppress(Unavailable):  # a busy machine; who is told to try again does
            await client.withdraw_refund(claim)
        return await _has(stores, claim, RefundStatus.WITHDRAWN)

    await _until(withdrawn)


async def _reconciled(
    life: Life,
    wanted: dict[str, str],
    *,
    how: How = PLAINLY,
    left: frozenset[str] = frozenset(),
) -> None:
    """A dry run says it, a repair mends it, a third finds nothing but what is `left` for a person."""
    async with life.open() as (stores, client):
        told = await life.repaired(How(dry_run=True, give_up=how.give_up))
        assert not any(each.done for each in told.values())
        assert {life.ids[name]: mend for name, mend in wanted.items()}.items() <= _by_id(told).items(), told
        mended = await life.repaired(how)
        assert {life.ids[name]: mend for name, mend in wanted.items()}.items() <= _by_id(mended).items(), mended
        again = await life.repaired(how)
        assert {subject for subject in again if not subject.startswith("order ")} == left, again
        await _goes_on(life, stores, client)
        cancelled = await stores.subscriptions.get(life.ids["cancelled"])
        assert cancelled.status is SubscriptionStatus.CANCELLED
    async with life.opened() as stores:
        await _books_agree(life, stores)


def _by_id(found: dict[str, Finding | Flaw]) -> dict[str, str]:
    return {subject.partition(" ")[2]: str(each.mend) for subject, each in found.items()}


async def test_mongodb_was_lost_and_put_back_with_the_keys_that_were_kept_since(life: Life) -> None:
    await life.begins_from("early", "late", lost=True, keys=True)
    names = ("weekly", "cancelled", "new", "paid", "claim", "talk", "new talk")
    await _reconciled(life, dict.fromkeys(names, "store"))


async def test_temporal_was_put_back_to_an_older_day(life: Life) -> None:
    await life.begins_from("late", "early")
    wanted = {"weekly": "restart", "cancelled": "end", "new": "start", "paid": "end", "claim": "start", "talk": "end"}
    await _reconciled(life, wanted)


whole = pytest.mark.skipif(not WHOLE, reason="the long form: `make chaos`")


@whole
async def test_mongodb_was_put_back_in_its_own_place(life: Life) -> None:
    """What was there still had the keys that are not in the backup."""
    await life.begins_from("late", "late")
    await life.begins_from("early", "late")
    names = ("weekly", "cancelled", "new", "paid", "claim", "talk", "new talk")
    await _reconciled(life, dict.fromkeys(names, "store"))


@whole
async def test_temporal_was_lost(life: Life) -> None:
    await life.begins_from("late", None)
    await _reconciled(life, dict.fromkeys(("weekly", "beating", "new", "claim"), "start"))


@whole
async def test_temporal_was_put_back_and_mongodb_is_right_before_any_worker_runs(life: Life) -> None:
    await life.begins_from("late", "early")
    found = _by_id(await life.repaired(How(from_mongodb=True)))
    wanted = {"weekly": "restart", "beating": "restart", "cancelled": "end", "new": "start", "claim": "start"}
    assert {life.ids[name]: mend for name, mend in wanted.items()}.items() <= found.items()
    await _reconciled(life, {})


@whole
async def test_both_were_put_back_to_the_same_day(life: Life) -> None:
    await life.begins_from("early", "early", lost=True)
    async with life.open() as (stores, client):
        assert await life.repaired() == {}
        await _goes_on(life, stores, client)
    async with life.opened() as stores:
        await _books_agree(life, stores, paid=False)


@whole
async def test_what_nobody_can_read_any_more_is_told_and_given_up_only_if_that_is_asked(life: Life) -> None:
    await life.begins_from("early", "late", lost=True)
    lost = ("new", "claim", "new talk")
    async with life.open() as (stores, client):
        told = await life.repaired()
        assert {life.ids[name]: "person" for name in lost}.items() <= _by_id(told).items(), told
        assert f"of customer {ME} cannot be read" in told[f"subscription {life.ids['new']}"].found
        given_up = await life.repaired(How(give_up=True))
        assert {life.ids[name]: "give_up" for name in lost}.items() <= _by_id(given_up).items(), given_up
        assert {subject for subject in await life.repaired() if not subject.startswith("order ")} == set()
        await _goes_on(life, stores, client)
    async with life.opened() as stores:
        await _books_agree(life, stores)

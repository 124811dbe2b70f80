"""Erasing a customer, cut off at any command to MongoDB, and done again."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator
from typing import Any

import bson
import pytest
from motor.motor_asyncio import AsyncIOMotorClient
from pymongo.monitoring import CommandFailedEvent, CommandListener, CommandStartedEvent, CommandSucceededEvent

from care.errors import Conflict
from care.models.conversation import Conversation, Message
from care.models.customer import Account, Address, ChangeCustomer, Role
from care.models.notification import Notification
from care.models.order import Trace
from care.models.preferences import Preferences
from care.stores import Stores, over
from care.stores.personal import PersonalStore
from tests.stores.make import AT, customer, evidence, order, refund, subscription

WHO, WORD = "CUST001", "zqword7k"
STREET = Address(street=WORD, city=WORD, postcode="1", country="DE")


class Cut(CommandListener):
    """Cancels a task at its n-th command."""

    def __init__(self) -> None:
        self.left = 0
        self.task: asyncio.Task[None] | None = None

    def started(self, event: CommandStartedEvent) -> None:
        self.left -= 1
        if self.task and not self.left:
            self.task.get_loop().call_soon_threadsafe(self.task.cancel)

    def succeeded(self, event: CommandSucceededEvent) -> None:
        pass

    def failed(self, event: CommandFailedEvent) -> None:
        pass


@pytest.fixture
def cut() -> Cut:
    return Cut()


@pytest.fixture
async def stores(mongodb_uri: str, cut: Cut) -> AsyncIterator[Stores]:
    client: AsyncIOMotorClient[dict[str, Any]] = AsyncIOMotorClient(mongodb_uri, tz_aware=True, event_listeners=[cut])
    opened = over(client[f"test_{uuid.uuid4().hex[:12]}"])
    await opened.ensure_indexes()
    yield opened
    await opened.drop()
    client.close()


async def _plant(stores: Stores) -> None:
    """One of everything that may hold a word of theirs."""
    await stores.customers.put(customer(WHO, name=WORD, email=f"{WORD}@shop.test", address=STREET))
    account = Account(
        email=f"{WORD}@shop.test", password_hash=WORD, role=Role.CUSTOMER, customer_id=WHO, created_at=AT, closed_at=AT
    )
    await stores.accounts.add(account, by="root")
    traced = Trace(trace_id="TRC1", opened_at=AT, status="closed", note=WORD)
    await stores.orders.put(order("ORD1", customer_id=WHO, address=STREET, trace=traced))
    await stores.subscriptions.save(subscription("SUB1", customer_id=WHO, address=STREET, cancel_reason=WORD))
    await stores.refunds.open(refund("REF1", customer_id=WHO, order_id="ORD1", complaint=WORD, evidence_ids=["EV1"]))
    await stores.evidence.put(evidence("EV1", customer_id=WHO, file_name=WORD, previews=1), WORD.encode(), [b"picture"])
    head = Conversation(conversation_id="CNV1", customer_id=WHO, title=WORD, created_at=AT, updated_at=AT)
    await stores.conversations.start(head)
    await stores.conversations.append("CNV1", 1, [Message(role="customer", text=WORD, at=AT)])
    note = Notification(notification_id="NTF1", customer_id=WHO, kind="reminder", message=WORD, created_at=AT)
    await stores.notifications.add(note)
    await stores.preferences.put(Preferences(customer_id=WHO))
    await stores.payers.keep(WHO, WORD)
    await stores.idempotency.begin("somebody POST /refund", "key", "a" * 64)
    await stores.idempotency.finish("somebody POST /refund", "key", 200, WORD.encode(), customer_id=WHO)


async def _holding(stores: Stores) -> set[str]:
    """The collections in which the word still stands."""
    database = stores.database
    return {
        name
        for name in await database.list_collection_names()
        async for document in database[name].find()
        if WORD.encode() in bson.encode(document)
    }


async def _erase(stores: Stores) -> None:
    personal = PersonalStore(stores)
    await personal.erase(await personal.belongings(WHO), by="root")


async def test_cut_off_anywhere_it_is_finished_by_doing_it_again(stores: Stores, cut: Cut) -> None:
    for commands in (0, *range(15, 42, 3)):
        await _plant(stores)
        assert len(await _holding(stores)) == 12
        cut.task, cut.left = asyncio.create_task(_erase(stores)), commands
        await asyncio.wait([cut.task])
        assert cut.left <= 0
        cut.task = None
        await _erase(stores)
        assert await _holding(stores) == set(), commands
        assert [line.act async for line in stores.audit.lines()] == ["account_added", "customer_erased"], commands
        for name in await stores.database.list_collection_names():
            await stores.database[name].delete_many({})


async def test_what_the_books_need_stays(stores: Stores) -> None:
    await _plant(stores)
    before, case = await stores.orders.get("ORD1"), await stores.refunds.get("REF1")
    await _erase(stores)
    order, refund = await stores.orders.get("ORD1"), await stores.refunds.get("REF1")
    assert order == before.model_copy(update={"address": None, "trace": order.trace})
    assert (refund.amount, refund.status, refund.version) == (case.amount, case.status, case.version)
    file = await stores.evidence.get("EV1")
    assert (file.erased, file.sha256) == (True, evidence("EV1").sha256)


async def test_an_erased_customer_gets_no_new_name(stores: Stores) -> None:
    await _plant(stores)
    await _erase(stores)
    with pytest.raises(Conflict, match="erased"):
        await stores.customers.change(WHO, ChangeCustomer(name="Ana"))
    assert await stores.customers.add(customer(WHO, name="Ana")) is False

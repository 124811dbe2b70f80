"""The books as `care repair ledger` sees them: everything, page by page, and what mends them.

Short queries by `_id` rather than one cursor: a repair may take longer than a cursor lives. What looks wrong is looked
at again in one snapshot, since the shop goes on meanwhile.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from typing import Any

from care.models.customer import Wallet
from care.models.ledger import Entry, Movement
from care.models.money import Money
from care.models.order import Order
from care.models.order_change import OrderChange
from care.models.refund import Refund
from care.rules.books import wallet_account
from care.stores.documents import OLDEST, Documents
from care.stores.ledger import sum_lines
from care.stores.mongo import Collection, Database, Document, Session, in_transaction
from care.stores.reservations import HELD, PAID

_PAGE = 200


class BooksStore:
    def __init__(self, database: Database) -> None:
        self._database = database
        self.entries = Documents(database, "ledger", Entry, key="key", noun="ledger entry")
        self.movements = Documents(database, "movements", Movement, key="key", noun="payment")
        self.wallets = Documents(database, "wallets", Wallet, key="customer_id", noun="wallet")
        self.orders = Documents(database, "orders", Order, key="order_id", noun="order")
        self.changes = Documents(database, "order_changes", OrderChange, key="change_id", noun="change")
        self.refunds = Documents(database, "refunds", Refund, key="refund_id", noun="refund")

    async def pages(self, documents: Documents[Any]) -> AsyncIterator[list[Document]]:
        """All of them, as they are stored."""
        last = ""
        while True:
            found = documents.collection.find({"_id": {"$gt": last}}).sort("_id", OLDEST).limit(_PAGE)
            page = [each async for each in found]
            if not page:
                return
            yield page
            last = page[-1]["_id"]

    async def known(self, collection: str, ids: Iterable[str]) -> set[str]:
        """Those of `ids` that the collection holds."""
        found = self._database[collection].find({"_id": {"$in": list(ids)}}, {"_id": 1})
        return {each["_id"] async for each in found}

    async def movements_of(self, keys: Iterable[str]) -> dict[str, Movement]:
        found = self.movements.collection.find({"_id": {"$in": list(keys)}})
        return {each["_id"]: self.movements.decode(each) async for each in found}

    async def payouts_of(self, refund_id: str) -> list[Movement]:
        """Every movement under one of the refund's keys: `refund:ID`, `refund:ID:2` and so on."""
        key = f"refund:{refund_id}"
        under = {"$or": [{"_id": key}, {"_id": {"$gte": f"{key}:", "$lt": f"{key};"}}]}  # ";" follows ":"
        return await self.movements.many(under, by="_id", direction=OLDEST)

    async def raw_refund(self, refund_id: str) -> Document | None:
        return await self.refunds.collection.find_one({"_id": refund_id})

    async def balances(self, customer_id: str) -> tuple[Money | None, dict[str, int]]:
        """What the wallet shows (None: there is no wallet), and what the ledger says by currency, at one moment."""

        async def body(session: Session) -> tuple[Money | None, dict[str, int]]:
            shown = await self.wallets.find(customer_id, session=session)
            account = {"lines.account": wallet_account(customer_id)}
            booked = await sum_lines(self.entries.collection, account, session)
            return shown.balance if shown else None, booked

        return await in_transaction(self._database, body)

    async def sums(self, order_ids: Iterable[str]) -> dict[str, tuple[int, int]]:
        """Minor units that the refunds of each order hold, and have paid; orders without any are left out."""
        return await _sums(self.refunds.collection, list(order_ids), None)

    async def counted(self, order_id: str) -> tuple[Order, int, int]:
        """The order, what its refunds hold and what they have paid, at one moment."""

        async def body(session: Session) -> tuple[Order, int, int]:
            order = await self.orders.get(order_id, session=session)
            sums = await _sums(self.refunds.collection, [order_id], session)
            return order, *sums.get(order_id, (0, 0))

        return await in_transaction(self._database, body)

    async def recount(self, order_id: str) -> None:
        """Make the order show what its refunds hold and have paid."""

        async def body(session: Session) -> None:
            # Written first: whoever opens or settles a refund writes it too, so one of the two runs again.
            await self.orders.collection.update_one({"_id": order_id}, {"$inc": {"recounts": 1}}, session=session)
            sums = await _sums(self.refunds.collection, [order_id], session)
            held, paid = sums.get(order_id, (0, 0))
            counted = {"$set": {"reserved.amount": held, "refunded.amount": paid}}
            await self.orders.collection.update_one({"_id": order_id}, counted, session=session)

        await in_transaction(self._database, body)


async def _sums(refunds: Collection, order_ids: list[str], session: Session | None) -> dict[str, tuple[int, int]]:
    """A refund holds what it reserved, and has paid what its `amount` is by then."""
    holding = {"order_id": {"$in": order_ids}, "hold": {"$in": [HELD, PAID]}}
    fields = {"order_id": 1, "hold": 1, "held_amount": 1, "amount.amount": 1}
    sums: dict[str, tuple[int, int]] = {}
    async for each in refunds.find(holding, fields, session=session):
        held, paid = sums.get(each["order_id"], (0, 0))
        if each["hold"] == HELD:
            sums[each["order_id"]] = held + each["held_amount"], paid
        else:
            sums[each["order_id"]] = held, paid + each["amount"]["amount"]
    return sums

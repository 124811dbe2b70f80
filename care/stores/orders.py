"""Orders: placed with their stock in one transaction, once per order id."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from pymongo.errors import DuplicateKeyError

from care.errors import Conflict, OutOfStock
from care.models.common import Page
from care.models.customer import Address
from care.models.money import Money
from care.models.order import Bought, Order, OrderStatus, Payment, PaymentStatus
from care.rules.order_changes import pieces_of
from care.stores import stock
from care.stores.documents import NEWEST, OLDEST, Documents, now, plain
from care.stores.mongo import Database, Document, Session, Turns, in_transaction

_PENDING: Document = {"status": OrderStatus.PENDING.value}
# Only the store knows it: the debt is written with the cancelling, and outlives whoever was about to pay it.
_OWING: Document = {"owes": True}
# A change waits for its money (care.stores.order_changes): until then the order stays as it is.
CHANGING = "changing"
_PAID = [PaymentStatus.PAID.value, PaymentStatus.REFUNDED.value]


class OrderStore:
    def __init__(self, database: Database) -> None:
        self._database = database
        self._orders = Documents(database, "orders", Order, key="order_id", noun="order")
        self._products = database["products"]
        self._turns = Turns()

    async def ensure_indexes(self) -> None:
        orders = self._orders.collection
        await orders.create_index([("customer_id", 1), ("placed_at", NEWEST), ("_id", NEWEST)])
        await orders.create_index(
            [("subscription_id", 1), ("placed_at", NEWEST), ("_id", NEWEST)],
            # Not {"$type": "string"}: MongoDB would not see that an id is text, and read the whole collection.
            partialFilterExpression={"subscription_id": {"$gt": ""}},
        )
        await orders.create_index(
            [("placed_at", OLDEST), ("_id", OLDEST)], name="owing", partialFilterExpression=_OWING
        )
        await orders.create_index(
            [("payment.reference", 1), ("_id", OLDEST)],
            partialFilterExpression={"payment.reference": {"$gt": ""}},
        )

    async def get(self, order_id: str) -> Order:
        return await self._orders.get(order_id)

    async def find(self, order_ids: Iterable[str]) -> dict[str, Order]:
        """Those of `order_ids` that exist, by id."""
        found = await self._orders.many({"_id": {"$in": sorted(set(order_ids))}}, by="_id", direction=OLDEST)
        return {order.order_id: order for order in found}

    async def page(self, customer_id: str, *, limit: int = 50, cursor: str | None = None) -> Page[Order]:
        return await self._orders.page({"customer_id": customer_id}, by="placed_at", limit=limit, cursor=cursor)

    async def latest(self, customer_id: str, n: int = 10) -> list[Order]:
        return await self._orders.many({"customer_id": customer_id}, by="placed_at", limit=n)

    async def for_subscription(self, subscription_id: str, n: int = 20) -> list[Order]:
        """Newest first."""
        return await self._orders.many({"subscription_id": subscription_id}, by="placed_at", limit=n)

    async def bought(self, customer_id: str, currency: str, since: datetime) -> Bought:
        """The sum of what the customer ordered and paid from `since` on; cancelled orders count for nothing."""
        mine: Document = {
            "customer_id": customer_id,
            "placed_at": {"$gte": plain(since)},
            "total.currency": currency,
            "status": {"$ne": OrderStatus.CANCELLED.value},
            "payment.status": {"$in": _PAID},
        }
        sums = {"orders": {"$sum": 1}, "total": {"$sum": "$total.amount"}, "refunded": {"$sum": "$refunded.amount"}}
        groups = self._orders.collection.aggregate([{"$match": mine}, {"$group": {"_id": None, **sums}}])
        found = [each async for each in groups] or [{"orders": 0, "total": 0, "refunded": 0}]
        return Bought(
            orders=found[0]["orders"],
            total=Money(amount=found[0]["total"], currency=currency),
            refunded=Money(amount=found[0]["refunded"], currency=currency),
        )

    async def paid_with(self, reference: str, n: int = 10) -> list[Order]:
        """Orders that carry this payment reference, whoever's; an empty one belongs to none."""
        where: Document = {"payment.reference": reference}
        return await self._orders.many(where, by="_id", direction=OLDEST, limit=n) if reference else []

    async def put(self, order: Order) -> None:
        """Store or replace without touching stock; what is refunded, reserved or traced is never overwritten."""
        await self._orders.put(order, keep=("refunded", "reserved", "trace"))

    async def add(self, order: Order) -> bool:
        """Store once without touching stock; False if the order was there, which changes nothing."""
        return await self._orders.add(order)

    async def place(self, order: Order) -> Order:
        """Take the stock and store the order, both or neither. The same order id again gives the stored order.

        Raises OutOfStock, naming the product, when the shop has fewer than asked for.
        """

        async def body(session: Session) -> Order:
            await stock.take(self._products, pieces_of(order.items), order.items, session)
            await self._orders.add(order, session=session)
            return self._orders.as_stored(order)

        try:
            async with self._turns.on(pieces_of(order.items)):
                return await in_transaction(self._database, body)
        except (DuplicateKeyError, OutOfStock):
            # Placed before, perhaps with the last pieces. That is rare, so nobody looks for it first.
            if stored := await self._orders.find(order.order_id):
                return stored
            raise

    async def set_payment(self, order_id: str, payment: Payment) -> Order:
        """Raises NotFound."""
        return await self._change(order_id, {"payment": payment.model_dump()})

    async def set_status(self, order_id: str, status: OrderStatus, delivered_at: datetime | None = None) -> Order:
        """Raises NotFound. Cancelling is `cancel`, which gives the stock back."""
        fields: dict[str, Any] = {"status": status}
        if status is OrderStatus.SHIPPED:
            fields["shipped_at"] = now()
        if delivered_at:
            fields["delivered_at"] = delivered_at
        return await self._change(order_id, fields)

    async def change_address(self, order_id: str, address: Address) -> Order:
        """While the order is pending; raises Conflict afterwards, NotFound for an unknown one."""
        changed = await self._orders.change(order_id, {"address": address.model_dump()}, only_if=_PENDING)
        return changed or self._too_late(await self._orders.get(order_id))

    async def cancel(self, order_id: str) -> Order:
        """Cancel a pending order and give its stock back, both or neither. Cancelling twice changes nothing.

        An order that was paid is `owing` from that moment on, until it is `paid_back`.
        Raises Conflict once the order is on its way, or while a refund holds some of it or a change waits for its
        money, NotFound for an unknown one.
        """

        async def body(session: Session) -> Order:
            document = await self._orders.collection.find_one({"_id": order_id}, session=session)
            if document is None:
                raise self._orders.missing(order_id)
            order = self._orders.decode(document)
            if order.status is OrderStatus.CANCELLED:
                return order
            if order.status is not OrderStatus.PENDING:
                return self._too_late(order)
            if order.reserved.amount:  # else it would be paid back twice
                raise Conflict(f"Order {order_id} has an open refund: withdraw that first, or wait for its end.")
            check_not_changing(document)
            cancelled = {"status": OrderStatus.CANCELLED.value}
            owed = _OWING if order.payment.status is PaymentStatus.PAID and order.refunded < order.total else {}
            await self._orders.collection.update_one({"_id": order_id}, {"$set": cancelled | owed}, session=session)
            await stock.give_back(self._products, pieces_of(order.items), session)
            return order.model_copy(update={"status": OrderStatus.CANCELLED})

        return await in_transaction(self._database, body)

    async def owing(self) -> list[Order]:
        """Cancelled orders whose payment has yet to go back, oldest first."""
        return await self._orders.many(_OWING, by="placed_at", direction=OLDEST)

    async def paid_back(self, order_id: str) -> Order:
        """What a cancelled order owed has gone back. Raises NotFound."""
        return await self._change(order_id, {"payment.status": PaymentStatus.REFUNDED, "owes": False})

    async def _change(self, order_id: str, fields: dict[str, Any]) -> Order:
        changed = await self._orders.change(order_id, fields)
        if changed is None:
            raise self._orders.missing(order_id)
        return changed

    @staticmethod
    def _too_late(order: Order) -> Order:
        raise Conflict(f"Order {order.order_id} is {order.status} and can no longer be changed.")


def check_not_changing(document: Document) -> None:
    """Raises Conflict while a change of the order waits for its money."""
    if document.get(CHANGING):
        raise Conflict(f"Order {document['_id']} is being changed just now: please try again in a minute.")

"""Changes of orders: stock, lines and total in one transaction, with the record of the change beside them.

A change that needs money first takes the new pieces out of the stock and marks the order; once the money is there, or
is not to be had, a second transaction ends it. What is under way is `open`, and outlives whoever began it.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

from care.errors import Conflict
from care.gateways.payments import PaymentResult
from care.models.money import Money
from care.models.order import Order, PartPayment
from care.models.order_change import ChangeStatus, OrderChange
from care.rules.order_changes import may_apply, pieces_of
from care.rules.order_payments import payment_after
from care.stores import stock
from care.stores.documents import OLDEST, Documents, plain
from care.stores.mongo import Database, Document, Session, in_transaction
from care.stores.orders import CHANGING, check_not_changing

_OPEN: Document = {"open": True}
_UNDER_WAY = {ChangeStatus.CHARGING, ChangeStatus.REPAYING, ChangeStatus.RETURNING}
_PAID_BACK = {ChangeStatus.REPAYING: ChangeStatus.DONE, ChangeStatus.RETURNING: ChangeStatus.RETURNED}


class OrderChangeStore:
    def __init__(self, database: Database) -> None:
        self._database = database
        self._changes = Documents(database, "order_changes", OrderChange, key="change_id", noun="change")
        self._orders = Documents(database, "orders", Order, key="order_id", noun="order")
        self._products = database["products"]

    async def ensure_indexes(self) -> None:
        await self._changes.collection.create_index(
            [("at", OLDEST), ("_id", OLDEST)], name="open", partialFilterExpression=_OPEN
        )
        await self._changes.collection.create_index("order_id")

    async def find(self, change_id: str) -> OrderChange | None:
        return await self._changes.find(change_id)

    async def open(self) -> list[OrderChange]:
        """Those whose money has yet to move, oldest first."""
        return await self._changes.many(_OPEN, by="at", direction=OLDEST)

    async def begin(self, order: Order, change: OrderChange) -> OrderChange:
        """Begin a change that was planned on `order`, or make it where no money comes first. The same change again
        gives the stored one. Raises Conflict where the order is another one by now, OutOfStock, NotFound."""

        async def body(session: Session) -> OrderChange:
            if stored := await self._changes.find(change.change_id, session=session):
                return stored
            await self._check_as_planned(order, session)
            more = pieces_of(change.items) - pieces_of(change.before)
            if change.status is ChangeStatus.CHARGING:
                await self._set(order.order_id, {CHANGING: change.change_id}, session)
            else:
                await self._apply(order, change, None, session)
            await stock.take(self._products, more, change.items, session)
            await self._changes.add(change, session=session, open=change.status in _UNDER_WAY)
            return self._changes.as_stored(change)

        return await in_transaction(self._database, body)

    async def charged(self, change_id: str, result: PaymentResult) -> OrderChange:
        """End a change that waited for its money, by what the gateway answered. Once ended it stays so."""

        async def body(session: Session) -> OrderChange:
            change = await self._changes.get(change_id, session=session)
            if change.status is not ChangeStatus.CHARGING:
                return change
            order = await self._orders.get(change.order_id, session=session)
            fields = _ended(order, change, result)
            if fields["status"] is ChangeStatus.DONE:
                await self._apply(order, change, result.reference, session)
            else:
                taken = pieces_of(change.items) - pieces_of(change.before)
                await self._set(order.order_id, {CHANGING: None}, session)
                await stock.give_back(self._products, taken, session)
            return await self._end(change, fields, session)

        return await in_transaction(self._database, body)

    async def paid_back(self, change_id: str) -> OrderChange:
        """What the change owed to the customer has gone back."""

        async def body(session: Session) -> OrderChange:
            change = await self._changes.get(change_id, session=session)
            fields = {"status": _PAID_BACK.get(change.status, change.status)}
            return await self._end(change, fields, session)

        return await in_transaction(self._database, body)

    async def _check_as_planned(self, planned: Order, session: Session) -> None:
        document = await self._orders.collection.find_one({"_id": planned.order_id}, session=session)
        if document is None:
            raise self._orders.missing(planned.order_id)
        check_not_changing(document)
        if _base(self._orders.decode(document)) != _base(planned):
            raise Conflict(f"Order {planned.order_id} has changed meanwhile: please look at it again.")

    async def _apply(self, order: Order, change: OrderChange, reference: str | None, session: Session) -> None:
        """The order as changed; what is no longer in it goes back into the stock."""
        lines = [line.model_dump() for line in change.items]
        payment = payment_after(order, change, reference).model_dump()
        total = change.total.model_dump()
        await self._set(order.order_id, {"items": lines, "total": total, "payment": payment, CHANGING: None}, session)
        less: Counter[str] = pieces_of(change.before) - pieces_of(change.items)
        await stock.give_back(self._products, less, session)

    async def _set(self, order_id: str, fields: dict[str, Any], session: Session) -> None:
        await self._orders.collection.update_one({"_id": order_id}, {"$set": plain(fields)}, session=session)

    async def _end(self, change: OrderChange, fields: dict[str, Any], session: Session) -> OrderChange:
        ended = change.model_copy(update=fields)
        stored = self._changes.encode(ended) | {"open": ended.status in _UNDER_WAY}
        del stored["_id"]
        await self._changes.collection.update_one({"_id": change.change_id}, {"$set": stored}, session=session)
        return ended


def _base(order: Order) -> tuple[Any, ...]:
    """All that a plan is built on."""
    return order.status, order.items, order.total, order.shipping, order.payment, order.reserved, order.refunded


def _ended(order: Order, change: OrderChange, result: PaymentResult) -> dict[str, Any]:
    if result.status != "succeeded":
        return {"status": ChangeStatus.DECLINED, "decline_reason": result.decline_reason}
    if may_apply(order, change):
        return {"status": ChangeStatus.DONE}
    return {"status": ChangeStatus.RETURNING, "repay": [_whole(change, result.reference)]}


def _whole(change: OrderChange, reference: str) -> PartPayment:
    return PartPayment(reference=reference, amount=change.charge or Money.zero(change.total.currency))

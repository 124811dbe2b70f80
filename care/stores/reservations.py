"""Money held for refunds: reserved on the order, then paid or released, never past what was paid for it.

Every change of a hold writes the order's document in the same transaction. Two of them at once collide there, and the
later one runs again on what the first has left: that is what keeps the sum right under any concurrency.
"""

from __future__ import annotations

from collections import Counter

from pymongo import ReturnDocument
from pymongo.errors import DuplicateKeyError

from care.errors import Invalid, NotEligible, OpenRefund
from care.models.common import milliseconds
from care.models.order import Order, OrderStatus, PaymentStatus
from care.models.refund import Refund
from care.stores.documents import Documents, plain
from care.stores.mongo import Database, Document, Session, Turns, in_transaction

HELD, PAID, RELEASED = "held", "paid", "released"
# What the workflow's projection never overwrites.
OWNED = ("claimed_by",)


def queue_place(refund: Refund) -> Document:
    """Where the case stands in the desk's queue: by due time, or by age while it has none."""
    return {"queue_at": milliseconds(refund.due_at or refund.created_at)}


class Reservations:
    def __init__(self, database: Database, refunds: Documents[Refund]) -> None:
        self._database = database
        self._refunds = refunds
        self._orders = Documents(database, "orders", Order, key="order_id", noun="order")
        self._turns = Turns()

    async def open(self, refund: Refund) -> None:
        if refund.amount.amount <= 0:
            raise Invalid("A refund needs an amount above zero.", fields={"amount": "must be above zero"})

        if await self._refunds.find(refund.refund_id):
            return

        async def body(session: Session) -> None:
            order = await self._shift(refund.order_id, session, reserved=refund.amount.amount)
            others = self._refunds.collection.find(
                {"order_id": order.order_id, "hold": {"$in": [HELD, PAID]}},
                # Without timelines and verdicts: an order may have many cases, and others wait for this transaction.
                {"hold": 1, "items.sku": 1, "items.quantity": 1, "items.outcome": 1},
                session=session,
            )
            _check(order, refund, [each async for each in others])
            await self._refunds.add(
                refund, session=session, hold=HELD, held_amount=refund.amount.amount, **queue_place(refund)
            )

        try:
            async with self._turns.on([refund.order_id]):
                await in_transaction(self._database, body)
        except (DuplicateKeyError, OpenRefund, NotEligible):
            # The same refund, opened by someone else since the first look: it stands.
            if await self._refunds.find(refund.refund_id) is None:
                raise

    async def settle(self, refund: Refund, *, paid: bool) -> None:
        async def body(session: Session) -> None:
            stored = await self._refunds.collection.find_one({"_id": refund.refund_id}, session=session)
            if stored is None:
                raise self._refunds.missing(refund.refund_id)
            fields: Document = {}
            if stored["version"] < refund.version:
                fields = self._refunds.encode(refund) | queue_place(refund)
                for name in ("_id", *OWNED):
                    fields.pop(name)
                fields["timeline"] = stored["timeline"] + fields["timeline"][len(stored["timeline"]) :]
            if stored.get("hold") == HELD:
                await self._move(refund, stored["held_amount"], session, paid=paid)
                fields["hold"] = PAID if paid else RELEASED
            if fields:
                await self._refunds.collection.update_one(
                    {"_id": refund.refund_id}, {"$set": plain(fields)}, session=session
                )

        async with self._turns.on([refund.order_id]):
            await in_transaction(self._database, body)

    async def _move(self, refund: Refund, held: int, session: Session, *, paid: bool) -> None:
        if paid and refund.amount.amount > held:
            raise NotEligible(f"Refund {refund.refund_id} may pay at most what was reserved for it.", rule="cap")
        order = await self._shift(
            refund.order_id, session, reserved=-held, refunded=refund.amount.amount if paid else 0
        )
        if paid and order.total <= order.refunded:
            repaid = {"$set": {"payment.status": PaymentStatus.REFUNDED.value}}
            await self._orders.collection.update_one({"_id": order.order_id}, repaid, session=session)

    async def _shift(self, order_id: str, session: Session, *, reserved: int, refunded: int = 0) -> Order:
        """The order with the change made. Raises NotFound. Undone if the transaction does not come through."""
        change: Document = {"$inc": {"reserved.amount": reserved, "refunded.amount": refunded}}
        document = await self._orders.collection.find_one_and_update(
            {"_id": order_id}, change, session=session, return_document=ReturnDocument.AFTER
        )
        if document is None:
            raise self._orders.missing(order_id)
        return self._orders.decode(document)


def _check(order: Order, refund: Refund, others: list[Document]) -> None:
    """Raises OpenRefund, or NotEligible (rule "cap", or "cancelled").

    `order` has this refund's amount reserved already; `others` are the refunds that hold or have paid something.
    """
    if order.status is OrderStatus.CANCELLED:
        raise NotEligible(f"Order {order.order_id} was cancelled: its payment went back with that.", rule="cancelled")
    wanted = _quantities(refund.model_dump()["items"])
    open_ones = [_quantities(other["items"]) for other in others if other["hold"] == HELD]
    if wanted in open_ones:
        raise OpenRefund(f"A refund for the same items of order {order.order_id} is already open.")
    bought = _quantities(order.model_dump()["items"])
    paid_ones = [_quantities(_not_rejected(other["items"])) for other in others if other["hold"] == PAID]
    paid = sum(paid_ones, Counter[str]())
    held = sum(open_ones, Counter[str]())
    for sku, quantity in wanted.items():
        if quantity + paid[sku] > bought[sku]:
            raise NotEligible(f"Order {order.order_id} has no {quantity} of {sku} left to refund.", rule="cap")
        if quantity + paid[sku] + held[sku] > bought[sku]:
            raise OpenRefund(f"A refund for the same items of order {order.order_id} is already open.")
    if refund.amount.currency != order.total.currency:
        raise Invalid(f"Order {order.order_id} was paid in {order.total.currency}.", fields={"amount": "currency"})
    if order.total < order.refunded + order.reserved:
        raise NotEligible(f"Refunds of order {order.order_id} would pass what was paid for it.", rule="cap")


def _not_rejected(items: list[Document]) -> list[Document]:
    """Pieces that were rejected beside others that were paid are free to be asked for again."""
    return [item for item in items if item.get("outcome") != "rejected"]


def _quantities(items: list[Document]) -> Counter[str]:
    pieces: Counter[str] = Counter()
    for item in items:
        pieces[item["sku"]] += item["quantity"]
    return pieces

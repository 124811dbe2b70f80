"""Traces of parcels: kept in their orders, and listed while they are open."""

from __future__ import annotations

from care.errors import missing
from care.models.common import Page
from care.models.order import Order, Trace
from care.stores.documents import OLDEST, Documents
from care.stores.mongo import Database, Document
from care.stores.paging import EPOCH

# Only the store knows it: when the open trace was opened. What is closed stands in no list.
_SINCE = "traced_at"
_OPEN: Document = {_SINCE: {"$gt": EPOCH}}


class TraceStore:
    def __init__(self, database: Database) -> None:
        self._orders = Documents(database, "orders", Order, key="order_id", noun="order")

    async def ensure_indexes(self) -> None:
        await self._orders.collection.create_index(
            [(_SINCE, OLDEST), ("_id", OLDEST)], name="traced", partialFilterExpression=_OPEN
        )

    async def open(self, order_id: str, trace: Trace) -> Order:
        """The order with its trace: this one, unless one is open already. Raises NotFound for an unknown order."""
        new: Document = {"trace.status": {"$ne": "open"}, "trace.trace_id": {"$ne": trace.trace_id}}
        fields = {"trace": trace.model_dump(), _SINCE: trace.opened_at}
        return await self._orders.change(order_id, fields, only_if=new) or await self._orders.get(order_id)

    async def close(self, order_id: str, note: str) -> Order:
        """Closing twice keeps the first note. Raises NotFound where no trace was opened."""
        fields = {"trace.status": "closed", "trace.note": note, _SINCE: None}
        closed = await self._orders.change(order_id, fields, only_if={"trace.status": "open"})
        order = closed or await self._orders.get(order_id)
        if order.trace is None:
            raise missing("trace of order", order_id)
        return order

    async def page(self, *, limit: int = 50, cursor: str | None = None) -> Page[Order]:
        """Orders whose parcel is being traced, the longest search first."""
        return await self._orders.page(_OPEN, by=_SINCE, direction=OLDEST, limit=limit, cursor=cursor)

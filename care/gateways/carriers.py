"""Carriers: the protocol, and the embedded one that knows no more than the shop's own records.

A carrier's own system, with its scans and its searches, would be another implementation.
"""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from care.errors import Conflict
from care.models.order import Order, OrderStatus, Trace
from care.models.tracking import Tracking, TrackingEvent
from care.rules.parcels import expected_in
from care.stores import Stores


class Carrier(Protocol):
    async def track(self, order: Order) -> Tracking: ...

    async def trace(self, order: Order, at: datetime, once: str | None = None) -> Order:
        """Has the parcel searched for: the order with its open trace. One at a time: where one is open, it stays.

        Raises Conflict for what has not left the house.
        """
        ...

    async def close(self, order_id: str, note: str) -> Order:
        """The search is over. Raises NotFound where there was none."""
        ...


class RecordedCarrier:
    """Implements Carrier from the dates of the order. People do the searching: an open trace stands in their list."""

    def __init__(self, stores: Stores) -> None:
        self._stores = stores

    async def track(self, order: Order) -> Tracking:
        events = [TrackingEvent(kind="placed", at=order.placed_at)]
        if order.status in (OrderStatus.SHIPPED, OrderStatus.DELIVERED):
            events.append(TrackingEvent(kind="shipped", at=order.shipped_at))
        if order.status is OrderStatus.DELIVERED:
            events.append(TrackingEvent(kind="delivered", at=order.delivered_at))
        if order.status is OrderStatus.CANCELLED:
            events.append(TrackingEvent(kind="cancelled", at=None))
        if order.trace and order.trace.status == "open":
            events.append(TrackingEvent(kind="trace_opened", at=order.trace.opened_at))
        return Tracking(order_id=order.order_id, events=events, expected=expected_in(order))

    async def trace(self, order: Order, at: datetime, once: str | None = None) -> Order:
        if order.status not in (OrderStatus.SHIPPED, OrderStatus.DELIVERED):
            raise Conflict(f"Order {order.order_id} is {order.status}: there is no parcel to trace.")
        if order.trace and order.trace.status == "open":
            return order
        trace_id = await self._stores.ids.next("TRC", once=once and f"trace {order.order_id} {once}")
        return await self._stores.traces.open(order.order_id, Trace(trace_id=trace_id, opened_at=at))

    async def close(self, order_id: str, note: str) -> Order:
        return await self._stores.traces.close(order_id, note)

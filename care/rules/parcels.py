"""When a parcel is expected, and what the customer is told once a search for it is over. Pure."""

from __future__ import annotations

from datetime import date, datetime

from care.models.notification import Notification
from care.models.order import Order, OrderStatus, Window


def expected_in(order: Order) -> Window | None:
    """As somebody said it, else the day that the subscription planned; None where there is neither, or it is over."""
    if order.status not in (OrderStatus.PENDING, OrderStatus.SHIPPED):
        return None
    if order.expected:
        return order.expected
    if order.occurrence is None:
        return None
    planned = date.fromisoformat(order.occurrence[:10])
    return Window(earliest=planned, latest=planned)


def notice_of_trace(order: Order, at: datetime) -> Notification | None:
    """What came of the search; None while it goes on."""
    trace = order.trace
    if trace is None or trace.status == "open":
        return None
    return Notification(
        notification_id=f"trace-{trace.trace_id}",
        customer_id=order.customer_id,
        kind="trace_closed",
        message=f"Your parcel of order {order.order_id}: {trace.note}",
        created_at=at,
        order_id=order.order_id,
    )

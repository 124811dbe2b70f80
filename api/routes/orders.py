"""Orders."""

from __future__ import annotations

import uuid

from fastapi import APIRouter

from api.deps import PAGE, Cursor, Limit, OwnCustomer, OwnOrder, Serving, Viewer, own, staff
from api.idempotency import Once, RepeatableRoute
from api.problems import ERRORS
from care.models.common import Page
from care.models.customer import Address
from care.models.order import Order, OrderStatus
from care.models.order_change import ChangeItems, ChangePayment, CloseTrace
from care.models.tracking import Tracking

router = APIRouter(tags=["orders"], responses=ERRORS, route_class=RepeatableRoute)


@router.get("/orders/{customer_id}", dependencies=[own("orders:read")])
async def orders(customer_id: OwnCustomer, serving: Serving, limit: Limit = PAGE, cursor: Cursor = None) -> Page[Order]:
    """Newest first."""
    return await serving.stores.orders.page(customer_id, limit=limit, cursor=cursor)


@router.get("/order/{order_id}", dependencies=[own("orders:read")])
async def order(order: OwnOrder) -> Order:
    return order


@router.post("/order/cancel/{order_id}", dependencies=[own("orders:write")])
async def cancel(order: OwnOrder, viewer: Viewer, serving: Serving) -> Order:
    """While it is pending. What was paid goes back."""
    cancelled = await serving.cancel_order(order.order_id)
    if order.status is not OrderStatus.CANCELLED:
        await serving.acted(viewer, order.customer_id, "order_cancelled", order.order_id, once=order.order_id)
    return cancelled


@router.post("/order/address/{order_id}", dependencies=[own("orders:write")])
async def change_address(body: Address, order: OwnOrder, viewer: Viewer, serving: Serving) -> Order:
    """While it is pending."""
    changed = await serving.stores.orders.change_address(order.order_id, body)
    await serving.acted(viewer, order.customer_id, "order_address_changed", order.order_id)
    return changed


@router.post("/order/items/{order_id}", dependencies=[own("orders:write")])
async def change_items(body: ChangeItems, order: OwnOrder, viewer: Viewer, serving: Serving, once: Once) -> Order:
    """While it is pending. What is added costs today's price and is charged first; what is less goes back."""
    changed = await serving.change_items(order.order_id, body, once or uuid.uuid4().hex)
    await serving.acted(viewer, order.customer_id, "order_items_changed", order.order_id, once)
    return changed


@router.post("/order/payment/{order_id}", dependencies=[own("orders:write")])
async def change_payment(body: ChangePayment, order: OwnOrder, viewer: Viewer, serving: Serving, once: Once) -> Order:
    """While it is pending and not paid: charges it to this stored payment method now."""
    changed = await serving.change_payment(order.order_id, body, once or uuid.uuid4().hex)
    await serving.acted(viewer, order.customer_id, "order_payment_changed", order.order_id, once)
    return changed


@router.get("/order/tracking/{order_id}", dependencies=[own("orders:read")])
async def tracking(order: OwnOrder, serving: Serving) -> Tracking:
    """What is known of its parcel."""
    return await serving.carrier.track(order)


@router.get("/traces", dependencies=[staff("orders:read")])
async def traces(serving: Serving, limit: Limit = PAGE, cursor: Cursor = None) -> Page[Order]:
    """Orders whose parcel is being searched for, the longest search first."""
    return await serving.stores.traces.page(limit=limit, cursor=cursor)


@router.post("/trace/close/{order_id}", dependencies=[staff("orders:write")])
async def close_trace(body: CloseTrace, order: OwnOrder, viewer: Viewer, serving: Serving) -> Order:
    """The search is over, and the customer is told the note."""
    return await serving.close_trace(viewer, order.order_id, body.note)

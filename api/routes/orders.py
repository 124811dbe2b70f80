"""Orders."""

from __future__ import annotations

from fastapi import APIRouter

from api.deps import PAGE, Cursor, Limit, OwnCustomer, OwnOrder, Serving
from api.idempotency import RepeatableRoute
from api.problems import ERRORS
from care.models.common import Page
from care.models.customer import Address
from care.models.order import Order

router = APIRouter(tags=["orders"], responses=ERRORS, route_class=RepeatableRoute)


@router.get("/orders/{customer_id}")
async def orders(customer_id: OwnCustomer, serving: Serving, limit: Limit = PAGE, cursor: Cursor = None) -> Page[Order]:
    """Newest first."""
    return await serving.stores.orders.page(customer_id, limit=limit, cursor=cursor)


@router.get("/order/{order_id}")
async def order(order: OwnOrder) -> Order:
    return order


@router.post("/order/cancel/{order_id}")
async def cancel(order: OwnOrder, serving: Serving) -> Order:
    """While it is pending. What was paid goes back."""
    return await serving.cancel_order(order.order_id)


@router.post("/order/address/{order_id}")
async def change_address(body: Address, order: OwnOrder, serving: Serving) -> Order:
    """While it is pending."""
    return await serving.stores.orders.change_address(order.order_id, body)

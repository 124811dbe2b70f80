"""Customers, the catalogue, and what customers were told."""

from __future__ import annotations

from fastapi import APIRouter

from api.deps import PAGE, Cursor, Limit, OwnCustomer, OwnNotification, Serving, Viewer, own, signed_in, staff
from api.problems import ERRORS
from care.models.common import Page
from care.models.customer import ChangeCustomer, Customer, CustomerView, StoredMethod
from care.models.notification import Notification
from care.models.order import Product

router = APIRouter(responses=ERRORS)


@router.get("/customers", dependencies=[staff("customers:read")], tags=["customers"])
async def customers(viewer: Viewer, serving: Serving, limit: Limit = PAGE, cursor: Cursor = None) -> Page[Customer]:
    page = await serving.stores.customers.page(limit=limit, cursor=cursor)
    await serving.note(viewer, "customers_listed", number=str(len(page.items)))
    return page


@router.get("/customer/{customer_id}", dependencies=[own("customers:read")], tags=["customers"])
async def customer(customer_id: OwnCustomer, serving: Serving) -> CustomerView:
    """With the wallet, and how many orders, refunds and subscriptions there are."""
    return await serving.stores.customers.view(customer_id)


@router.post("/customer/change/{customer_id}", dependencies=[own("customers:write")], tags=["customers"])
async def change_customer(customer_id: OwnCustomer, body: ChangeCustomer, viewer: Viewer, serving: Serving) -> Customer:
    """Name, time zone, language or usual address. Orders that are placed already keep their address."""
    changed = await serving.stores.customers.change(customer_id, body)
    await serving.acted(viewer, customer_id, "customer_changed", customer_id)
    return changed


@router.get("/payment-methods/{customer_id}", dependencies=[own("customers:read")], tags=["customers"])
async def payment_methods(customer_id: OwnCustomer, serving: Serving) -> Page[StoredMethod]:
    """What the customer can pay with, the usual method first."""
    return Page(items=await serving.payments.methods(customer_id))


@router.get("/products", dependencies=[signed_in("catalogue:read")], tags=["products"])
async def products(serving: Serving, limit: Limit = PAGE, cursor: Cursor = None) -> Page[Product]:
    """The catalogue."""
    return await serving.stores.products.page(limit=limit, cursor=cursor)


@router.post("/notification/read/{notification_id}", dependencies=[own("notifications:write")], tags=["customers"])
async def read(notification: OwnNotification, viewer: Viewer, serving: Serving) -> Notification:
    """Marks it read; the first time counts."""
    notice = await serving.stores.notifications.mark_read(notification.notification_id)
    await serving.acted(viewer, notice.customer_id, "notification_read", notice.notification_id, notice.notification_id)
    return notice

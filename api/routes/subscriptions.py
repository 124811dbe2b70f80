"""Subscriptions, and what they told the customer."""

from __future__ import annotations

from fastapi import APIRouter

from api.deps import PAGE, Cursor, Limit, OwnCustomer, OwnSubscription, Serving, Viewer, may_see
from api.idempotency import Once, RepeatableRoute
from api.problems import ERRORS
from api.views import subscription_view
from care.models.common import Page
from care.models.notification import Notification
from care.models.subscription import CancelSubscription, Subscription, SubscriptionRequest, SubscriptionView

router = APIRouter(tags=["subscriptions"], responses=ERRORS, route_class=RepeatableRoute)

_NOW = CancelSubscription()


@router.post("/subscription", status_code=201)
async def subscribe(body: SubscriptionRequest, viewer: Viewer, serving: Serving, once: Once) -> SubscriptionView:
    """Deliver these items again and again. Answers once the subscription runs."""
    may_see(viewer, body.customer_id)
    subscription = await serving.client.subscribe(body, once=once)
    return await subscription_view(serving, subscription, viewer)


@router.get("/subscriptions/{customer_id}")
async def subscriptions(
    customer_id: OwnCustomer, serving: Serving, limit: Limit = PAGE, cursor: Cursor = None
) -> Page[Subscription]:
    """Newest first."""
    return await serving.stores.subscriptions.page(customer_id, limit=limit, cursor=cursor)


@router.get("/subscription/{subscription_id}")
async def subscription(stored: OwnSubscription, viewer: Viewer, serving: Serving) -> SubscriptionView:
    """Its live state, upcoming dates and deliveries so far."""
    live = await serving.client.subscription(stored.subscription_id)
    return await subscription_view(serving, live, viewer)


@router.post("/subscription/cancel/{subscription_id}")
async def cancel(
    stored: OwnSubscription, viewer: Viewer, serving: Serving, body: CancelSubscription = _NOW
) -> SubscriptionView:
    """Now, or after the next delivery."""
    cancelled = await serving.client.cancel_subscription(stored.subscription_id, body)
    return await subscription_view(serving, cancelled, viewer)


@router.get("/subscription/notifications/{customer_id}")
async def notifications(
    customer_id: OwnCustomer, serving: Serving, limit: Limit = PAGE, cursor: Cursor = None
) -> Page[Notification]:
    """All that the customer was told, newest first."""
    return await serving.stores.notifications.page(customer_id, limit=limit, cursor=cursor)

"""Subscriptions, and what they told the customer."""

from __future__ import annotations

from fastapi import APIRouter

from api.deps import PAGE, Cursor, Limit, OwnCustomer, OwnSubscription, Services, Serving, Viewer, may_see, own
from api.idempotency import Once, RepeatableRoute
from api.problems import ERRORS
from api.views import subscription_view
from care.models.common import Page
from care.models.customer import Principal
from care.models.notification import Notification
from care.models.subscription import (
    CancelSubscription,
    ChangeSubscription,
    OneDelivery,
    PauseSubscription,
    RescheduleDelivery,
    Subscription,
    SubscriptionRequest,
    SubscriptionView,
)

router = APIRouter(tags=["subscriptions"], responses=ERRORS, route_class=RepeatableRoute)

_NOW = CancelSubscription()
_OPEN_END = PauseSubscription()
_NEXT = OneDelivery()
# How far the workflow has walked is its own business.
_HIDDEN = {"last_step"}


@router.post(
    "/subscription", dependencies=[own("subscriptions:write")], status_code=201, response_model_exclude=_HIDDEN
)
async def subscribe(body: SubscriptionRequest, viewer: Viewer, serving: Serving, once: Once) -> SubscriptionView:
    """Deliver these items again and again. Answers once the subscription runs."""
    may_see(viewer, body.customer_id)
    subscription = await serving.client.subscribe(body, once=once)
    return await _after(serving, viewer, subscription, "subscription_started", once=subscription.subscription_id)


@router.get(
    "/subscriptions/{customer_id}",
    dependencies=[own("subscriptions:read")],
    response_model_exclude={"items": {"__all__": _HIDDEN}},
)
async def subscriptions(
    customer_id: OwnCustomer, serving: Serving, limit: Limit = PAGE, cursor: Cursor = None
) -> Page[Subscription]:
    """Newest first."""
    return await serving.stores.subscriptions.page(customer_id, limit=limit, cursor=cursor)


@router.get("/subscription/{subscription_id}", dependencies=[own("subscriptions:read")], response_model_exclude=_HIDDEN)
async def subscription(stored: OwnSubscription, viewer: Viewer, serving: Serving) -> SubscriptionView:
    """Its live state, upcoming dates and deliveries so far."""
    live = await serving.client.subscription(stored.subscription_id)
    return await subscription_view(serving, live, viewer)


@router.post(
    "/subscription/cancel/{subscription_id}", dependencies=[own("subscriptions:write")], response_model_exclude=_HIDDEN
)
async def cancel(
    stored: OwnSubscription, viewer: Viewer, serving: Serving, once: Once, body: CancelSubscription = _NOW
) -> SubscriptionView:
    """Now, or after the next delivery."""
    cancelled = await serving.client.cancel_subscription(stored.subscription_id, body, once=once)
    return await _after(serving, viewer, cancelled, "subscription_cancelled")


@router.post(
    "/subscription/pause/{subscription_id}", dependencies=[own("subscriptions:write")], response_model_exclude=_HIDDEN
)
async def pause(
    stored: OwnSubscription, viewer: Viewer, serving: Serving, once: Once, body: PauseSubscription = _OPEN_END
) -> SubscriptionView:
    """Until the named date, or until it is resumed."""
    after = await serving.client.pause_subscription(stored.subscription_id, body, once=once)
    return await _after(serving, viewer, after, "subscription_paused")


@router.post(
    "/subscription/resume/{subscription_id}", dependencies=[own("subscriptions:write")], response_model_exclude=_HIDDEN
)
async def resume(stored: OwnSubscription, viewer: Viewer, serving: Serving, once: Once) -> SubscriptionView:
    """Deliveries go on with the next one."""
    after = await serving.client.resume_subscription(stored.subscription_id, once=once)
    return await _after(serving, viewer, after, "subscription_resumed")


@router.post(
    "/subscription/skip/{subscription_id}", dependencies=[own("subscriptions:write")], response_model_exclude=_HIDDEN
)
async def skip(
    stored: OwnSubscription, viewer: Viewer, serving: Serving, once: Once, body: OneDelivery = _NEXT
) -> SubscriptionView:
    """Leave out one date, by default the next; later dates stay."""
    after = await serving.client.skip_delivery(stored.subscription_id, body, once=once)
    return await _after(serving, viewer, after, "delivery_skipped")


@router.post(
    "/subscription/unskip/{subscription_id}", dependencies=[own("subscriptions:write")], response_model_exclude=_HIDDEN
)
async def unskip(
    stored: OwnSubscription, viewer: Viewer, serving: Serving, once: Once, body: OneDelivery = _NEXT
) -> SubscriptionView:
    """Take a skip back."""
    after = await serving.client.unskip_delivery(stored.subscription_id, body, once=once)
    return await _after(serving, viewer, after, "delivery_unskipped")


@router.post(
    "/subscription/reschedule/{subscription_id}",
    dependencies=[own("subscriptions:write")],
    response_model_exclude=_HIDDEN,
)
async def reschedule(
    stored: OwnSubscription, viewer: Viewer, serving: Serving, once: Once, body: RescheduleDelivery
) -> SubscriptionView:
    """Move the delivery of one date to another."""
    after = await serving.client.reschedule_delivery(stored.subscription_id, body, once=once)
    return await _after(serving, viewer, after, "delivery_moved")


@router.post(
    "/subscription/change/{subscription_id}", dependencies=[own("subscriptions:write")], response_model_exclude=_HIDDEN
)
async def change(
    stored: OwnSubscription, viewer: Viewer, serving: Serving, once: Once, body: ChangeSubscription
) -> SubscriptionView:
    """Other items, days, zone or address, from the next delivery on."""
    after = await serving.client.change_subscription(stored.subscription_id, body, once=once)
    return await _after(serving, viewer, after, "subscription_changed")


@router.post(
    "/subscription/order-now/{subscription_id}",
    dependencies=[own("subscriptions:write")],
    response_model_exclude=_HIDDEN,
)
async def order_now(stored: OwnSubscription, viewer: Viewer, serving: Serving, once: Once) -> SubscriptionView:
    """One delivery today; the calendar stays as it is."""
    after = await serving.client.order_now(stored.subscription_id, once=once)
    return await _after(serving, viewer, after, "subscription_ordered_now")


@router.post(
    "/subscription/uncancel/{subscription_id}",
    dependencies=[own("subscriptions:write")],
    response_model_exclude=_HIDDEN,
)
async def uncancel(stored: OwnSubscription, viewer: Viewer, serving: Serving, once: Once) -> SubscriptionView:
    """Take back an end after the next delivery."""
    after = await serving.client.uncancel_subscription(stored.subscription_id, once=once)
    return await _after(serving, viewer, after, "subscription_kept")


@router.post(
    "/subscription/resubscribe/{subscription_id}",
    dependencies=[own("subscriptions:write")],
    status_code=201,
    response_model_exclude=_HIDDEN,
)
async def resubscribe(stored: OwnSubscription, viewer: Viewer, serving: Serving) -> SubscriptionView:
    """Start a cancelled one again, as a new subscription; twice starts one."""
    again = await serving.client.resubscribe(stored.subscription_id)
    return await _after(serving, viewer, again, "subscription_started", once=again.subscription_id)


@router.get("/subscription/notifications/{customer_id}", dependencies=[own("notifications:read")])
async def notifications(
    customer_id: OwnCustomer, serving: Serving, limit: Limit = PAGE, cursor: Cursor = None
) -> Page[Notification]:
    """All that the customer was told, newest first."""
    return await serving.stores.notifications.page(customer_id, limit=limit, cursor=cursor)


async def _after(
    serving: Services, viewer: Principal, after: Subscription, what: str, once: str | None = None
) -> SubscriptionView:
    await serving.acted(viewer, after.customer_id, what, after.subscription_id, once)
    return await subscription_view(serving, after, viewer, new=after.version <= 1)

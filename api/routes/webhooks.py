"""Web hooks: which of the shop's own systems are told what customers are told. For administrators; supervisors look."""

from __future__ import annotations

from fastapi import APIRouter

from api.deps import PAGE, Cursor, Limit, Serving, Viewer, admins, overseers
from api.idempotency import Once
from api.problems import ERRORS
from care.models.common import Page
from care.models.dispatch import Dispatch
from care.models.webhook import EndpointView, EndpointWithSecret, NewEndpoint

# Not a RepeatableRoute: answers kept for a replay would keep the secret, too.
router = APIRouter(tags=["web hooks"], responses=ERRORS)


@router.post("/webhooks", dependencies=[admins()], status_code=201)
async def register(body: NewEndpoint, viewer: Viewer, serving: Serving, once: Once) -> EndpointWithSecret:
    """Tell this address what customers are told, of all kinds or of those named. The secret is shown only here."""
    return await serving.webhooks.register(body, by=viewer.email, once=once)


@router.get("/webhooks", dependencies=[overseers()])
async def webhooks(serving: Serving, limit: Limit = PAGE, cursor: Cursor = None) -> Page[EndpointView]:
    """Newest first. One that was disabled says when and why."""
    return await serving.webhooks.page(limit=limit, cursor=cursor)


@router.post("/webhooks/enable/{endpoint_id}", dependencies=[admins()])
async def enable(endpoint_id: str, viewer: Viewer, serving: Serving) -> EndpointView:
    """It hears of everything from now on; what it missed can be redelivered."""
    return await serving.webhooks.enable(endpoint_id, by=viewer.email)


@router.post("/webhooks/disable/{endpoint_id}", dependencies=[admins()])
async def disable(endpoint_id: str, viewer: Viewer, serving: Serving) -> EndpointView:
    return await serving.webhooks.disable(endpoint_id, by=viewer.email)


@router.delete("/webhooks/{endpoint_id}", dependencies=[admins()], status_code=204)
async def delete(endpoint_id: str, viewer: Viewer, serving: Serving) -> None:
    """With the record of what was delivered there."""
    await serving.webhooks.delete(endpoint_id, by=viewer.email)


@router.post("/webhooks/rotate/{endpoint_id}", dependencies=[admins()])
async def rotate(endpoint_id: str, viewer: Viewer, serving: Serving) -> EndpointWithSecret:
    """A new secret, shown only here. For 24 hours the old one signs too."""
    return await serving.webhooks.rotate(endpoint_id, by=viewer.email)


@router.get("/webhooks/deliveries/{endpoint_id}", dependencies=[overseers()])
async def deliveries(endpoint_id: str, serving: Serving, limit: Limit = PAGE, cursor: Cursor = None) -> Page[Dispatch]:
    """What went there or is on its way, newest first; kept for 30 days."""
    return await serving.webhooks.deliveries(endpoint_id, limit=limit, cursor=cursor)


@router.post("/webhooks/redeliver/{dispatch_id}", dependencies=[admins()])
async def redeliver(dispatch_id: str, viewer: Viewer, serving: Serving) -> Dispatch:
    """Once more, whether it arrived or not, under the same webhook-id."""
    return await serving.webhooks.redeliver(dispatch_id, by=viewer.email)

"""The review desk."""

from __future__ import annotations

from typing import Literal

from fastapi import APIRouter

from api.deps import PAGE, Cursor, Limit, OthersRefund, OwnRefund, Serving, Viewer, overseers, staff
from api.idempotency import Once, RepeatableRoute
from api.problems import ERRORS
from api.views import refund_view, review_item
from care.models.common import Page
from care.models.refund import Assign, Assignment, Decide, RefundView, ReviewItem, Ruling

router = APIRouter(tags=["review desk"], responses=ERRORS, route_class=RepeatableRoute)


@router.get("/reviews", dependencies=[staff("refunds:read")])
async def reviews(
    viewer: Viewer,
    serving: Serving,
    status: Literal["open", "all"] = "open",
    mine: bool = False,
    escalated: bool = False,
    limit: Limit = PAGE,
    cursor: Cursor = None,
) -> Page[ReviewItem]:
    """The queue, soonest due first; `mine` are those that the asker has claimed, `escalated` the supervisors'."""
    page = await serving.stores.refunds.reviews(
        open_only=status == "open",
        claimed_by=viewer.email if mine else None,
        escalated=escalated,
        limit=limit,
        cursor=cursor,
    )
    return Page(items=[review_item(serving, refund) for refund in page.items], next=page.next)


@router.post("/review/claim/{refund_id}", dependencies=[staff()])
async def claim(viewer: Viewer, refund: OthersRefund, serving: Serving) -> ReviewItem:
    """Nobody claims a case of their own."""
    return review_item(serving, await serving.stores.refunds.claim(refund.refund_id, viewer.email))


@router.post("/review/release/{refund_id}", dependencies=[staff()])
async def release(viewer: Viewer, refund: OwnRefund, serving: Serving) -> ReviewItem:
    return review_item(serving, await serving.stores.refunds.release(refund.refund_id, viewer.email))


@router.post("/review/assign/{refund_id}", dependencies=[overseers()])
async def assign(body: Assign, viewer: Viewer, refund: OwnRefund, serving: Serving, once: Once) -> ReviewItem:
    """Moves a case to another member of staff, whoever has claimed it."""
    assignment = Assignment(by=viewer.email, to=body.to)
    return review_item(serving, await serving.client.assign(refund.refund_id, assignment, once=once))


@router.post("/review/decide/{refund_id}", dependencies=[staff()])
async def decide(body: Decide, viewer: Viewer, refund: OwnRefund, serving: Serving, once: Once) -> RefundView:
    """Approve (all, a part of the amount, or some of the items), reject, ask for more evidence, or escalate.

    The reviewer is whoever signed in.
    """
    ruling = Ruling(**body.model_dump(), reviewer=viewer.email)
    return refund_view(serving, await serving.client.rule(refund.refund_id, ruling, once=once), viewer)

"""Refunds, as their customers see them."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import Any

from fastapi import APIRouter, Response

from api.deps import PAGE, Cursor, Limit, OwnCustomer, OwnRefund, Serving, Viewer, may_see, own, own_wish, staff
from api.idempotency import Once, RepeatableRoute
from api.problems import ERRORS
from api.views import case_file, case_pictures, refund_view
from care.errors import missing
from care.models.common import Page
from care.models.refund import AddEvidence, CaseFile, RefundRequest, RefundView
from care.paper.case_data import Pictures, as_json

router = APIRouter(tags=["refunds"], responses=ERRORS, route_class=RepeatableRoute)

_PDF: dict[int | str, dict[str, Any]] = {200: {"content": {"application/pdf": {}}, "description": "The case as a PDF."}}


@router.post("/refund", dependencies=[own("refunds:write")], status_code=202)
async def open_refund(body: RefundRequest, viewer: Viewer, serving: Serving, once: Once) -> RefundView:
    """Opens a case; its amount is reserved when this answers. The decision follows."""
    order = await serving.stores.orders.get(body.order_id)
    may_see(viewer, order.customer_id, missing("order", body.order_id))
    refund = await serving.client.open_refund(order.customer_id, body, once=once)
    await serving.acted(viewer, order.customer_id, "refund_opened", refund.refund_id, once=refund.refund_id)
    return refund_view(serving, refund, viewer)


@router.get("/refunds/{customer_id}", dependencies=[own("refunds:read")])
async def refunds(
    customer_id: OwnCustomer, viewer: Viewer, serving: Serving, limit: Limit = PAGE, cursor: Cursor = None
) -> Page[RefundView]:
    """Newest first."""
    page = await serving.stores.refunds.page(customer_id, limit=limit, cursor=cursor)
    return Page(items=[refund_view(serving, refund, viewer) for refund in page.items], next=page.next)


@router.get("/refund/{refund_id}", dependencies=[own("refunds:read")])
async def refund(refund: OwnRefund, viewer: Viewer, serving: Serving) -> RefundView:
    return refund_view(serving, refund, viewer)


@router.post("/refund/evidence/{refund_id}", dependencies=[own("refunds:write")])
async def add_evidence(
    body: AddEvidence, refund: OwnRefund, viewer: Viewer, serving: Serving, once: Once
) -> RefundView:
    """Adds files to an open case and has it assessed again."""
    after = await serving.client.add_evidence(refund.refund_id, body.evidence_ids, once=once)
    await serving.acted(viewer, refund.customer_id, "refund_evidence_added", refund.refund_id)
    return refund_view(serving, after, viewer)


@router.post("/refund/withdraw/{refund_id}", dependencies=[own("refunds:write")])
async def withdraw(refund: OwnRefund, viewer: Viewer, serving: Serving, once: Once) -> RefundView:
    """Until it is paid."""
    after = await serving.client.withdraw_refund(refund.refund_id, once=once)
    if not refund.status.is_settled:
        await serving.acted(viewer, refund.customer_id, "refund_withdrawn", refund.refund_id, once=refund.refund_id)
    return refund_view(serving, after, viewer)


@router.post("/refund/accept-offer/{refund_id}", dependencies=[own_wish()])
async def accept_offer(refund: OwnRefund, viewer: Viewer, serving: Serving, once: Once) -> RefundView:
    """Takes what is offered since the payment failed. The wish is the customer's own: staff cannot do it for them."""
    return refund_view(serving, await serving.client.accept_offer(refund.refund_id, once=once), viewer)


@router.get("/refund/case/{refund_id}", dependencies=[staff("refunds:read")], response_model=CaseFile)
async def case(refund: OwnRefund, viewer: Viewer, serving: Serving) -> Response:
    """The whole case: complaint, evidence hashes, verdicts, rulings, payment, times. Its bytes are what the SHA-256
    on the PDF is of."""
    shown = await case_file(serving, refund)
    await serving.note(viewer, "case_exported", refund.refund_id, format="json")
    return Response(as_json(shown), media_type="application/json")


@router.get(
    "/refund/case/{refund_id}/pdf", dependencies=[staff("refunds:read")], response_class=Response, responses=_PDF
)
async def case_as_pdf(refund: OwnRefund, viewer: Viewer, serving: Serving) -> Response:
    """The same for a dispute with a bank, with the pictures."""
    shown = await case_file(serving, refund)
    pictures = await case_pictures(serving, shown)
    await serving.note(viewer, "case_exported", refund.refund_id, format="pdf")
    return Response(
        await asyncio.to_thread(_pdf, shown, pictures),
        media_type="application/pdf",
        headers={"Content-Disposition": f'attachment; filename="case-{shown.refund_id}.pdf"'},
    )


def _pdf(shown: CaseFile, pictures: Pictures) -> bytes:
    # Late: what draws takes 0.26 s of a start's two, and few processes ever draw.
    from care.paper.case_pdf import case_pdf

    return case_pdf(shown, pictures, datetime.now(UTC))

"""Who sees what: the same thing as its customer and as the shop's staff may read it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime

from api.deps import Services
from care.models.customer import Principal
from care.models.refund import CaseEvidence, CaseFile, Refund, RefundView, ReviewItem
from care.models.subscription import Subscription, SubscriptionView
from care.paper.pictures import small
from care.rules.case_file import decisions
from care.rules.told import Talk, told, told_conversation
from care.temporal import refund_workflow_id, subscription_workflow_id

# Pictures of one document or film on the printed case file.
_MOST_LOOKS = 4


def conversation_for(reader: Principal, conversation: Talk) -> Talk:
    return conversation if reader.is_staff else told_conversation(conversation)


async def subscription_view(
    services: Services, subscription: Subscription, reader: Principal, *, new: bool = False
) -> SubscriptionView:
    """With its newest orders, and for staff the way to its workflow. A `new` one has ordered nothing yet."""
    orders = [] if new else await services.stores.orders.for_subscription(subscription.subscription_id)
    url = services.client.workflow_url(subscription_workflow_id(subscription.subscription_id))
    return SubscriptionView(
        **subscription.model_dump(),
        orders=[order.order_id for order in orders],
        workflow_url=url if reader.is_staff else None,
    )


def refund_view(services: Services, refund: Refund, reader: Principal) -> RefundView:
    if reader.is_staff:
        url = services.client.workflow_url(refund_workflow_id(refund.refund_id))
        return RefundView(**refund.model_dump(), workflow_url=url)
    return RefundView(**told(refund).model_dump())


async def case_file(services: Services, refund: Refund) -> CaseFile:
    """With the order and what is known of each file; the files themselves stay where they are."""
    evidence = [await services.stores.evidence.get(each) for each in refund.evidence_ids]
    workflow_id = refund_workflow_id(refund.refund_id)
    return CaseFile(
        **refund.model_dump(),
        workflow_id=workflow_id,
        workflow_url=services.client.workflow_url(workflow_id),
        evidence=[CaseEvidence.model_validate(each.model_dump()) for each in evidence],
        order=await services.stores.orders.get(refund.order_id),
        customer=await services.stores.customers.get(refund.customer_id),
        decisions=decisions(refund),
    )


async def case_pictures(services: Services, case: CaseFile) -> dict[str, list[bytes]]:
    """The pictures of the case, small, by evidence id. One at a time: each may be large before."""
    found: dict[str, list[bytes]] = {}
    for file in case.evidence:
        async for data in _looks(services, file):
            if picture := await asyncio.to_thread(small, data):
                found.setdefault(file.evidence_id, []).append(picture)
    return found


async def _looks(services: Services, file: CaseEvidence) -> AsyncIterator[bytes]:
    """The picture, or the first pages and key frames of anything else."""
    if file.media_type.startswith("image/") and not file.erased:
        yield await services.stores.evidence.data(file.evidence_id)
    for number in range(1, min(file.previews, _MOST_LOOKS) + 1):
        yield await services.stores.evidence.preview(file.evidence_id, number)


def review_item(services: Services, refund: Refund) -> ReviewItem:
    return ReviewItem(
        **refund.model_dump(include=set(ReviewItem.model_fields) - {"approvals"}),
        age=int((datetime.now(UTC) - refund.created_at).total_seconds()),
        approvals=len(refund.approvals),
        signals=refund.verdict.signals if refund.verdict else [],
        workflow_url=services.client.workflow_url(refund_workflow_id(refund.refund_id)),
    )

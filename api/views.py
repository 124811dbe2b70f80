"""Who sees what: the same thing as its customer and as the shop's staff may read it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import TypeVar

from api.deps import Services
from care.models.conversation import Conversation, ConversationView
from care.models.customer import Principal
from care.models.refund import CaseEvidence, CaseFile, Refund, RefundView, ReviewItem, TimelineEntry, Verdict
from care.models.subscription import Subscription, SubscriptionView
from care.paper.pictures import small
from care.rules.case_file import decisions
from care.rules.refund_waiting import LABELS
from care.temporal import refund_workflow_id, subscription_workflow_id

# What a customer reads of a case. The rest (who approved first, what was escalated) is the desk's business.
_TOLD = {
    "opened",
    "evidence_added",
    "evidence_requested",
    "evidence_reminded",
    "evidence_not_received",
    "return_requested",
    "in_review",
    "approved",
    "rejected",
    "withdrawn",
    "expired",
    "replacement_sent",
    "paid",
    "payout_declined",
    "payment_failed",
    "offer_accepted",
    "offer_ended",
    "replacement_failed",
}
_WITHOUT_DETAIL = {"rejected", "payout_declined", "payment_failed", "replacement_failed"}
_NAMED = {"customer", "machine"}
# Pictures of one document or film on the printed case file.
_MOST_LOOKS = 4


Talk = TypeVar("Talk", bound=Conversation)


def conversation_for(reader: Principal, conversation: Talk) -> Talk:
    """Why and to whom it was handed, and which colleague wrote what, is the desk's business."""
    if reader.is_staff:
        return conversation
    hidden: dict[str, object] = {"handoff": None}
    if isinstance(conversation, ConversationView):
        hidden["messages"] = [each.model_copy(update={"by": None}) for each in conversation.messages]
    return conversation.model_copy(update=hidden)


async def subscription_view(services: Services, subscription: Subscription, reader: Principal) -> SubscriptionView:
    """With its newest orders, and for staff the way to its workflow."""
    orders = await services.stores.orders.for_subscription(subscription.subscription_id)
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
    if file.media_type.startswith("image/"):
        yield await services.stores.evidence.data(file.evidence_id)
    for number in range(1, min(file.previews, _MOST_LOOKS) + 1):
        yield await services.stores.evidence.preview(file.evidence_id, number)


def told(refund: Refund) -> Refund:
    """The case for its customer: no signals, no names of staff, no inner workings."""
    hidden: dict[str, object] = {
        "verdicts": [],
        "rulings": [],
        "approvals": [],
        "claimed_by": None,
        "escalated": False,
        "first_ruling_at": None,
        "first_ruling_due_at": None,
    }
    shown: dict[str, object] = {
        "label": LABELS.get(refund.label) if refund.label else None,
        "verdict": refund.verdict and _told_verdict(refund.verdict),
        "timeline": [_told_entry(entry) for entry in refund.timeline if entry.event in _TOLD],
    }
    return refund.model_copy(update=hidden | shown)


def review_item(services: Services, refund: Refund) -> ReviewItem:
    return ReviewItem(
        **refund.model_dump(include=set(ReviewItem.model_fields) - {"approvals"}),
        age=int((datetime.now(UTC) - refund.created_at).total_seconds()),
        approvals=len(refund.approvals),
        signals=refund.verdict.signals if refund.verdict else [],
        workflow_url=services.client.workflow_url(refund_workflow_id(refund.refund_id)),
    )


def _told_verdict(verdict: Verdict) -> Verdict:
    """A model's findings may quote its prompt, or what a file says of the order: they are for the desk."""
    hidden: dict[str, object] = {
        "findings": [],
        "signals": [],
        "reasons": [],
        "doubts": [],
        "wanted": None,
        "items": [],
        "judgement": None,
    }
    return verdict.model_copy(update=hidden)


def _told_entry(entry: TimelineEntry) -> TimelineEntry:
    return entry.model_copy(
        update={
            "actor": entry.actor if entry.actor in _NAMED else "reviewer",
            "detail": "" if entry.event in _WITHOUT_DETAIL else entry.detail,
            "note": "",
        }
    )

"""Things of a customer as the stores keep them, without a workflow behind them."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta

from care.models.conversation import Conversation
from care.models.notification import Notification
from care.models.order import Order
from care.models.refund import (
    Judgement,
    Refund,
    RefundLine,
    RefundReason,
    RefundStatus,
    Remedy,
    Ruling,
    Signal,
    TimelineEntry,
    Verdict,
)
from care.models.subscription import NamedItem, Schedule, Subscription
from tests.api.shop import MILK, Someone


def _now() -> datetime:
    return datetime.now(UTC)


def _tag() -> str:
    return uuid.uuid4().hex[:8]


def case_of(ana: Someone, order: Order, *, reviewed_by: str = "agent@care.test") -> Refund:
    """A case in review that the desk has looked at once."""
    line = order.items[0]
    at = _now()
    return Refund(
        refund_id=f"REF{_tag()}",
        order_id=order.order_id,
        customer_id=ana.customer_id,
        status=RefundStatus.IN_REVIEW,
        items=[RefundLine(sku=line.sku, name=line.name, quantity=line.quantity, amount=order.total)],
        amount=order.total,
        reason=RefundReason.DAMAGED,
        complaint="It leaks.",
        evidence_ids=[],
        remedy=Remedy.REFUND,
        verdict=Verdict(
            decision="uncertain",
            confidence=0.4,
            findings=["The milk is on the floor."],
            signals=[Signal(name="reused_photo", weight=60, sentence="This photo was used before.")],
            model="local",
            policy_version="1",
            reasons=["The signals ask for a person."],
            judgement=Judgement(
                decision="unclear", confidence=0.4, contradictions=["The invoice names no milk."], model="local"
            ),
            doubts=["The case was escalated to a person."],
        ),
        rulings=[Ruling(decision="escalate", note="Looks odd to me", reviewer=reviewed_by)],
        timeline=[
            TimelineEntry(at=at, actor="customer", event="opened"),
            TimelineEntry(at=at, actor=reviewed_by, event="escalated", detail="Looks odd to me"),
            TimelineEntry(at=at, actor=reviewed_by, event="evidence_requested", detail="Please show the label."),
        ],
        policy_version="1",
        due_at=at + timedelta(hours=48),
        created_at=at,
        updated_at=at,
        version=3,
    )


def talk_of(ana: Someone) -> Conversation:
    at = _now()
    return Conversation(
        conversation_id=f"CNV{_tag()}", customer_id=ana.customer_id, title="Hello", created_at=at, updated_at=at
    )


def told(ana: Someone, number: int = 0) -> Notification:
    return Notification(
        notification_id=f"NTF{_tag()}",
        customer_id=ana.customer_id,
        kind="reminder",
        message="Reminder",
        created_at=_now() - timedelta(minutes=number),
    )


def subscription_of(ana: Someone) -> Subscription:
    return Subscription(
        subscription_id=f"SUB{_tag()}",
        customer_id=ana.customer_id,
        items=[NamedItem(sku=MILK.sku, name=MILK.name, quantity=1, price=MILK.price)],
        recurrence="FREQ=DAILY",
        timezone="Europe/Berlin",
        schedule=Schedule(recurrence="FREQ=DAILY", timezone="Europe/Berlin", start="2026-11-01"),
        created_at=_now(),
        version=1,
    )

"""What must end before a customer is erased, and what is left of a case."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from care.models.conversation import Conversation
from care.models.customer import Wallet
from care.models.order import Order, OrderStatus, Payment, PaymentStatus, Trace
from care.models.refund import (
    Judgement,
    Refund,
    RefundStatus,
    Ruling,
    Signal,
    TimelineEntry,
    Verdict,
)
from care.models.subscription import SubscriptionStatus
from care.rules.erasing import ERASED, erased_refund, open_matters
from tests.stores.make import eur, order, refund, subscription

AT = datetime(2026, 3, 1, 9, tzinfo=UTC)
PAID, BACK = Payment(status=PaymentStatus.PAID), Payment(status=PaymentStatus.REFUNDED)


def _order(**given: Any) -> Order:
    return order("ORD1", **{"status": OrderStatus.DELIVERED} | given)


def _talk(*, handed_off: bool) -> Conversation:
    return Conversation(
        conversation_id="CNV1", customer_id="CUST001", title="Hi", handed_off=handed_off, created_at=AT, updated_at=AT
    )


@pytest.mark.parametrize(
    ("things", "said"),
    [
        ({}, []),
        ({"subscriptions": [subscription("SUB1", status=SubscriptionStatus.CANCELLED)]}, []),
        ({"subscriptions": [subscription("SUB1")]}, ["Subscription SUB1 is active."]),
        (
            {"subscriptions": [subscription("SUB1", status=SubscriptionStatus.PAUSED)]},
            ["Subscription SUB1 is paused."],
        ),
        *(
            ({"refunds": [refund("REF1", status=status)]}, [] if status.is_settled else [f"Refund REF1 is {status}."])
            for status in RefundStatus
        ),
        ({"orders": [_order()]}, []),
        ({"orders": [_order(status=OrderStatus.SHIPPED)]}, []),
        ({"orders": [_order(status=OrderStatus.PENDING)]}, ["Order ORD1 is pending."]),
        ({"orders": [_order(status=OrderStatus.CANCELLED, payment=BACK)]}, []),
        (
            {"orders": [_order(status=OrderStatus.CANCELLED, payment=PAID)]},
            ["Order ORD1 was cancelled, and its payment has yet to go back."],
        ),
        (
            {"orders": [_order(trace=Trace(trace_id="TRC1", opened_at=AT))]},
            ["The parcel of order ORD1 is searched for."],
        ),
        ({"orders": [_order(trace=Trace(trace_id="TRC1", opened_at=AT, status="closed"))]}, []),
        ({"conversations": [_talk(handed_off=False)]}, []),
        ({"conversations": [_talk(handed_off=True)]}, ["Conversation CNV1 is with a colleague."]),
        ({"wallet": Wallet(customer_id="CUST001", balance=eur(0))}, []),
        ({"wallet": Wallet(customer_id="CUST001", balance=eur(500))}, ["The wallet holds €5.00."]),
    ],
)
def test_what_is_open_is_named(things: dict[str, Any], said: list[str]) -> None:
    nothing: dict[str, Any] = {"subscriptions": [], "refunds": [], "orders": [], "conversations": [], "wallet": None}
    assert [matter.sentence for matter in open_matters(**nothing | things)] == said


def test_what_holds_another_is_ended_before_it() -> None:
    found = open_matters([subscription()], [refund()], [_order(status=OrderStatus.PENDING)], [], None)
    assert [matter.kind for matter in found] == ["subscription", "refund", "order"]


def _case() -> Refund:
    judgement = Judgement(
        decision="unclear",
        confidence=0.4,
        findings=["word"],
        about_files={"EV1": ["word"]},
        contradictions=["word", "word"],
        model="local",
        problem="word",
    )
    verdict = Verdict(
        decision="uncertain",
        confidence=0.4,
        findings=["word"],
        signals=[Signal(name="new_account", weight=20, sentence="word")],
        model="local",
        policy_version="1",
        reasons=["word"],
        judgement=judgement,
        doubts=["word"],
    )
    ruling = Ruling(decision="approve", amount=eur(200), note="word", reviewer="amy@shop.test")
    return refund(
        complaint="word",
        status=RefundStatus.PAID,
        verdict=verdict,
        verdicts=[verdict, verdict],
        rulings=[ruling],
        approvals=[ruling],
        timeline=[TimelineEntry(at=AT, actor="amy@shop.test", event="approved", detail="word", note="word")],
    )


def test_of_a_case_no_sentence_is_left_and_every_figure() -> None:
    before, after = _case(), erased_refund(_case())
    assert "word" not in after.model_dump_json()
    assert (after.amount, after.status, after.items) == (before.amount, before.status, before.items)
    assert after.verdict is not None
    assert after.verdict.signals == [Signal(name="new_account", weight=20, sentence="")]
    assert after.verdict.judgement is not None
    assert after.verdict.judgement.contradictions == [ERASED, ERASED]
    assert len(after.verdict.doubts) == 1
    assert [(ruling.decision, ruling.reviewer) for ruling in after.rulings] == [("approve", "amy@shop.test")]
    assert [(entry.at, entry.actor, entry.event) for entry in after.timeline] == [(AT, "amy@shop.test", "approved")]
    assert erased_refund(after) == after

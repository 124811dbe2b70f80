"""Sentences as the rules make them, of every kind that is shown in the portal."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import Any

import pytest

from care.errors import CareError, missing
from care.models.notification import Notification
from care.models.order import OrderStatus, Trace
from care.models.refund import Judgement, RefundReason, RefundStatus, Remedy, Ruling, TimelineEntry, Wanted
from care.models.subscription import (
    CancelSubscription,
    Delivery,
    NamedItem,
    Occurrence,
    OneDelivery,
    PauseSubscription,
    RescheduleDelivery,
)
from care.policy import load_policy
from care.rules import (
    order_changes,
    refund_case,
    refund_doubts,
    refund_next,
    refund_notices,
    refund_waiting,
    review,
    subscription_changes,
    subscription_dates,
    subscription_notices,
)
from care.rules.occurrences import Passed
from care.rules.parcels import notice_of_trace
from care.rules.prepaid_notices import after_delivery, returned
from care.rules.subscription import cancelled, settled
from tests.rules import test_refund_signals as weighing
from tests.rules.test_prepaid import AGAIN, NOW, THREE, one
from tests.rules.test_recurrence_steps import the_step
from tests.stores.make import AT, eur, order, refund

POLICY = load_policy(None)
SOON = AT + timedelta(hours=5)
SEVERAL = [NamedItem(sku=s[-5:], name=s, quantity=1, price=eur(200)) for s in ("Milk", "Bread", "Dr. Oetker Pizza")]


def _of_subscriptions() -> Iterator[Notification | None]:
    plain = one(None)
    for state in (plain, one(None).model_copy(update={"items": SEVERAL}), one(), one(left=0), one(left=2)):
        yield subscription_notices.reminder(state, the_step(state, NOW), NOW, {"S0": eur(150)})
    state = plain
    for outcome in ("declined", "declined", "delivered", "declined_for_good", "awaiting_stock", "out_of_stock"):
        step = the_step(state, NOW + timedelta(days=9))
        attempt = Delivery(occurrence=step.occurrence.key, outcome=outcome, at=step.at, order_id="ORD1")
        after = settled(state, step, attempt)
        yield subscription_notices.after_try(state, after, step, attempt)
        state = after if outcome == "declined" else plain
    step = the_step(plain, NOW)
    for count in (1, 1200):
        lost = Passed(count=count, first=Occurrence(key="2026-11-20", due=NOW), newest=[step.occurrence])
        yield subscription_notices.missed(plain, step, lost, NOW)
    yield subscription_notices.offer_to_skip(refund(), plain, "2026-12-04T09:00:10+01:00", None)
    yield returned(cancelled(one(AGAIN, 2), CancelSubscription(), NOW), "payment")
    yield returned(cancelled(one(AGAIN, 1), CancelSubscription(), NOW), "wallet")
    for state in (one(THREE, 1), one(THREE)):
        step = the_step(state, NOW + timedelta(days=9))
        attempt = Delivery(occurrence=step.occurrence.key, outcome="delivered", order_id="ORD3", at=step.at)
        yield after_delivery(settled(state, step, attempt), step, attempt)
    yield notice_of_trace(order(trace=Trace(trace_id="T", opened_at=AT, status="closed", note="UTC")), AT)


def _of_refunds() -> Iterator[Notification | None]:
    for status in RefundStatus:
        for remedy in Remedy:
            plain = refund(status=status, remedy=remedy, due_at=SOON, payment_reference="ORD9")
            for more in ({}, {"sent_as": "ORD9"}, {"offered": Remedy.STORE_CREDIT}):
                yield refund_notices.notice_for(plain.model_copy(update=more))
    for wanted in Wanted:
        yield refund_notices.notice_for(refund(status=RefundStatus.NEEDS_EVIDENCE, wanted=wanted))
    yield refund_notices.notice_for(refund(status=RefundStatus.EXPIRED, label=refund_waiting.NO_EVIDENCE))
    for event in ("evidence_reminded", "payout_declined"):
        entry = TimelineEntry(at=AT, actor="machine", event=event)
        case = refund(status=RefundStatus.NEEDS_EVIDENCE, timeline=[entry])
        yield refund_notices.notice_for(case, case.status)


def _next_steps() -> Iterator[str | None]:
    for status in RefundStatus:
        for more in (
            {},
            {"due_at": SOON},
            {"escalated": True, "due_at": SOON},
            {"retry_at": SOON, "offered": "refund"},
        ):
            yield refund_next.next_step(refund(status=status, **more), AT, lambda at: f"{at:%Y-%m-%d %H:%M}")


def _reasons() -> Iterator[str]:
    unsure = Judgement(decision="unclear", confidence=0.5, model="local", problem="UTC")
    for judgement in (unsure, unsure.model_copy(update={"decision": "invalid", "problem": None})):
        yield from refund_doubts.claim_doubts(POLICY, judgement, [])
        yield from refund_doubts.evidence_doubts(POLICY, RefundReason.DAMAGED, judgement, 0, refund())
    for remedy in Remedy:
        yield from refund_doubts.limit_doubts(POLICY, eur(900_00), remedy)
    yield from refund_doubts.order_doubts(order(status=OrderStatus.CANCELLED), refund())
    yield from refund_waiting.LABELS.values()


def _signals() -> Iterator[str]:
    given: list[dict[str, Any]] = [
        {"twins": [weighing.near(customer_id="CUST002")]},
        {"twins": [weighing.same(customer_id="CUST002")]},
        {"order": weighing.ordered(status=OrderStatus.SHIPPED)},
        {"order": weighing.ordered(address=weighing.AWAY)},
        {"bought": weighing.bought(9, 90_00, 85_00)},
        {"history": [refund(), *weighing.earlier(5)]},
    ]
    for each in given:
        yield from (signal.sentence for signal in weighing.signals(**each))


def _refusals() -> Iterator[str]:
    weekly, soon = one(None), date(2026, 11, 27)
    paused = subscription_changes.paused(weekly, PauseSubscription(), NOW)
    asked: list[Callable[[], object]] = [
        lambda: subscription_dates.skipped_one(weekly, OneDelivery(date=date(2026, 11, 28)), NOW),
        lambda: subscription_dates.unskipped(weekly, OneDelivery(date=None), NOW),
        lambda: subscription_dates.rescheduled(weekly, RescheduleDelivery(date=soon, to=date(2020, 1, 1)), NOW),
        lambda: subscription_changes.ordered_now(paused, NOW),
        lambda: order_changes.check_pending(order(status=OrderStatus.SHIPPED)),
        lambda: order_changes.check_payment_may_change(order()),
        lambda: refund_case.with_evidence(refund(status=RefundStatus.PAID), ["EV1"], AT),
        lambda: refund_case.withdrawn(refund(status=RefundStatus.APPROVED), AT),
        lambda: review.check_ruling(refund(), Ruling(decision="reject", reviewer="sofia"), POLICY),
    ]
    for ask in asked:
        with pytest.raises(CareError) as refused:
            ask()
        yield refused.value.detail
    nouns = ("order", "subscription", "refund", "evidence", "conversation", "customer", "notification")
    yield from (missing(noun, "ORD1").detail for noun in nouns)


def _all() -> Iterator[tuple[str, str]]:
    for told in (*_of_subscriptions(), *_of_refunds()):
        if told:
            yield told.kind, told.message
    for kind, said in {"next": _next_steps, "reason": _reasons, "signal": _signals, "refusal": _refusals}.items():
        yield from ((kind, sentence) for sentence in said() if sentence)


# Kind and sentence, each once.
SAYINGS = list(dict.fromkeys(_all()))

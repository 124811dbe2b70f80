from __future__ import annotations

from datetime import timedelta
from typing import Any

from care.models.analytics import OutcomeCount, Usage
from care.models.conversation import Conversation
from care.models.memory import ConversationState
from care.models.refund import RefundStatus, Ruling
from care.models.subscription import Delivery, SubscriptionStatus
from care.stores import Stores
from care.stores.documents import now
from tests.stores.make import eur, order, refund, subscription

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


async def test_an_empty_shop_has_an_empty_summary(stores: Stores) -> None:
    summary = await stores.analytics.summary(30)
    assert (summary.days, summary.conversations, summary.deliveries, summary.refunds) == (30, 0, 0, [])
    assert summary.oldest_review_seconds is None


async def test_conversations_are_contained_assisted_or_verified(stores: Stores) -> None:
    at = now()
    for number, last in enumerate((at, at - 2 * DAY, at - 2 * DAY, at - 90 * DAY)):
        started = Conversation(
            conversation_id=f"CON{number}", customer_id="C", title="Hi", created_at=last, updated_at=last
        )
        await stores.conversations.start(started)
    state = ConversationState(conversation_id="CON2", customer_id="C", turn=1, handed_off=True)
    await stores.conversations.save_state(state)
    handed_back = state.model_copy(update={"turn": 2, "handed_off": False})  # a person was needed all the same
    await stores.conversations.save_state(handed_back)
    summary = await stores.analytics.summary(30)
    counts = (summary.conversations, summary.contained, summary.assisted, summary.verified)
    assert counts == (3, 2, 1, 1)


async def test_refunds_count_by_outcome_amount_and_deadline(stores: Stores) -> None:
    at = now()
    ruling = Ruling(decision="approve", reviewer="amy")
    cases: dict[str, dict[str, Any]] = {
        "REF1": {"status": RefundStatus.PAID},
        "REF2": {"status": RefundStatus.PAID, "rulings": [ruling]}
        | {"first_ruling_at": at, "first_ruling_due_at": at - HOUR},
        "REF3": {"status": RefundStatus.IN_REVIEW, "due_at": at - HOUR, "created_at": at - 5 * HOUR},
        "REF5": {"status": RefundStatus.REJECTED, "rulings": [ruling]}
        | {"first_ruling_at": at, "first_ruling_due_at": at + HOUR},
        "REF6": {"status": RefundStatus.EXPIRED, "first_ruling_due_at": at - HOUR},
        "REF4": {"status": RefundStatus.PAID, "created_at": at - 60 * DAY},
    }
    for refund_id, fields in cases.items():
        times = {"created_at": at, "updated_at": at}
        await stores.refunds.save(refund(refund_id, version=1).model_copy(update=times | fields))
    summary = await stores.analytics.summary(30)
    assert summary.refunds == [
        OutcomeCount(status="expired", count=1, amount=eur(200)),
        OutcomeCount(status="in_review", count=1, amount=eur(200)),
        OutcomeCount(status="paid", count=2, amount=eur(400)),
        OutcomeCount(status="rejected", count=1, amount=eur(200)),
    ]
    assert (summary.automatic_refunds, summary.deadlines_met, summary.deadlines_missed) == (1, 1, 2)
    assert (summary.reviews_open, summary.reviews_overdue) == (1, 1)
    assert summary.oldest_review_seconds is not None
    assert summary.oldest_review_seconds >= 5 * 3600
    assert sum(day.count for day in summary.refunds_by_day) == 5


async def test_deliveries_and_subscriptions_count_by_what_became_of_them(stores: Stores) -> None:
    at = now()
    for number, age in enumerate((HOUR, 3 * DAY, 3 * DAY, 60 * DAY)):
        await stores.orders.put(order(f"ORD{number}", subscription_id="SUB001", placed_at=at - age))
    await stores.orders.put(order("ORD9", placed_at=at))
    missed = [
        Delivery(occurrence="a", outcome="out_of_stock", at=at - HOUR),
        Delivery(occurrence="b", outcome="delivered", at=at - HOUR),
        Delivery(occurrence="c", outcome="payment_failed", at=at - 60 * DAY),
    ]
    await stores.subscriptions.save(subscription("SUB001", recent=missed, created_at=at - 60 * DAY))
    gone = {"status": SubscriptionStatus.CANCELLED, "cancelled_at": at}
    await stores.subscriptions.save(subscription("SUB002", created_at=at - DAY, **gone))
    summary = await stores.analytics.summary(30)
    assert (summary.deliveries, summary.missed_deliveries) == (3, 1)
    assert sorted(day.count for day in summary.deliveries_by_day) == [1, 2]
    started = (summary.subscriptions_active, summary.subscriptions_started, summary.subscriptions_cancelled)
    assert started == (1, 1, 1)


async def test_model_calls_and_failures_are_counted(stores: Stores) -> None:
    for ok in (True, True, False):
        await stores.meters.count("gemini", ok=ok, milliseconds=120)
    await stores.meters.count("local", ok=True, milliseconds=3)
    summary = await stores.analytics.summary(1)
    assert summary.model_calls == {"gemini": 3, "local": 1}
    assert summary.model_failures == {"gemini": 1, "local": 0}


async def test_a_models_calls_tokens_cost_and_time_are_added_up(stores: Stores) -> None:
    used = Usage(tokens_in=1000, tokens_out=200, cost=1000 * 100_000 + 200 * 500_000, currency="USD")
    await stores.meters.count("groq", ok=True, milliseconds=300, usage=used)
    await stores.meters.count("groq", ok=False, milliseconds=2000, usage=Usage())
    await stores.meters.count("groq", ok=True, milliseconds=400, retry=True, usage=used)
    await stores.meters.rests("groq", 30)
    (groq,) = (await stores.analytics.summary(1)).models
    assert (groq.calls, groq.failures, groq.retries) == (3, 1, 1)
    assert (groq.tokens_in, groq.tokens_out) == (2000, 400)
    assert (groq.cost_micros, groq.currency) == (400, "USD")  # $0.0004
    assert (groq.mean_milliseconds, groq.slowest_milliseconds) == (900, 2000)
    assert groq.rests == 1
    assert groq.rests_until
    assert groq.rests_until > now()

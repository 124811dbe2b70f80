from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

from care.models.analytics import AgentFigures, Agreement, OutcomeCount, Table, Usage
from care.models.conversation import Conversation
from care.models.memory import ConversationState
from care.models.period import Period
from care.models.refund import Refund, RefundStatus, Ruling, TimelineEntry, Verdict
from care.models.subscription import Delivery, SubscriptionStatus
from care.stores import Stores
from care.stores.documents import now
from tests.stores.make import eur, order, refund, subscription

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


async def test_an_empty_shop_has_an_empty_summary(stores: Stores) -> None:
    summary = await stores.analytics.summary(Period.latest(30, now()))
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
    summary = await stores.analytics.summary(Period.latest(30, now()))
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
    summary = await stores.analytics.summary(Period.latest(30, now()))
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


def _case(number: int, status: RefundStatus, **given: Any) -> Refund:
    """A case that was opened two hours ago."""
    opened = now() - 2 * HOUR
    fields = {"created_at": opened, "updated_at": opened, "status": status}
    return refund(f"REF{number}", version=1).model_copy(update=fields | given)


def _ruled(decision: str, by: str, *, minutes: int, late: bool = False) -> dict[str, Any]:
    """What a case keeps of a first ruling that came so many minutes after it was opened."""
    at = now() - 2 * HOUR + timedelta(minutes=minutes)
    ruling = Ruling.model_validate({"decision": decision, "reviewer": by})
    event = {"approve": "approved", "reject": "rejected"}.get(decision, "escalated")
    return {
        "rulings": [ruling],
        "approvals": [ruling] if decision == "approve" else [],
        "timeline": [TimelineEntry(at=at, actor=by, event=event)],
        "first_ruling_at": at,
        "first_ruling_due_at": at + (-HOUR if late else HOUR),
    }


async def test_each_agents_deadlines_and_decisions_are_told(stores: Stores) -> None:
    paid, rejected = RefundStatus.PAID, RefundStatus.REJECTED
    escalated = _ruled("escalate", "amy", minutes=5)
    second = Ruling(decision="reject", reviewer="sofia")
    cases = [
        _case(1, paid, **_ruled("approve", "amy", minutes=10)),
        _case(2, paid, **_ruled("approve", "amy", minutes=30)),
        _case(3, rejected, **_ruled("reject", "amy", minutes=50, late=True)),
        _case(4, RefundStatus.IN_REVIEW, **escalated),
        _case(
            5,
            rejected,
            **escalated
            | {
                "rulings": [*escalated["rulings"], second],
                "timeline": [TimelineEntry(at=now() - HOUR, actor="sofia", event="rejected")],
            },
        ),
        _case(6, paid, timeline=[TimelineEntry(at=now(), actor="machine", event="approved")]),
    ]
    for case in cases:
        await stores.refunds.save(case)
    summary = await stores.analytics.summary(Period.latest(30, now()))
    assert summary.agents == [
        AgentFigures(reviewer="amy", met=4, missed=1, decided=3, median_seconds=30 * 60),
        AgentFigures(reviewer="sofia", decided=1, median_seconds=60 * 60),
    ]
    assert (summary.deadlines_met, summary.deadlines_missed, summary.automatic_refunds) == (4, 1, 1)


async def test_the_machines_leaning_is_held_against_what_people_decided(stores: Stores) -> None:
    yes, no = _ruled("approve", "amy", minutes=9), _ruled("reject", "amy", minutes=9)
    paid, rejected = RefundStatus.PAID, RefundStatus.REJECTED
    told: list[tuple[RefundStatus, dict[str, Any], float, str | None, str | None]] = [
        (paid, yes, 0.95, "valid", None),
        (paid, yes, 1.0, "valid", None),
        (rejected, no, 0.8, "valid", None),
        (paid, yes, 0.85, "unclear", None),
        (rejected, no, 0.1, "invalid", None),
        (paid, yes, 0.15, "invalid", None),
        (paid, yes, 0.9, None, None),  # a verdict of long ago, that kept no judgement
        (paid, yes, 0.0, "unclear", "The model did not answer."),  # had no opinion
        (paid, {}, 0.99, "valid", None),  # paid by the machine
        (RefundStatus.WITHDRAWN, _ruled("escalate", "amy", minutes=9), 0.5, "valid", None),
    ]
    for number, (status, ruled, confidence, read, problem) in enumerate(told):
        judged = {"decision": read, "confidence": confidence, "model": "m", "problem": problem} if read else None
        verdict = Verdict.model_validate(
            {"decision": "uncertain" if read else "approve", "confidence": confidence, "judgement": judged}
            | {"findings": [], "signals": [], "model": "m", "policy_version": "1"}
        )
        await stores.refunds.save(_case(number, status, verdict=verdict, **ruled))
    summary = await stores.analytics.summary(Period.latest(30, now()))
    assert summary.agreement == [
        Agreement(above=0, below=20, agreed=1, differed=1, undecided=0, approved=1),
        Agreement(above=80, below=100, agreed=3, differed=1, undecided=1, approved=4),
    ]


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
    summary = await stores.analytics.summary(Period.latest(30, now()))
    assert (summary.deliveries, summary.missed_deliveries) == (3, 1)
    assert sorted(day.count for day in summary.deliveries_by_day) == [1, 2]
    started = (summary.subscriptions_active, summary.subscriptions_started, summary.subscriptions_cancelled)
    assert started == (1, 1, 1)
    assert sum(day.failed for day in summary.delivery_days) == summary.failed_deliveries == 1
    assert [(day.started, day.cancelled) for day in summary.subscriptions_by_day] == [(1, 0), (0, 1)]


async def test_what_a_customer_skipped_is_remembered_once_it_is_over_unless_it_was_taken_back(stores: Stores) -> None:
    today = now().date()
    passed, coming = (today - DAY).isoformat(), (today + 3 * DAY).isoformat()
    period = Period.of_days(today - 6 * DAY, today, today)

    async def saved(version: int, *skipped: str) -> int:
        state = subscription("SUB001", timezone="UTC", skipped=list(skipped), version=version)
        await stores.subscriptions.save(state)
        return (await stores.analytics.summary(period)).skipped_deliveries

    assert await saved(1, coming) == 0
    # A day later, as MongoDB has it: what was skipped lies behind, and the workflow has forgotten it.
    await stores.database["subscriptions"].update_one({"_id": "SUB001"}, {"$set": {"skips": [passed, coming]}})
    assert await saved(2) == 1
    assert await saved(3, coming) == 1
    assert await saved(2, passed, coming) == 1  # an older write, late
    found = await stores.database["subscriptions"].find_one({"_id": "SUB001"})
    assert found
    assert found["skips"] == [passed, coming]


async def test_figures_belong_to_the_days_that_are_asked_for(stores: Stores) -> None:
    """Midnight begins a day and ends none."""
    for number, at in enumerate(("2026-03-01T23:59:59", "2026-03-02T00:00:00", "2026-03-03T23:59:59", "2026-03-04")):
        opened = datetime.fromisoformat(at).replace(tzinfo=UTC)
        await stores.refunds.save(refund(f"REF{number}", created_at=opened, updated_at=opened))
        await stores.orders.put(order(f"ORD{number}", subscription_id="SUB1", placed_at=opened))
        talk = Conversation(
            conversation_id=f"CON{number}", customer_id="C", title="Hi", created_at=opened, updated_at=opened
        )
        await stores.conversations.start(talk)
        await stores.database["meters"].insert_one(
            {"day": at[:10], "name": "m", "calls": 2, "failures": 0, "milliseconds": 9, "slowest": 5, "cost": 0}
        )
    two = Period.of_days(date(2026, 3, 2), date(2026, 3, 3), now().date())
    summary = await stores.analytics.summary(two)
    counted = (sum(each.count for each in summary.refunds), summary.deliveries, summary.conversations)
    assert counted == (2, 2, 2)
    assert (summary.model_calls, [each.day.day for each in summary.models_by_day]) == ({"m": 4}, [2, 3])
    assert (summary.days, summary.first_day, summary.last_day) == (2, date(2026, 3, 2), date(2026, 3, 3))
    tables = {what: [row async for row in stores.analytics.table(what, two)] for what in Table}
    assert {what: len(table) - 1 for what, table in tables.items()} == {
        Table.DAYS: 2,
        Table.REFUNDS: 2,
        Table.AGENTS: 0,
        Table.DELIVERIES: 2,
        Table.CONVERSATIONS: 2,
        Table.MODELS: 2,
    }
    assert all(len(row) == len(table[0]) for table in tables.values() for row in table)
    assert tables[Table.DAYS][1][:4] == [date(2026, 3, 2), 1, 0, 1]


async def test_model_calls_and_failures_are_counted(stores: Stores) -> None:
    for ok in (True, True, False):
        await stores.meters.count("gemini", ok=ok, milliseconds=120)
    await stores.meters.count("local", ok=True, milliseconds=3)
    summary = await stores.analytics.summary(Period.latest(1, now()))
    assert summary.model_calls == {"gemini": 3, "local": 1}
    assert summary.model_failures == {"gemini": 1, "local": 0}


async def test_a_models_calls_tokens_cost_and_time_are_added_up(stores: Stores) -> None:
    used = Usage(tokens_in=1000, tokens_out=200, cost=1000 * 100_000 + 200 * 500_000, currency="USD")
    await stores.meters.count("groq", ok=True, milliseconds=300, usage=used)
    await stores.meters.count("groq", ok=False, milliseconds=2000, usage=Usage())
    await stores.meters.count("groq", ok=True, milliseconds=400, retry=True, usage=used)
    await stores.meters.rests("groq", 30)
    (groq,) = (await stores.analytics.summary(Period.latest(1, now()))).models
    assert (groq.calls, groq.failures, groq.retries) == (3, 1, 1)
    assert (groq.tokens_in, groq.tokens_out) == (2000, 400)
    assert (groq.cost_micros, groq.currency) == (400, "USD")  # $0.0004
    assert (groq.mean_milliseconds, groq.slowest_milliseconds) == (900, 2000)
    assert groq.rests == 1
    assert groq.rests_until
    assert groq.rests_until > now()

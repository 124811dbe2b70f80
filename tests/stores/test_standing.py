"""How the shop stands: what waits is counted with the age of the oldest, and nothing else is."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from care.models.conversation import Conversation
from care.models.dispatch import Channel, Dispatch, DispatchStatus
from care.models.ledger import Movement, MovementKind
from care.models.refund import RefundStatus
from care.models.standing import Reviews, Waiting
from care.models.subscription import Occurrence, SubscriptionStatus
from care.stores import Stores
from care.stores.documents import Documents
from care.stores.migrations.m0006_next_due import NEXT_DUE
from care.stores.standing import GRACE
from tests.stores.make import AT, eur, evidence, refund, subscription
from tests.stores.migrations import migrated

MINUTE = timedelta(minutes=1)
NOON = AT.replace(day=20, hour=12, microsecond=0)  # a Friday, on which deliveries were due at 9:00 in Berlin
NINE = NOON.replace(hour=8)


async def _put(stores: Stores, name: str, key: str, models: Sequence[Any], **beside: Any) -> None:
    documents: Documents[Any] = Documents(stores.database, name, type(models[0]), key=key, noun=name)
    for each in models:
        await documents.add(each, **{field: value(each) for field, value in beside.items()})


async def test_an_empty_shop_waits_for_nothing(stores: Stores) -> None:
    standing = await stores.standing.look(AT)
    assert standing.late == standing.unpaid == standing.handoffs == standing.movements == Waiting()
    assert set(standing.subscriptions.values()) == {0}
    assert set(standing.refunds.values()) == {Waiting()}
    assert standing.reviews == {"first": Reviews(), "escalated": Reviews()}
    assert standing.checks == []
    assert standing.storage.disk_total > standing.storage.disk_used > 0
    assert standing.storage.disk_total > standing.storage.database > 0


async def test_a_delivery_is_late_some_minutes_after_it_was_due(stores: Stores) -> None:
    due, paused = {"next_delivery": "2026-03-20"}, SubscriptionStatus.PAUSED
    await stores.subscriptions.save(subscription("SUB1", **due))
    await stores.subscriptions.save(subscription("SUB2", next_delivery="2026-03-27"))
    await stores.subscriptions.save(subscription("SUB3", status=paused, **due))
    await stores.subscriptions.save(subscription("SUB4", next_delivery=None))
    assert (await stores.standing.look(NINE + GRACE)).late == Waiting()
    late = await stores.standing.look(NOON)
    assert late.late == Waiting(count=1, since=NINE)
    assert late.subscriptions[SubscriptionStatus.ACTIVE] == 3
    assert late.subscriptions[paused] == 1
    await stores.subscriptions.save(subscription("SUB1", version=2, next_delivery="2026-03-27"))
    assert (await stores.standing.look(NOON)).late == Waiting()


async def test_a_delivery_beside_the_calendar_is_late_by_its_own_moment(stores: Stores) -> None:
    extra = Occurrence(key="2026-03-20", due=NOON)
    await stores.subscriptions.save(subscription(next_delivery=extra.key, extra=[extra]))
    assert (await stores.standing.look(NOON)).late == Waiting()
    assert (await stores.standing.look(NOON + 6 * MINUTE)).late == Waiting(count=1, since=NOON)


async def test_subscriptions_of_an_older_version_are_late_too(stores: Stores) -> None:
    await stores.subscriptions.save(subscription(next_delivery="2026-03-20"))
    await stores.database["subscriptions"].update_many({}, {"$unset": {"next_due": 1}})
    assert (await stores.standing.look(NOON)).late == Waiting()
    assert await migrated(stores, [NEXT_DUE]) == 1
    assert (await stores.standing.look(NOON)).late == Waiting(count=1, since=NINE)


async def test_cases_are_told_apart_by_what_they_wait_for(stores: Stores) -> None:
    waits, over = RefundStatus.IN_REVIEW, AT + 10 * MINUTE
    cases = [
        refund("REF1", status=waits, due_at=AT + MINUTE),
        refund("REF2", status=waits, due_at=over, created_at=AT - MINUTE),
        refund("REF3", status=waits, due_at=over + MINUTE, escalated=True),
        refund("REF4", status=RefundStatus.APPROVED, updated_at=AT + MINUTE),
        refund("REF5", status=RefundStatus.APPROVED, updated_at=AT),
        refund("REF6", status=RefundStatus.PAID),
        refund("REF7", status=RefundStatus.PAYMENT_FAILED, due_at=over),
    ]
    for each in cases:
        await stores.refunds.save(each)
    await stores.database["refunds"].update_one({"_id": "REF2"}, {"$set": {"claimed_by": "amy@shop.test"}})
    standing = await stores.standing.look(AT + 5 * MINUTE)
    at = AT.replace(microsecond=123000)  # as MongoDB keeps it
    assert {status: each.count for status, each in standing.refunds.items() if each.count} == {
        waits: 3,
        RefundStatus.APPROVED: 2,
        RefundStatus.PAYMENT_FAILED: 1,
    }
    assert standing.refunds[waits].since == at - MINUTE
    assert standing.unpaid == Waiting(count=2, since=at)
    assert standing.reviews["first"] == Reviews(open=3, overdue=1, next_due_at=at + MINUTE)
    assert standing.reviews["escalated"] == Reviews(open=1, overdue=0, next_due_at=at + 11 * MINUTE)
    assert standing.claimed == 1


async def test_a_message_that_is_tried_again_later_still_waits_since_it_was_made(stores: Stores) -> None:
    fields = {"channel": Channel.MAIL, "notification_id": "N", "created_at": NOON}
    await stores.outbox.add(
        [
            Dispatch(dispatch_id="1", next_at=NOON + 30 * MINUTE, **fields),
            Dispatch(dispatch_id="2", next_at=NOON + MINUTE, **fields),
            Dispatch(dispatch_id="3", next_at=NOON, status=DispatchStatus.SENT, **fields),
        ]
    )
    outbox = (await stores.standing.look(NOON + 2 * MINUTE)).outbox
    assert outbox[Channel.MAIL].pending == Waiting(count=2, since=NOON)
    assert outbox[Channel.MAIL].due == Waiting(count=1, since=NOON + MINUTE)
    assert outbox[Channel.WEBHOOK].pending == outbox[Channel.WEBHOOK].due == Waiting()


async def test_who_waits_for_a_colleague_and_money_that_is_not_decided(stores: Stores) -> None:
    talks = [
        Conversation(
            conversation_id=f"CON{n}", customer_id="CUST001", title="Hi", handed_off=n > 0, created_at=AT, updated_at=AT
        )
        for n in range(3)
    ]
    taken = {"CON2": "amy@shop.test"}
    await _put(
        *(stores, "conversations", "conversation_id", talks),
        held_by=lambda talk: taken.get(talk.conversation_id, ""),
        queue_at=lambda _: NOON,
    )
    money = [
        Movement(
            key=f"K{n}",
            reference=f"R{n}",
            kind=MovementKind.CHARGE,
            customer_id="CUST001",
            amount=eur(5),
            status="pending" if n else "succeeded",
            at=NOON + n * MINUTE,
        )
        for n in range(3)
    ]
    await _put(stores, "movements", "key", money)
    standing = await stores.standing.look(NOON)
    assert standing.handoffs == Waiting(count=1, since=NOON)
    assert standing.movements == Waiting(count=2, since=NOON + MINUTE)


async def test_the_last_outcome_of_a_check_is_kept(stores: Stores) -> None:
    await stores.standing.note("ledger", 3)
    await stores.standing.note("ledger", 0)
    await stores.standing.note("audit", 1)
    checks = {each.check: each.faults for each in (await stores.standing.look(NOON)).checks}
    assert checks == {"ledger": 0, "audit": 1}


async def test_files_take_room(stores: Stores) -> None:
    await stores.evidence.put(evidence(), b"x" * 100_000)
    storage = (await stores.standing.look(NOON)).storage
    assert 0 < storage.evidence < storage.database

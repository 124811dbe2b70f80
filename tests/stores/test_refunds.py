from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta
from typing import Any

import pytest

from care.errors import AlreadySettled, ClaimedByOther, Conflict, Invalid, NotEligible, NotFound, OpenRefund
from care.models.money import Money
from care.models.order import OrderStatus, PaymentStatus
from care.models.refund import Refund, RefundStatus, Ruling, TimelineEntry
from care.stores import Stores, open_stores
from tests.stores.make import AT, eur, order, refund


async def held(stores: Stores) -> tuple[int, int]:
    """What is reserved and what is refunded of ORD1, in cents."""
    stored = await stores.orders.get("ORD1")
    return stored.reserved.amount, stored.refunded.amount


def ended(status: RefundStatus, **given: Any) -> Refund:
    return refund(status=status, version=9, **given)


async def test_opening_a_refund_reserves_its_amount(stores: Stores) -> None:
    await stores.orders.put(order(items={"MILK": 2}))
    await stores.refunds.open(refund())
    assert await held(stores) == (200, 0)
    assert (await stores.refunds.get("REF001")).amount == eur(200)


async def test_opening_the_same_refund_again_reserves_once(stores: Stores) -> None:
    await stores.orders.put(order(items={"MILK": 2}))
    await asyncio.gather(*(stores.refunds.open(refund()) for _ in range(20)))
    assert await held(stores) == (200, 0)


def told(*events: str) -> list[TimelineEntry]:
    return [TimelineEntry(at=AT, actor="machine", event=event) for event in events]


@pytest.mark.parametrize(
    ("claims", "stored"),
    [
        (told("opened", "in_review", "rejected"), ["opened", "in_review", "rejected"]),
        (told("opened", "forged", "rejected"), ["opened", "in_review", "rejected"]),
        (told("opened"), ["opened", "in_review"]),
        ([], ["opened", "in_review"]),
    ],
)
@pytest.mark.parametrize("settles", [True, False])
async def test_no_write_ever_changes_or_removes_what_stands_in_the_timeline(
    stores: Stores, claims: list[TimelineEntry], stored: list[str], settles: bool
) -> None:
    await stores.orders.put(order(items={"MILK": 2}))
    await stores.refunds.open(refund(timeline=told("opened")))
    await stores.refunds.save(refund(timeline=told("opened", "in_review"), version=1))
    rewritten = ended(RefundStatus.REJECTED, timeline=claims)
    await (stores.refunds.settle(rewritten, paid=False) if settles else stores.refunds.save(rewritten))
    found = await stores.refunds.get("REF001")
    assert ([entry.event for entry in found.timeline], found.status) == (stored, RefundStatus.REJECTED)


async def test_two_hundred_refunds_at_once_never_hold_or_pay_more_than_was_paid(
    stores: Stores, mongodb_uri: str
) -> None:
    items = {f"SKU{n}": 1 for n in range(200)}
    # 200 different items, so that no two cases are alike, of an order a quarter of which a voucher has paid.
    await stores.orders.put(order(items=items, total=eur(30_000)))
    async with several(mongodb_uri, stores) as processes:
        opened = await asyncio.gather(
            *(processes[n % 3].refunds.open(refund(f"REF{n}", items={f"SKU{n}": 1})) for n in range(200)),
            return_exceptions=True,
        )
        held_by = [n for n, each in enumerate(opened) if each is None]
        assert len(held_by) == 150
        refused = [each for each in opened if each is not None]
        assert {each.rule for each in refused if isinstance(each, NotEligible)} == {"cap"}
        assert {type(each) for each in refused} == {NotEligible}
        assert await held(stores) == (30_000, 0)
        paid = [ended(RefundStatus.PAID, refund_id=f"REF{n}", items={f"SKU{n}": 1}) for n in held_by]
        # Each of them by two who both believe that it is theirs to do.
        await asyncio.gather(*(each.refunds.settle(one, paid=True) for one in paid for each in processes[:2]))
    assert await held(stores) == (0, 30_000)


@asynccontextmanager
async def several(uri: str, stores: Stores) -> AsyncIterator[list[Stores]]:
    """Three that know nothing of each other, as processes do: only MongoDB keeps them apart."""
    async with AsyncExitStack() as stack:
        name = stores.database.name
        yield [await stack.enter_async_context(open_stores(uri, name)) for _ in range(3)]


async def test_the_same_items_at_once_are_opened_once(stores: Stores) -> None:
    await stores.orders.put(order(items={"MILK": 2}))
    opened = await asyncio.gather(
        *(stores.refunds.open(refund(f"REF{n}", items={"MILK": 2})) for n in range(50)), return_exceptions=True
    )
    assert sum(each is None for each in opened) == 1
    assert sum(isinstance(each, OpenRefund) for each in opened) == 49
    assert await held(stores) == (400, 0)


async def test_items_already_paid_back_are_not_eligible_again(stores: Stores) -> None:
    await stores.orders.put(order(items={"MILK": 2, "BREAD": 2}))
    await stores.refunds.open(refund(items={"MILK": 2}))
    await stores.refunds.settle(ended(RefundStatus.PAID, items={"MILK": 2}), paid=True)
    with pytest.raises(NotEligible) as refused:
        await stores.refunds.open(refund("REF002", items={"MILK": 1}))
    assert refused.value.rule == "cap"


async def test_a_piece_held_by_another_case_is_not_held_twice(stores: Stores) -> None:
    await stores.orders.put(order(items={"MILK": 3}))
    await stores.refunds.open(refund(items={"MILK": 2}))
    with pytest.raises(OpenRefund):
        await stores.refunds.open(refund("REF002", items={"MILK": 3}))
    await stores.refunds.open(refund("REF003", items={"MILK": 1}))
    assert await held(stores) == (600, 0)


async def test_items_that_were_never_ordered_are_not_eligible(stores: Stores) -> None:
    await stores.orders.put(order())
    with pytest.raises(NotEligible):
        await stores.refunds.open(refund(items={"CAVIAR": 1}))
    assert await held(stores) == (0, 0)


@pytest.mark.parametrize("status", [RefundStatus.REJECTED, RefundStatus.WITHDRAWN, RefundStatus.EXPIRED])
async def test_a_case_that_ends_unpaid_frees_its_reservation(stores: Stores, status: RefundStatus) -> None:
    await stores.orders.put(order(items={"MILK": 1}))
    await stores.refunds.open(refund())
    await stores.refunds.settle(ended(status), paid=False)
    assert await held(stores) == (0, 0)
    await stores.refunds.open(refund("REF002"))
    assert await held(stores) == (200, 0)


async def test_paying_turns_the_reservation_into_a_refund_once(stores: Stores) -> None:
    await stores.orders.put(order(items={"MILK": 2}))
    await stores.refunds.open(refund())
    await asyncio.gather(*(stores.refunds.settle(ended(RefundStatus.PAID), paid=True) for _ in range(20)))
    assert await held(stores) == (0, 200)
    assert (await stores.refunds.get("REF001")).status is RefundStatus.PAID


async def test_a_smaller_payment_frees_the_rest(stores: Stores) -> None:
    await stores.orders.put(order(items={"MILK": 2}))
    await stores.refunds.open(refund())
    await stores.refunds.settle(ended(RefundStatus.PAID, amount=eur(150)), paid=True)
    assert await held(stores) == (0, 150)


async def test_no_more_is_paid_than_was_reserved(stores: Stores) -> None:
    await stores.orders.put(order(items={"MILK": 2}))
    await stores.refunds.open(refund())
    with pytest.raises(NotEligible):
        await stores.refunds.settle(ended(RefundStatus.PAID, amount=eur(201)), paid=True)
    assert await held(stores) == (200, 0)
    assert (await stores.refunds.get("REF001")).status is RefundStatus.ASSESSING


async def test_an_order_is_never_both_cancelled_and_refunded(stores: Stores) -> None:
    await stores.orders.put(order(items={"MILK": 2}))
    outcomes = await asyncio.gather(stores.orders.cancel("ORD1"), stores.refunds.open(refund()), return_exceptions=True)
    assert sum(isinstance(each, NotEligible | Conflict) for each in outcomes) == 1
    cancelled = (await stores.orders.get("ORD1")).status is OrderStatus.CANCELLED
    assert await held(stores) == ((0, 0) if cancelled else (200, 0))


async def test_an_order_paid_back_in_full_says_so(stores: Stores) -> None:
    await stores.orders.put(order(items={"MILK": 1}))
    await stores.refunds.open(refund())
    assert (await stores.orders.get("ORD1")).payment.status is PaymentStatus.PAID
    await stores.refunds.settle(ended(RefundStatus.PAID), paid=True)
    assert (await stores.orders.get("ORD1")).payment.status is PaymentStatus.REFUNDED


async def test_what_cannot_be_reserved_leaves_no_case_behind(stores: Stores) -> None:
    await stores.orders.put(order(items={"MILK": 2}))
    bad = [refund(order_id="NONE"), refund(amount=Money(amount=200, currency="USD")), refund(amount=eur(0))]
    for each, error in zip(bad, (NotFound, Invalid, Invalid), strict=True):
        with pytest.raises(error):
            await stores.refunds.open(each)
    assert (await stores.refunds.page("CUST001")).items == []
    assert await held(stores) == (0, 0)


async def test_an_older_state_never_replaces_a_newer_one(stores: Stores) -> None:
    await stores.orders.put(order())
    await stores.refunds.open(refund())
    newest_first = [refund(version=n, complaint=f"state {n}") for n in (3, 1, 2)]
    for each in newest_first:
        await stores.refunds.save(each)
    assert (await stores.refunds.get("REF001")).complaint == "state 3"


async def test_a_claim_is_for_one_person_and_outlives_a_save(stores: Stores) -> None:
    await stores.orders.put(order())
    await stores.refunds.open(refund())
    claims = await asyncio.gather(
        *(stores.refunds.claim("REF001", f"agent{n}@care.test") for n in range(10)), return_exceptions=True
    )
    winners = [each.claimed_by for each in claims if isinstance(each, Refund)]
    assert len(winners) == 1
    assert all(str(winners[0]) in str(each) for each in claims if isinstance(each, ClaimedByOther))
    await stores.refunds.save(refund(version=5))
    assert (await stores.refunds.get("REF001")).claimed_by == winners[0]


async def test_only_the_owner_gives_a_claim_back(stores: Stores) -> None:
    await stores.orders.put(order())
    await stores.refunds.open(refund())
    await stores.refunds.claim("REF001", "amy")
    with pytest.raises(ClaimedByOther, match="amy"):
        await stores.refunds.release("REF001", "omar")
    assert (await stores.refunds.release("REF001", "amy")).claimed_by is None
    assert (await stores.refunds.claim("REF001", "omar")).claimed_by == "omar"


async def test_a_settled_or_unknown_case_cannot_be_claimed(stores: Stores) -> None:
    await stores.orders.put(order())
    await stores.refunds.open(refund())
    await stores.refunds.settle(ended(RefundStatus.REJECTED), paid=False)
    with pytest.raises(AlreadySettled):
        await stores.refunds.claim("REF001", "amy")
    with pytest.raises(NotFound):
        await stores.refunds.claim("NONE", "amy")


async def test_the_desk_sees_what_waits_for_a_person_oldest_due_time_first(stores: Stores) -> None:
    due = {"REF001": 3, "REF002": 1, "REF003": 2}
    for refund_id, hours in due.items():
        waiting = refund(refund_id, status=RefundStatus.IN_REVIEW, due_at=AT + timedelta(hours=hours), version=1)
        await stores.refunds.save(waiting)
    await stores.refunds.save(refund("REF004", status=RefundStatus.ASSESSING, version=1))
    await stores.refunds.save(refund("REF005", status=RefundStatus.PAYMENT_FAILED, version=1))
    first = await stores.refunds.reviews(open_only=True, limit=3)
    rest = await stores.refunds.reviews(open_only=True, limit=3, cursor=first.next)
    # REF005 has no due time: it queues by its age.
    assert [each.refund_id for each in first.items + rest.items] == ["REF005", "REF002", "REF003", "REF001"]
    assert rest.next is None


async def test_the_desk_can_show_one_persons_cases_and_those_ruled_before(stores: Stores) -> None:
    ruling = Ruling(decision="reject", note="no damage to be seen", reviewer="amy")
    await stores.refunds.save(refund("REF001", status=RefundStatus.IN_REVIEW, version=1))
    await stores.refunds.save(refund("REF002", status=RefundStatus.IN_REVIEW, version=1))
    await stores.refunds.save(refund("REF003", status=RefundStatus.REJECTED, rulings=[ruling], version=1))
    await stores.refunds.claim("REF002", "amy")
    mine = await stores.refunds.reviews(open_only=True, claimed_by="amy")
    assert [each.refund_id for each in mine.items] == ["REF002"]
    every = await stores.refunds.reviews(open_only=False)
    assert [each.refund_id for each in every.items] == ["REF001", "REF002", "REF003"]


async def test_history_is_the_customers_own_newest_first(stores: Stores) -> None:
    for n in range(3):
        await stores.refunds.save(refund(f"REF{n}", created_at=AT + timedelta(days=n), version=1))
    await stores.refunds.save(refund("OTHER", customer_id="CUST002", version=1))
    assert [each.refund_id for each in await stores.refunds.history("CUST001")] == ["REF2", "REF1", "REF0"]

"""Deliveries that are paid several at once, on the time-skipping server: each cent once, and the rest given back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from temporalio.client import WorkflowUpdateFailedError
from temporalio.testing import WorkflowEnvironment

from activities.deliveries import Deliveries, DueStep
from care.gateways.ledger import LedgerGateway
from care.models.ledger import PaymentMethod
from care.models.money import Money
from care.models.order import PaymentStatus
from care.models.subscription import (
    AgreedChange,
    CancelSubscription,
    ChangeSubscription,
    Item,
    NamedItem,
    PaidTerm,
    Prepaid,
    Subscription,
    SubscriptionStatus,
)
from care.ordering import cancel_order
from care.rules.reminders import next_step
from care.rules.subscription import cancelled, planned, settled
from care.stores import Stores
from tests.rules.test_recurrence_steps import FRIDAY
from tests.workflows.books import documents
from tests.workflows.recording import record
from tests.workflows.subscriptions import CUSTOMER_ID, MILK, Handle, Shop
from workflows.subscription import SubscriptionWorkflow as Life

DAY = timedelta(days=1)
NOW = CancelSubscription()
MILK_TWICE = NamedItem(sku=MILK.sku, name=MILK.name, quantity=2, price=MILK.price)


@pytest.fixture
async def shop(time_skipping: WorkflowEnvironment, stores: Stores, task_queue: str) -> Shop:
    return await Shop(time_skipping, stores, task_queue).open()


async def behaves(stores: Stores, behaviour: Any) -> None:
    await stores.ledger.set_payment_method(PaymentMethod(customer_id=CUSTOMER_ID, behaviour=behaviour))


async def costs(shop: Shop, cents: int) -> None:
    await shop.stores.products.put(MILK.model_copy(update={"price": Money(amount=cents, currency="EUR")}))


async def deliveries(shop: Shop, handle: Handle, wanted: int) -> Subscription:
    """Lets days pass until so many are made."""
    for _ in range(200):
        state = await handle.query(Life.state)
        if state.deliveries >= wanted:
            return state
        await shop.env.sleep(DAY / 4)
    raise AssertionError(state)


async def moved(stores: Stores) -> list[tuple[str, int]]:
    """What the gateway moved and did not decline, in order: kinds and cents."""
    found = sorted(await documents(stores, "movements"), key=lambda each: each["at"])
    return [(each["kind"], each["amount"]["amount"]) for each in found if each["status"] == "succeeded"]


async def assert_the_books_agree(stores: Stores) -> None:
    """Entries sum to zero, and what came in and stayed is what orders are paid with, less what went back for them."""
    entries = await documents(stores, "ledger")
    assert [each for each in entries if sum(line["amount"] for line in each["lines"])] == []
    kept = sum(cents if kind == "charge" else -cents for kind, cents in await moved(stores))
    orders = await documents(stores, "orders", **{"payment.status": "paid"})
    assert kept == sum(order["total"]["amount"] for order in orders)


async def test_a_term_is_paid_once_comes_one_by_one_and_ends(shop: Shop) -> None:
    async with shop.worker():
        start = (await shop.env.get_current_time() + 4 * DAY).date()  # late enough for the first reminder, at any hour
        handle = await shop.subscribe(recurrence="FREQ=WEEKLY", start_date=start, prepaid=Prepaid(deliveries=3))
        first = await deliveries(shop, handle, 1)
        await costs(shop, 999)
        ended = await handle.result()
    assert first.paid
    assert (first.paid.left, len(first.upcoming)) == (2, 2)
    assert (ended.cancel_reason, ended.deliveries) == ("completed", 3)
    assert await moved(shop.stores) == [("charge", 900)]
    orders = await shop.stores.orders.for_subscription("SUB001")
    assert {(o.total.amount, o.payment.status, o.payment.reference) for o in orders} == {
        (300, PaymentStatus.PAID, first.paid.reference)
    }
    await assert_the_books_agree(shop.stores)
    told = [notice.message for notice in await shop.notices("reminder")]
    assert told[0].endswith("It is the first of your term: with it you pay €9.00 for 3 deliveries at once.")
    assert told[-1].endswith("It is paid already: 3 of 3.")
    assert not any("New price" in each for each in told)
    assert len(await shop.notices("prepaid_payment")) == len(await shop.notices("prepaid_ended")) == 1


async def test_the_next_term_is_announced_and_paid_and_what_is_left_of_it_goes_back(shop: Shop) -> None:
    async with shop.worker():
        handle = await shop.subscribe(recurrence="FREQ=WEEKLY", prepaid=Prepaid(deliveries=2, renew=True))
        await deliveries(shop, handle, 1)
        more = [Item(sku=MILK.sku, quantity=3)]
        wish = AgreedChange(wish=ChangeSubscription(items=more), items=[MILK_TWICE.model_copy(update={"quantity": 3})])
        with pytest.raises(WorkflowUpdateFailedError) as refused:
            await handle.execute_update(Life.change, wish)
        await costs(shop, 200)
        await deliveries(shop, handle, 3)
        answer = await handle.execute_update(Life.cancel, NOW)
        ended = await handle.result()
        await record(handle, "subscription-prepaid-at-hand")
    assert "1 delivery of the present items is paid" in str(refused.value.cause)
    assert answer.paid
    assert answer.paid.returned == Money(amount=400, currency="EUR")
    assert ended.paid == answer.paid
    assert await moved(shop.stores) == [("charge", 600), ("charge", 800), ("refund", 400)]
    [back] = await documents(shop.stores, "movements", kind="refund")
    assert back["payment_reference"] == answer.paid.reference
    await assert_the_books_agree(shop.stores)
    [renewal] = [n.message for n in await shop.notices("reminder") if "It begins your next term" in n.message][:1]
    assert "New price: Amul Milk 1L costs €2.00 instead of €1.50." in renewal
    assert renewal.endswith("with it you pay €8.00 for 2 deliveries at once.")
    [told] = await shop.notices("prepaid_payment_returned")
    assert told.message.endswith("with 1 delivery paid but not delivered: €4.00 went back the way you paid.")


async def test_one_ordered_beside_the_calendar_may_be_the_last_that_is_paid(shop: Shop) -> None:
    async with shop.worker():
        handle = await shop.subscribe(recurrence="FREQ=WEEKLY", prepaid=Prepaid(deliveries=2))
        await deliveries(shop, handle, 1)
        while len(await shop.notices("reminder")) < 3:  # two of the first, one of the second
            await shop.env.sleep(DAY / 4)
        await handle.execute_update(Life.order_now)
        ended = await handle.result()
    assert (ended.cancel_reason, ended.deliveries) == ("completed", 2)
    assert await moved(shop.stores) == [("charge", 600)]
    assert len(await shop.notices("reminder")) == 2  # that of the date which does not come any more is taken back
    await assert_the_books_agree(shop.stores)


async def test_a_term_whose_payment_is_declined_is_tried_again_as_a_whole(shop: Shop) -> None:
    await behaves(shop.stores, "declines")
    async with shop.worker():
        handle = await shop.subscribe(recurrence="FREQ=MONTHLY", remind_before=[], prepaid=Prepaid(deliveries=2))
        while (await handle.query(Life.state)).status is not SubscriptionStatus.PAST_DUE:
            await shop.env.sleep(DAY)
        late = await handle.query(Life.state)
        await behaves(shop.stores, "works")
        await handle.execute_update(Life.cancel, CancelSubscription(when="after_next_delivery"))
        ended = await handle.result()
    assert late.overdue
    assert late.overdue.term
    assert late.paid is None
    assert ended.deliveries == 1
    order_id = late.overdue.order_id
    keys = {each["_id"]: each["status"] for each in await documents(shop.stores, "movements")}
    assert keys == {f"term:{order_id}": "declined", f"term:{order_id}:2": "succeeded", "rest-SUB001": "succeeded"}
    assert await moved(shop.stores) == [("charge", 600), ("refund", 300)]
    await assert_the_books_agree(shop.stores)


async def test_dates_without_goods_use_up_nothing_and_a_cancelled_order_pays_back_its_own_share(shop: Shop) -> None:
    await shop.stores.products.put(MILK.model_copy(update={"stock": 2}))
    async with shop.worker():
        handle = await shop.subscribe(recurrence="FREQ=DAILY", remind_before=[], prepaid=Prepaid(deliveries=3))
        for _ in range(40):
            state = await handle.query(Life.state)
            if [d.outcome for d in state.recent[:3]] == ["delivered", "out_of_stock", "out_of_stock"]:
                break
            await shop.env.sleep(DAY / 4)
        assert state.paid
        assert state.paid.left == 2
        await shop.stores.products.put(MILK.model_copy(update={"stock": 10}))
        await deliveries(shop, handle, 2)
        newest = (await shop.stores.orders.for_subscription("SUB001"))[0]
        till = LedgerGateway(shop.stores.ledger)
        for _ in range(2):
            await cancel_order(shop.stores, till, newest.order_id)
        ended = await handle.result()
    assert ended.deliveries == 3
    assert await moved(shop.stores) == [("charge", 900), ("refund", 300)]
    [back] = await documents(shop.stores, "movements", kind="refund")
    assert back["payment_reference"] == state.paid.reference
    await assert_the_books_agree(shop.stores)


def of_two(**fields: Any) -> Subscription:
    made = datetime(2026, 11, 22, 14, tzinfo=UTC)
    schedule = FRIDAY.model_copy(update={"remind_before": []})
    return planned(
        Subscription(
            subscription_id="SUB001",
            customer_id=CUSTOMER_ID,
            items=[MILK_TWICE],
            recurrence=schedule.recurrence,
            timezone=schedule.timezone,
            schedule=schedule,
            created_at=made,
            prepaid=Prepaid(deliveries=2, renew=True),
            **fields,
        )
    )


async def test_a_delivery_that_is_done_again_after_a_crash_pays_once_and_says_the_same(shop: Shop) -> None:
    work, state = Deliveries(shop.stores, LedgerGateway(shop.stores.ledger)), of_two()
    for left in (1, 0, 1):
        step = next_step(state, state.created_at)
        assert step
        due = DueStep(subscription=state, step=step, at=step.at)
        attempts = [await work.attempt(due) for _ in range(3)]
        assert attempts[1:] == attempts[:2]
        state = settled(state, step, attempts[0])
        assert state.paid
        assert state.paid.left == left
    assert await moved(shop.stores) == [("charge", 600), ("charge", 600)]
    ended = cancelled(state, NOW, state.created_at)
    assert [await work.give_back(ended) for _ in range(3)] == ["payment"] * 3
    assert await moved(shop.stores) == [("charge", 600), ("charge", 600), ("refund", 300)]
    await assert_the_books_agree(shop.stores)


async def test_a_first_order_that_was_cancelled_while_it_was_charged_leaves_the_rest_of_its_term(shop: Shop) -> None:
    work, state = Deliveries(shop.stores, LedgerGateway(shop.stores.ledger)), of_two()
    step = next_step(state, state.created_at)
    assert step
    due = DueStep(subscription=state, step=step, at=step.at)
    first = await work.attempt(due)  # and its answer is lost
    assert first.order_id
    await cancel_order(shop.stores, LedgerGateway(shop.stores.ledger), first.order_id)
    again = await work.attempt(due)
    assert (again.outcome, again.term) == ("skipped", first.term)
    assert await moved(shop.stores) == [("charge", 600), ("refund", 300)]
    assert settled(state, step, again).paid == PaidTerm(
        items=[MILK_TWICE], reference=first.term.reference if first.term else "", left=1
    )


async def test_a_rest_that_the_card_does_not_take_goes_to_the_wallet_once(shop: Shop) -> None:
    await behaves(shop.stores, "refuses_refunds")
    work = Deliveries(shop.stores, LedgerGateway(shop.stores.ledger))
    ended = cancelled(of_two(paid=PaidTerm(items=[MILK_TWICE], reference="pay_1", left=1)), NOW, of_two().created_at)
    assert [await work.give_back(ended) for _ in range(2)] == ["wallet"] * 2
    wallet = await shop.stores.wallets.get(CUSTOMER_ID)
    assert wallet
    assert wallet.balance == Money(amount=300, currency="EUR")

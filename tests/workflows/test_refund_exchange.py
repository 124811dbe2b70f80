"""Other items instead of the same ones: sent once, with the difference paid back once, whatever is repeated."""

from __future__ import annotations

from typing import Any

import pytest
from temporalio.client import WorkflowHandle
from temporalio.testing import WorkflowEnvironment

from care.bookkeeping import Bookkeeper
from care.gateways.ledger import LedgerGateway
from care.models.ledger import PaymentMethod
from care.models.order import Order, OrderLine
from care.models.refund import Refund, RefundStatus, Remedy, Ruling
from care.stores import Stores
from tests.stores.make import eur, product
from tests.workflows.books import documents
from tests.workflows.recording import record
from tests.workflows.refund_shop import POLICY, SMALL, SURE, Shop, claim, in_review, shop, until
from tests.workflows.test_refund_payout import LosesAnswers
from workflows.refund import RefundWorkflow

TEA = OrderLine(sku="TEA", name="Tea", quantity=2, price=eur(600))
DIFFERENCE = SMALL - 1200


async def exchanging(shop: Shop) -> WorkflowHandle[RefundWorkflow, Refund]:
    """A case for which two of the ten teas are wanted instead, just approved."""
    await shop.stores.products.put(product("TEA", price=600, stock=10))
    wished = claim(remedy=Remedy.REPLACEMENT, exchange_for=[TEA])
    handle = await in_review(shop, wished, judgement=SURE)
    await handle.execute_update(RefundWorkflow.rule, Ruling(decision="approve", reviewer="amy"))
    return handle


async def flaws(stores: Stores) -> list[str]:
    books = Bookkeeper(stores, LedgerGateway(stores.ledger))
    return [f"{each.subject}: {each.found}" async for each in books.flaws(dry_run=True)]


async def test_new_items_are_sent_and_the_difference_is_paid_once_whatever_answers_are_lost(
    time_skipping: WorkflowEnvironment, stores: Stores, task_queue: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    placing, place = [], stores.orders.place

    async def loses_the_first(order: Order) -> Any:
        placing.append(order.order_id)
        placed = await place(order)
        if len(placing) == 1:
            raise TimeoutError("no answer")
        return placed

    monkeypatch.setattr(stores.orders, "place", loses_the_first)
    losing = LosesAnswers(LedgerGateway(stores.ledger))
    async with shop(time_skipping.client, stores, task_queue, gateway=lambda _: losing) as it:
        case = await (await exchanging(it)).result()
        assert (placing, losing.calls) == (["ORD-REF001", "ORD-REF001"], 1)
        assert [entry.event for entry in case.timeline[-3:]] == ["approved", "replacement_sent", "paid"]
        sent = await stores.orders.get("ORD-REF001")
        assert [(line.sku, line.quantity, line.price) for line in sent.items] == [("TEA", 2, eur(0))]
        assert (sent.total, (await stores.products.get("TEA")).stock) == (eur(0), 8)
        assert (await it.paid_back(), await it.money()) == (DIFFERENCE, (0, SMALL))
        assert (case.amount, await it.told()) == (eur(SMALL), ["refund_in_review", "refund_paid"])
        assert await flaws(stores) == []


async def test_a_difference_that_is_declined_is_taken_as_store_credit_without_a_second_order(
    time_skipping: WorkflowEnvironment, stores: Stores, task_queue: str
) -> None:
    at_once = POLICY.model_copy(update={"payout_retries": []})
    async with shop(time_skipping.client, stores, task_queue, policy=at_once) as it:
        await stores.ledger.set_payment_method(PaymentMethod(customer_id="CUST001", behaviour="refuses_refunds"))
        handle = await exchanging(it)
        failed = await until(handle, RefundStatus.PAYMENT_FAILED)
        assert (failed.offered, failed.sent_as, await it.money()) == (Remedy.STORE_CREDIT, "ORD-REF001", (SMALL, 0))
        await handle.execute_update(RefundWorkflow.accept_offer)
        assert (await handle.result()).status is RefundStatus.PAID
        wallet = await stores.wallets.get("CUST001")
        assert wallet
        assert (wallet.balance, await it.paid_back(), await it.money()) == (eur(DIFFERENCE), 0, (0, SMALL))
        assert sorted(each["_id"] for each in await documents(stores, "orders")) == ["ORD-REF001", "ORD1"]
        assert (await stores.products.get("TEA")).stock == 8
        assert await flaws(stores) == []
        await record(handle, "refund-exchanged-then-credit")


async def test_an_exchange_that_is_out_of_stock_goes_back_to_the_desk_with_nothing_given(
    time_skipping: WorkflowEnvironment, stores: Stores, task_queue: str
) -> None:
    async with shop(time_skipping.client, stores, task_queue) as it:
        await it.stores.products.put(product("TEA", price=600, stock=1))
        handle = await in_review(it, claim(remedy=Remedy.REPLACEMENT, exchange_for=[TEA]), judgement=SURE)
        await handle.execute_update(RefundWorkflow.rule, Ruling(decision="approve", reviewer="amy"))
        case = await until(handle, RefundStatus.IN_REVIEW, event="replacement_failed")
        assert ("Tea" in case.timeline[-1].detail, case.sent_as) == (True, None)
        assert (await it.paid_back(), await it.money()) == (0, (SMALL, 0))

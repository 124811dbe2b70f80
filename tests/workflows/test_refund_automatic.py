from __future__ import annotations

import pytest
from temporalio.client import WorkflowFailureError, WorkflowUpdateFailedError
from temporalio.testing import WorkflowEnvironment

from care.errors import ModelTrouble, NotFound
from care.models.refund import RefundStatus, Remedy, Ruling
from care.stores import Stores
from tests.stores.make import eur, product, subscription
from tests.workflows.refund_shop import LARGE, SMALL, SURE, claim, in_review, refused_as, shop, until
from workflows.refund import RefundWorkflow

BUSY = ModelTrouble("the model is busy", retryable=True)


async def test_a_sure_small_claim_is_paid_once_without_a_person(
    time_skipping: WorkflowEnvironment, stores: Stores, task_queue: str
) -> None:
    async with shop(time_skipping.client, stores, task_queue) as it:
        case = await (await it.open(claim())).result()
        assert (case.status, case.amount) == (RefundStatus.PAID, eur(SMALL))
        assert [line.event for line in case.timeline] == ["approved", "paid"]
        assert await it.money() == (0, SMALL)
        assert await it.paid_back() == SMALL
        assert await it.told() == ["refund_paid"]
        stored = await stores.refunds.get("REF001")
        assert (stored.version, stored.payment_reference) == (case.version, case.payment_reference)


async def test_the_judge_sees_the_file_and_the_claim(
    time_skipping: WorkflowEnvironment, stores: Stores, task_queue: str
) -> None:
    async with shop(time_skipping.client, stores, task_queue) as it:
        await (await it.open(claim())).result()
        seen, without_words = it.judge.claims
        assert [file.data for file in seen.files] == [b"jpg"]
        assert (seen.complaint, seen.skus) == ("It arrived broken.", ["MILK"])
        assert (without_words.complaint, without_words.files) == ("", seen.files)


@pytest.mark.parametrize("price", [LARGE])
async def test_a_large_claim_waits_for_a_person_however_sure_the_judge_is(
    time_skipping: WorkflowEnvironment, stores: Stores, task_queue: str, price: int
) -> None:
    async with shop(time_skipping.client, stores, task_queue, price=price) as it:
        case = await until(await in_review(it, claim(price=price), judgement=SURE), RefundStatus.IN_REVIEW)
        assert case.due_at
        assert await it.money() == (price, 0)
        assert await it.told() == ["refund_in_review"]


async def test_a_busy_model_is_asked_again(time_skipping: WorkflowEnvironment, stores: Stores, task_queue: str) -> None:
    async with shop(time_skipping.client, stores, task_queue) as it:
        it.judge.answers = [BUSY, BUSY, SURE]
        assert (await (await it.open(claim())).result()).status is RefundStatus.PAID


@pytest.mark.parametrize(("trouble", "calls"), [(BUSY, 3), (ModelTrouble("no sense", retryable=False), 1)])
async def test_a_model_that_never_answers_leaves_the_claim_to_a_person_with_the_reason(
    time_skipping: WorkflowEnvironment, stores: Stores, task_queue: str, trouble: ModelTrouble, calls: int
) -> None:
    async with shop(time_skipping.client, stores, task_queue) as it:
        it.judge.answers = [trouble]
        case = await until(await it.open(claim()), RefundStatus.IN_REVIEW)
        assert case.verdict
        assert any(trouble.reason in reason for reason in case.verdict.reasons)
        assert len(it.judge.claims) == calls


async def test_evidence_that_is_gone_leaves_the_claim_to_a_person(
    time_skipping: WorkflowEnvironment, stores: Stores, task_queue: str
) -> None:
    async with shop(time_skipping.client, stores, task_queue) as it:
        case = await until(await it.open(claim(evidence_ids=["EV404"])), RefundStatus.IN_REVIEW)
        assert case.verdict
        assert case.verdict.decision == "uncertain"


async def test_a_refund_of_more_than_was_paid_is_refused_and_leaves_nothing_behind(
    time_skipping: WorkflowEnvironment, stores: Stores, task_queue: str
) -> None:
    async with shop(time_skipping.client, stores, task_queue) as it:
        with pytest.raises(WorkflowUpdateFailedError) as refused:
            await it.open(claim(price=SMALL + 1))
        assert refused_as(refused.value) == "NotEligible"
        with pytest.raises(WorkflowFailureError):
            await it.client.get_workflow_handle("refund-REF001").result()
        with pytest.raises(NotFound):
            await stores.refunds.get("REF001")
        assert await it.money() == (0, 0)


async def test_store_credit_goes_to_the_wallet(
    time_skipping: WorkflowEnvironment, stores: Stores, task_queue: str
) -> None:
    async with shop(time_skipping.client, stores, task_queue) as it:
        await (await it.open(claim(remedy=Remedy.STORE_CREDIT))).result()
        wallet = await stores.wallets.get("CUST001")
        assert wallet
        assert wallet.balance == eur(SMALL)
        assert await it.paid_back() == 0


async def test_a_replacement_is_a_real_order_at_no_charge(
    time_skipping: WorkflowEnvironment, stores: Stores, task_queue: str
) -> None:
    async with shop(time_skipping.client, stores, task_queue) as it:
        handle = await in_review(it, claim(remedy=Remedy.REPLACEMENT), judgement=SURE)
        await handle.execute_update(RefundWorkflow.rule, Ruling(decision="approve", reviewer="amy"))
        case = await handle.result()
        sent = await stores.orders.get("ORD-REF001")
        assert (case.payment_reference, sent.total, sent.items[0].sku) == ("ORD-REF001", eur(0), "MILK")
        assert (await stores.products.get("MILK")).stock == 99
        assert await it.paid_back() == 0


async def test_a_replacement_that_is_out_of_stock_goes_back_to_the_desk(
    time_skipping: WorkflowEnvironment, stores: Stores, task_queue: str
) -> None:
    async with shop(time_skipping.client, stores, task_queue) as it:
        await stores.products.put(product(stock=0))
        handle = await in_review(it, claim(remedy=Remedy.REPLACEMENT), judgement=SURE)
        await handle.execute_update(RefundWorkflow.rule, Ruling(decision="approve", reviewer="amy"))
        case = await until(handle, RefundStatus.IN_REVIEW)
        assert case.timeline[-1].event == "replacement_failed"
        assert await it.money() == (SMALL, 0)


async def test_after_a_damaged_delivery_of_a_subscription_the_next_one_may_be_skipped(
    time_skipping: WorkflowEnvironment, stores: Stores, task_queue: str
) -> None:
    async with shop(time_skipping.client, stores, task_queue) as it:
        bought = await stores.orders.get("ORD1")
        await stores.orders.put(bought.model_copy(update={"subscription_id": "SUB001"}))
        weekly = subscription(customer_id=bought.customer_id, next_delivery="2026-12-04")
        await stores.subscriptions.save(weekly)
        await (await it.open(claim())).result()
        assert await it.told() == ["refund_paid", "skip_offer"]
        offer = (await stores.notifications.page(bought.customer_id)).items[0]
        assert (offer.subscription_id, offer.occurrence) == ("SUB001", weekly.next_delivery)

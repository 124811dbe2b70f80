"""Money on its way back: answers that are lost, payouts that are declined, and what is offered instead."""

from __future__ import annotations

from datetime import timedelta

import pytest
from temporalio.client import WorkflowUpdateFailedError
from temporalio.testing import WorkflowEnvironment

from care.gateways.ledger import LedgerGateway
from care.gateways.payments import PaymentGateway, PaymentResult
from care.models.customer import StoredMethod, Wallet
from care.models.ledger import PaymentMethod
from care.models.money import Money
from care.models.refund import RefundStatus, Remedy, Ruling
from care.stores import Stores
from tests.stores.make import eur
from tests.workflows.books import documents
from tests.workflows.recording import record
from tests.workflows.refund_shop import POLICY, SMALL, claim, in_review, refused_as, shop, silence, until
from workflows.refund import RefundWorkflow
from workflows.refund_client import RefundClient

REFUSES = PaymentMethod(customer_id="CUST001", behaviour="refuses_refunds")
WORKS = PaymentMethod(customer_id="CUST001")


class LosesAnswers:
    """A gateway that pays, and whose first answer never arrives."""

    outside = True

    def __init__(self, real: PaymentGateway) -> None:
        self._real = real
        self.calls = 0

    async def refund(self, customer_id: str, payment_reference: str | None, amount: Money, key: str) -> PaymentResult:
        self.calls += 1
        result = await self._real.refund(customer_id, payment_reference, amount, key)
        if self.calls == 1:
            raise TimeoutError("no answer")
        return result

    async def charge(self, customer_id: str, amount: Money, key: str, *, method: str | None = None) -> PaymentResult:
        return await self._real.charge(customer_id, amount, key, method=method)

    async def methods(self, customer_id: str) -> list[StoredMethod]:
        return await self._real.methods(customer_id)

    async def credit_wallet(self, customer_id: str, amount: Money, key: str) -> PaymentResult:
        return await self._real.credit_wallet(customer_id, amount, key)

    async def find(self, key_or_reference: str) -> PaymentResult | None:
        return await self._real.find(key_or_reference)


async def test_a_payout_whose_answer_was_lost_is_looked_up_and_not_sent_again(
    time_skipping: WorkflowEnvironment, stores: Stores, task_queue: str
) -> None:
    losing = LosesAnswers(LedgerGateway(stores.ledger))
    async with shop(time_skipping.client, stores, task_queue, gateway=lambda _: losing) as it:
        case = await (await it.open(claim())).result()
        assert case.status is RefundStatus.PAID
        assert losing.calls == 1
        assert await it.paid_back() == SMALL


async def test_a_declined_payout_is_tried_again_under_a_new_key_and_the_customer_hears_of_it_once(
    time_skipping: WorkflowEnvironment, stores: Stores, task_queue: str
) -> None:
    async with shop(time_skipping.client, stores, task_queue) as it:
        await stores.ledger.set_payment_method(REFUSES)
        handle = await it.open(claim())
        await until(handle, RefundStatus.APPROVED, event="payout_declined")
        await stores.ledger.set_payment_method(WORKS)
        await silence(time_skipping, handle)
        case = await handle.result()
        assert [line.event for line in case.timeline] == ["approved", "payout_declined", "paid"]
        assert case.timeline[2].at - case.timeline[1].at >= timedelta(hours=POLICY.payout_retries[0])
        keys = [each["_id"] for each in await documents(stores, "movements")]
        assert keys == ["refund:REF001", "refund:REF001:2"]
        assert await it.told() == ["refund_payment_delayed", "refund_paid"]
        assert (await it.paid_back(), await it.money()) == (SMALL, (0, SMALL))


async def test_after_the_last_try_store_credit_is_offered_and_what_the_customer_takes_is_paid(
    time_skipping: WorkflowEnvironment, stores: Stores, task_queue: str
) -> None:
    async with shop(time_skipping.client, stores, task_queue) as it:
        await stores.ledger.set_payment_method(REFUSES)
        handle = await it.open(claim())
        for _ in POLICY.payout_retries:
            await until(handle, RefundStatus.APPROVED, event="payout_declined")
            await silence(time_skipping, handle)
        failed = await until(handle, RefundStatus.PAYMENT_FAILED)
        assert (failed.offered, await it.money()) == (Remedy.STORE_CREDIT, (SMALL, 0))
        desk = RefundClient(it.client, stores, POLICY, LedgerGateway(stores.ledger), task_queue=task_queue)
        accepted = await desk.accept_offer("REF001")
        assert (accepted.remedy, accepted.approved) == (Remedy.STORE_CREDIT, eur(SMALL))
        case = await handle.result()
        assert await desk.accept_offer("REF001") == await stores.refunds.get("REF001")
        declines = ["payout_declined"] * len(POLICY.payout_retries)
        assert [line.event for line in case.timeline] == [
            *("approved", *declines, "payment_failed", "offer_accepted", "paid")
        ]
        wallet = await stores.wallets.get("CUST001")
        assert wallet
        assert (wallet.balance, await it.paid_back(), await it.money()) == (eur(SMALL), 0, (0, SMALL))
        assert await it.told() == ["refund_payment_delayed", "refund_payment_failed", "refund_paid"]
        await record(handle, "refund-failed-then-credit")


async def test_an_offer_that_is_not_taken_leaves_the_case_to_a_person_who_may_approve_it_again(
    time_skipping: WorkflowEnvironment, stores: Stores, task_queue: str
) -> None:
    at_once = POLICY.model_copy(update={"payout_retries": []})
    async with shop(time_skipping.client, stores, task_queue, policy=at_once) as it:
        await stores.ledger.set_payment_method(REFUSES)
        handle = await it.open(claim())
        await until(handle, RefundStatus.PAYMENT_FAILED)
        await silence(time_skipping, handle)
        case = await until(handle, RefundStatus.IN_REVIEW)
        assert (case.offered, case.approved, case.timeline[-1].event) == (None, None, "offer_ended")
        assert case.due_at
        with pytest.raises(WorkflowUpdateFailedError) as refused:
            await handle.execute_update(RefundWorkflow.accept_offer)
        assert refused_as(refused.value) == "Conflict"
        await stores.ledger.set_payment_method(WORKS)
        await handle.execute_update(RefundWorkflow.rule, Ruling(decision="approve", reviewer="amy"))
        assert (await handle.result()).status is RefundStatus.PAID
        assert (await it.paid_back(), await it.money()) == (SMALL, (0, SMALL))


async def test_a_wallet_of_another_currency_leaves_the_case_to_a_person(
    time_skipping: WorkflowEnvironment, stores: Stores, task_queue: str
) -> None:
    async with shop(time_skipping.client, stores, task_queue) as it:
        await stores.wallets.set(Wallet(customer_id="CUST001", balance=Money(amount=5, currency="USD")))
        case = await until(await it.open(claim(remedy=Remedy.STORE_CREDIT)), RefundStatus.PAYMENT_FAILED)
        assert (case.offered, case.approved) == (None, None)
        assert await it.money() == (SMALL, 0)


@pytest.mark.parametrize("remedy", [Remedy.REFUND, Remedy.REPLACEMENT])
async def test_what_is_no_longer_reserved_is_not_paid_whatever_a_workflow_believes(
    time_skipping: WorkflowEnvironment, stores: Stores, task_queue: str, remedy: Remedy
) -> None:
    async with shop(time_skipping.client, stores, task_queue) as it:
        handle = await in_review(it, claim(remedy=remedy))
        case = await stores.refunds.get("REF001")
        await stores.refunds.settle(case.model_copy(update={"status": RefundStatus.EXPIRED}), paid=False)
        await handle.execute_update(RefundWorkflow.rule, Ruling(decision="approve", reviewer="amy"))
        await until(handle, RefundStatus.PAYMENT_FAILED, RefundStatus.IN_REVIEW)
        assert (await it.paid_back(), await it.money()) == (0, (0, 0))

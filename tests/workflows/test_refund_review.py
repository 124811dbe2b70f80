from __future__ import annotations

from typing import Any

import pytest
from temporalio.client import WorkflowUpdateFailedError
from temporalio.testing import WorkflowEnvironment

from activities.refund import RefundActivities, Step
from care.errors import OpenRefund
from care.gateways.ledger import LedgerGateway
from care.models.audit import NO_ACCOUNT
from care.models.customer import Account, Role
from care.models.order import OrderStatus
from care.models.refund import RefundStatus, Ruling
from care.stores import Stores
from tests.stores.make import AT, eur, order, refund
from tests.workflows.recording import record
from tests.workflows.refund_shop import (
    LARGE,
    POLICY,
    SMALL,
    SURE,
    UNSURE,
    claim,
    hire,
    in_clear,
    in_review,
    refused_as,
    shop,
    until,
)
from workflows.refund import RefundWorkflow


async def noted(stores: Stores) -> list[tuple[str, ...]]:
    """The rulings in the audit record, oldest first: who, decision, status after it, and how it came."""
    lines = (await stores.audit.page(acts=["case_decided"])).items[::-1]
    return [(each.by, *(each.detail[name] for name in ("decision", "status", "way"))) for each in lines]


def ruling(decision: str = "approve", reviewer: str = "amy", **given: Any) -> Ruling:
    return Ruling.model_validate({"decision": decision, "reviewer": reviewer} | given)


async def test_a_signal_typed_into_the_web_ui_approves(
    time_skipping: WorkflowEnvironment, stores: Stores, task_queue: str
) -> None:
    async with shop(time_skipping.client, stores, task_queue) as it:
        handle = await in_review(it, claim())
        typed = {"decision": "approve", "amount": SMALL, "note": "clear picture", "reviewer": "amy"}
        await in_clear(handle, it.client).signal("review", typed)
        case = await handle.result()
        assert (case.status, case.rulings[0].reviewer) == (RefundStatus.PAID, "amy")
        assert (await it.paid_back(), await it.money()) == (SMALL, (0, SMALL))


async def test_an_update_approves_a_part_and_releases_the_rest(
    time_skipping: WorkflowEnvironment, stores: Stores, task_queue: str
) -> None:
    async with shop(time_skipping.client, stores, task_queue) as it:
        handle = await in_review(it, claim())
        await handle.execute_update(RefundWorkflow.rule, ruling(amount=400))
        assert (await handle.result()).amount == eur(400)
        assert (await it.paid_back(), await it.money()) == (400, (0, 400))


async def test_a_rejection_releases_the_reservation_and_pays_nothing(
    time_skipping: WorkflowEnvironment, stores: Stores, task_queue: str
) -> None:
    async with shop(time_skipping.client, stores, task_queue) as it:
        handle = await in_review(it, claim())
        case = await handle.execute_update(RefundWorkflow.rule, ruling("reject", note="The box is whole."))
        assert (case.status, await it.money()) == (RefundStatus.REJECTED, (0, 0))
        await handle.result()
        assert (await it.paid_back(), await it.told()) == (0, ["refund_in_review", "refund_rejected"])


@pytest.mark.parametrize(
    ("bad", "error"),
    [
        (ruling("reject"), "Invalid"),
        (ruling(amount=SMALL + 1), "Invalid"),
        (ruling(reviewer="CUST001"), "Forbidden"),
        (ruling(reviewer="ADA@shop.test"), "Forbidden"),
        (ruling(reviewer="ada.work@shop.test"), "Forbidden"),
    ],
)
async def test_a_ruling_that_breaks_a_rule_is_refused_at_once(
    time_skipping: WorkflowEnvironment, stores: Stores, task_queue: str, bad: Ruling, error: str
) -> None:
    async with shop(time_skipping.client, stores, task_queue) as it:
        hers = Account(
            email="ada.work@shop.test", password_hash="x", role=Role.AGENT, customer_id="CUST001", created_at=AT
        )
        await stores.accounts.add(hers)
        handle = await in_review(it, claim())
        with pytest.raises(WorkflowUpdateFailedError) as refused:
            await handle.execute_update(RefundWorkflow.rule, bad)
        assert refused_as(refused.value) == error
        assert (await handle.query(RefundWorkflow.state)).status is RefundStatus.IN_REVIEW


@pytest.mark.parametrize(
    "typed",
    [
        [],
        [None],
        ["approve"],
        [{"decision": "pay everything", "reviewer": "amy"}],
        [{"decision": "approve", "reviewer": "amy", "amount": "all of it"}],
        [{"decision": "approve"}],
        [{"decision": "approve", "reviewer": "amy", "amount": SMALL + 1}],
        [{"decision": "reject", "reviewer": "amy", "note": ""}],
        [{"decision": "approve", "reviewer": "cust001"}],
        [["a"], "b", 3],
    ],
)
async def test_a_signal_that_makes_no_sense_changes_nothing_and_is_recorded(
    time_skipping: WorkflowEnvironment, stores: Stores, task_queue: str, typed: list[Any]
) -> None:
    async with shop(time_skipping.client, stores, task_queue) as it:
        handle = await in_review(it, claim())
        await in_clear(handle, it.client).signal("review", args=typed)
        await handle.signal(RefundWorkflow.review, {"decision": "escalate", "reviewer": "bob"})
        case = await until(handle, RefundStatus.IN_REVIEW)
        while not case.escalated:
            case = await handle.query(RefundWorkflow.state)
        assert [line.event for line in case.timeline[-2:]] == ["ruling_ignored", "escalated"]
        assert (case.status, await it.paid_back()) == (RefundStatus.IN_REVIEW, 0)
        assert (await stores.refunds.get("REF001")).timeline


async def test_two_approvals_by_signal_pay_once(
    time_skipping: WorkflowEnvironment, stores: Stores, task_queue: str
) -> None:
    async with shop(time_skipping.client, stores, task_queue) as it:
        handle = await in_review(it, claim())
        for reviewer in ("amy", "bob", "amy"):
            await handle.signal(RefundWorkflow.review, {"decision": "approve", "reviewer": reviewer})
        case = await handle.result()
        assert [line.event for line in case.timeline].count("approved") == 1
        assert (await it.paid_back(), await it.money()) == (SMALL, (0, SMALL))
        assert await noted(stores) == [(NO_ACCOUNT, "approve", "approved", "signal")]


async def test_a_signal_that_comes_before_the_assessment_is_recorded_and_does_not_count(
    time_skipping: WorkflowEnvironment, stores: Stores, task_queue: str
) -> None:
    async with shop(time_skipping.client, stores, task_queue) as it:
        it.judge.answers = [UNSURE]
        handle = await it.client.start_workflow(
            RefundWorkflow.run,
            claim(),
            id="refund-REF001",
            task_queue=task_queue,
            start_signal="review",
            start_signal_args=[{"decision": "approve", "reviewer": "amy"}],
        )
        case = await until(handle, RefundStatus.IN_REVIEW)
        assert "ruling_ignored" in [line.event for line in case.timeline]
        assert await it.paid_back() == 0


async def test_above_the_limit_two_different_people_approve_before_it_is_paid(
    time_skipping: WorkflowEnvironment, stores: Stores, task_queue: str
) -> None:
    async with shop(time_skipping.client, stores, task_queue, price=LARGE) as it:
        for email, role in (("sue", Role.SUPERVISOR), ("amy", Role.ADMIN), ("bob", Role.AGENT)):
            await hire(stores, f"{email}@shop.test", role)
        handle = await in_review(it, claim(price=LARGE))
        first = await handle.execute_update(RefundWorkflow.rule, ruling(reviewer="amy@shop.test"))
        assert (first.status, len(first.approvals)) == (RefundStatus.IN_REVIEW, 1)
        # The same person, somebody without an account, and somebody who is no supervisor.
        second = ["AMY@shop.test ", "amy", "bob", "bob@shop.test", "ghost@shop.test"]
        for reviewer in second:
            with pytest.raises(WorkflowUpdateFailedError) as refused:
                await handle.execute_update(RefundWorkflow.rule, ruling(reviewer=reviewer))
            assert refused_as(refused.value) == "Forbidden"
            await in_clear(handle, it.client).signal("review", {"decision": "approve", "reviewer": reviewer})
        case = await until(handle, RefundStatus.IN_REVIEW, event="ruling_ignored", times=len(second))
        assert len(case.approvals) == 1
        await in_clear(handle, it.client).signal("review", {"decision": "approve", "reviewer": "Sue@Shop.test"})
        assert (await handle.result()).status is RefundStatus.PAID
        assert await it.paid_back() == LARGE
        assert await noted(stores) == [
            ("amy@shop.test", "approve", "in_review", "update"),
            ("sue@shop.test", "approve", "approved", "signal"),
        ]
        assert {each.detail["amount"] for each in (await stores.audit.page(about="REF001")).items} == {str(LARGE)}


async def test_a_ruling_whose_step_runs_twice_is_told_once_and_without_its_note(stores: Stores) -> None:
    rejected = ruling("reject", "ghost", note="Ana Maria lied to us.")
    case = claim(status=RefundStatus.REJECTED, rulings=[rejected], version=2)
    await stores.orders.put(order(items={"MILK": 1}, price=SMALL, status=OrderStatus.DELIVERED))
    await stores.refunds.open(case)
    activities = RefundActivities(stores, LedgerGateway(stores.ledger), POLICY)
    for _ in range(2):
        await activities.settle(Step(refund=case, ruled="signal"))
    assert await noted(stores) == [(NO_ACCOUNT, "reject", "rejected", "signal")]
    assert "Ana" not in str((await stores.audit.page()).items)


async def test_a_customer_cannot_rule_on_anybodys_case_by_signal(
    time_skipping: WorkflowEnvironment, stores: Stores, task_queue: str
) -> None:
    async with shop(time_skipping.client, stores, task_queue) as it:
        await hire(stores, "ravi@shop.test", Role.CUSTOMER)
        handle = await in_review(it, claim())
        with pytest.raises(WorkflowUpdateFailedError) as refused:
            await handle.execute_update(RefundWorkflow.rule, ruling(reviewer="ravi@shop.test"))
        assert refused_as(refused.value) == "Forbidden"


async def test_two_approvals_just_below_the_limit_on_one_order_are_one_above_it(
    time_skipping: WorkflowEnvironment, stores: Stores, task_queue: str
) -> None:
    async with shop(time_skipping.client, stores, task_queue, price=2 * LARGE) as it:
        below = POLICY.four_eyes_limit["EUR"]
        bought = order(items={"MILK": 1, "BREAD": 1}, price=LARGE, status=OrderStatus.DELIVERED)
        await stores.orders.put(bought)
        approved = {"status": RefundStatus.APPROVED, "approvals": [ruling()], "approved": eur(below)}
        await stores.refunds.open(refund("REF000", items={"BREAD": 1}, price=below, **approved))
        handle = await in_review(it, claim(price=below))
        first = await handle.execute_update(RefundWorkflow.rule, ruling())
        assert (first.status, len(first.approvals)) == (RefundStatus.IN_REVIEW, 1)
        with pytest.raises(WorkflowUpdateFailedError) as refused:
            await handle.execute_update(RefundWorkflow.rule, ruling())
        assert refused_as(refused.value) == "Forbidden"


async def test_evidence_that_was_asked_for_is_assessed_and_may_settle_the_case(
    time_skipping: WorkflowEnvironment, stores: Stores, task_queue: str
) -> None:
    async with shop(time_skipping.client, stores, task_queue) as it:
        handle = await in_review(it, claim())
        asked = await handle.execute_update(RefundWorkflow.rule, ruling("request_evidence", note="Show the label."))
        assert asked.status is RefundStatus.NEEDS_EVIDENCE
        it.judge.answers = [SURE]
        added = await handle.execute_update(RefundWorkflow.add_evidence, ["EV002"])
        assert added.evidence_ids == ["EV001", "EV002"]
        case = await handle.result()
        assert (case.status, len(case.verdicts), await it.paid_back()) == (RefundStatus.PAID, 2, SMALL)
        assert await it.told() == ["refund_in_review", "refund_needs_evidence", "refund_paid"]


async def test_a_withdrawn_case_frees_the_money_and_can_no_longer_be_ruled_on(
    time_skipping: WorkflowEnvironment, stores: Stores, task_queue: str
) -> None:
    async with shop(time_skipping.client, stores, task_queue) as it:
        handle = await in_review(it, claim())
        case = await handle.execute_update(RefundWorkflow.withdraw)
        assert (case.status, await it.money()) == (RefundStatus.WITHDRAWN, (0, 0))
        await handle.result()
        assert await it.paid_back() == 0


async def test_items_are_decided_separately_and_the_rest_can_be_asked_for_again(
    time_skipping: WorkflowEnvironment, stores: Stores, task_queue: str
) -> None:
    async with shop(time_skipping.client, stores, task_queue) as it:
        bought = await stores.orders.get("ORD1")
        pieces = [bought.items[0].model_copy(update={"quantity": 3, "price": eur(500)})]
        await stores.orders.put(bought.model_copy(update={"items": pieces}))
        handle = await in_review(it, refund(items={"MILK": 3}, price=500, evidence_ids=["EV001"]))
        typed = {"decision": "approve", "items": [{"sku": "MILK", "quantity": 2}], "note": "One is whole."}
        await in_clear(handle, it.client).signal("review", typed | {"reviewer": "amy"})
        case = await handle.result()
        await record(handle, "refund-items-apart")
        lines = [(line.quantity, line.amount, line.outcome) for line in case.items]
        assert lines == [(2, eur(1000), "approved"), (1, eur(500), "rejected")]
        assert (await it.paid_back(), await it.money()) == (1000, (0, 1000))
        await stores.refunds.open(refund("REF002", items={"MILK": 1}, price=500))
        with pytest.raises(OpenRefund):
            await stores.refunds.open(refund("REF003", items={"MILK": 1}, price=1))

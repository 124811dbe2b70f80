"""What a case waits for, and what silence does to it: it reminds, escalates and expires, and never decides."""

from __future__ import annotations

from temporalio.testing import WorkflowEnvironment

from care.models.refund import Band, RefundStatus, Ruling, Wanted
from care.rules.deadlines import add_business_time
from care.stores import Stores
from tests.workflows.recording import record
from tests.workflows.refund_shop import POLICY, SMALL, SURE, UNSURE, claim, in_review, shop, silence, until
from workflows.refund import RefundWorkflow

ASK = (Band.ASK, Wanted.CLOSE_UP)


async def test_the_machine_asks_for_what_is_missing_and_pays_when_it_comes(
    time_skipping: WorkflowEnvironment, stores: Stores, task_queue: str
) -> None:
    async with shop(time_skipping.client, stores, task_queue) as it:
        it.judge.bands.append(ASK)
        handle = await it.open(claim())
        asked = await until(handle, RefundStatus.NEEDS_EVIDENCE)
        assert (asked.wanted, await it.money()) == (Wanted.CLOSE_UP, (SMALL, 0))
        await silence(time_skipping, handle)
        await until(handle, RefundStatus.NEEDS_EVIDENCE, event="evidence_reminded")
        first = (await stores.notifications.page("CUST001")).items[-1]
        assert "from close by" in first.message
        await handle.execute_update(RefundWorkflow.add_evidence, ["EV002"])
        case = await handle.result()
        assert (case.status, case.wanted, await it.paid_back()) == (RefundStatus.PAID, None, SMALL)
        assert [line.event for line in case.timeline] == [
            *("evidence_requested", "evidence_reminded", "evidence_added", "approved", "paid")
        ]
        assert await it.told() == ["refund_needs_evidence", "refund_reminder", "refund_paid"]
        await record(handle, "refund-asked-and-answered")


async def test_the_machine_asks_once_and_then_leaves_the_case_to_a_person(
    time_skipping: WorkflowEnvironment, stores: Stores, task_queue: str
) -> None:
    async with shop(time_skipping.client, stores, task_queue) as it:
        it.judge.bands += [ASK, ASK]
        handle = await it.open(claim())
        await until(handle, RefundStatus.NEEDS_EVIDENCE)
        await handle.execute_update(RefundWorkflow.add_evidence, ["EV002"])
        case = await until(handle, RefundStatus.IN_REVIEW)
        assert len(case.verdicts) == 2
        await handle.execute_update(RefundWorkflow.withdraw)


async def test_goods_that_were_asked_back_lead_to_a_person_however_sure_the_machine_is_then(
    time_skipping: WorkflowEnvironment, stores: Stores, task_queue: str
) -> None:
    async with shop(time_skipping.client, stores, task_queue) as it:
        it.judge.bands.append((Band.RETURN_FIRST, None))
        handle = await it.open(claim())
        assert (await until(handle, RefundStatus.NEEDS_EVIDENCE)).wanted is Wanted.RETURN
        it.judge.answers = [SURE]
        await handle.execute_update(RefundWorkflow.add_evidence, ["EV002"])
        await until(handle, RefundStatus.IN_REVIEW)
        assert await it.paid_back() == 0
        await handle.execute_update(RefundWorkflow.rule, Ruling(decision="approve", reviewer="amy"))
        assert (await handle.result()).status is RefundStatus.PAID


async def test_a_question_that_nobody_answers_ends_with_nothing_decided(
    time_skipping: WorkflowEnvironment, stores: Stores, task_queue: str
) -> None:
    async with shop(time_skipping.client, stores, task_queue) as it:
        it.judge.bands.append(ASK)
        handle = await it.open(claim())
        await until(handle, RefundStatus.NEEDS_EVIDENCE)
        events = ["evidence_reminded", "evidence_not_received", "escalated"]
        for event in events:
            await silence(time_skipping, handle)
            await until(handle, RefundStatus.NEEDS_EVIDENCE, RefundStatus.IN_REVIEW, event=event)
        await silence(time_skipping, handle)
        case = await handle.result()
        assert (case.status, case.label, case.due_at) == (RefundStatus.EXPIRED, "no_evidence", None)
        assert [line.event for line in case.timeline] == ["evidence_requested", *events, "expired"]
        assert (await it.paid_back(), await it.money()) == (0, (0, 0))
        kinds = ["needs_evidence", "reminder", "in_review", "expired"]
        assert await it.told() == [f"refund_{kind}" for kind in kinds]
        await record(handle, "refund-asked-and-expired")


async def test_silence_at_the_desk_escalates_then_expires_in_business_hours(
    time_skipping: WorkflowEnvironment, stores: Stores, task_queue: str
) -> None:
    async with shop(time_skipping.client, stores, task_queue) as it:
        handle = await in_review(it, claim())
        await silence(time_skipping, handle)
        [waiting] = (await stores.refunds.reviews(escalated=True)).items
        assert (waiting.status, waiting.escalated) == (RefundStatus.IN_REVIEW, True)
        await silence(time_skipping, handle)
        case = await handle.result()
        assert (case.status, case.label) == (RefundStatus.EXPIRED, "no_ruling")
        opened, escalated, expired = (line.at for line in case.timeline)
        assert escalated >= add_business_time(opened, POLICY.review_hours, POLICY.business_hours)
        assert expired >= add_business_time(escalated, POLICY.escalation_hours, POLICY.business_hours)
        assert (await it.paid_back(), await it.money()) == (0, (0, 0))
        assert await it.told() == ["refund_in_review", "refund_expired"]


async def test_a_persons_question_is_repeated_once_in_their_words(
    time_skipping: WorkflowEnvironment, stores: Stores, task_queue: str
) -> None:
    async with shop(time_skipping.client, stores, task_queue) as it:
        handle = await in_review(it, claim(), judgement=UNSURE)
        ask = Ruling(decision="request_evidence", note="Show the label.", reviewer="amy")
        await handle.execute_update(RefundWorkflow.rule, ask)
        await handle.execute_update(RefundWorkflow.rule, Ruling(decision="escalate", note="odd", reviewer="amy"))
        await silence(time_skipping, handle)
        await until(handle, RefundStatus.NEEDS_EVIDENCE, event="evidence_reminded")
        notices = (await stores.notifications.page("CUST001")).items
        assert notices[0].message.endswith("Show the label.")
        await silence(time_skipping, handle)
        case = await until(handle, RefundStatus.IN_REVIEW)
        assert case.timeline[-1].event == "evidence_not_received"

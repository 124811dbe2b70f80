"""A deploy may not strand a case: histories of earlier code replay under today's (see recording.py)."""

from __future__ import annotations

import pytest
from temporalio.client import WorkflowFailureError, WorkflowHistory, WorkflowUpdateFailedError
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Replayer

from activities.graphs.refund import RefundNodes, refund_graph
from care.models.customer import Role
from care.models.refund import RefundStatus, Ruling
from care.stores import Stores
from care.temporal import data_converter
from tests.conftest import TEST_KEY
from tests.workflows.recording import record
from tests.workflows.refund_shop import LARGE, POLICY, SMALL, Judge, claim, hire, in_review, shop, until
from workflows.graphs import graph_plugins
from workflows.refund import RefundWorkflow


async def replay(stores: Stores, history: WorkflowHistory) -> None:
    graph = refund_graph(RefundNodes(stores, Judge(), POLICY))
    replayer = Replayer(
        workflows=[RefundWorkflow],
        plugins=graph_plugins({"refund": graph}),
        data_converter=data_converter(TEST_KEY),
    )
    await replayer.replay_workflow(history)


async def test_an_automatic_refund_replays(time_skipping: WorkflowEnvironment, stores: Stores, task_queue: str) -> None:
    async with shop(time_skipping.client, stores, task_queue) as it:
        handle = await it.open(claim())
        await handle.result()
        await record(handle, "refund-automatic-at-hand")
        await replay(stores, await handle.fetch_history())


async def test_a_reviewed_refund_replays(time_skipping: WorkflowEnvironment, stores: Stores, task_queue: str) -> None:
    async with shop(time_skipping.client, stores, task_queue, price=LARGE) as it:
        handle = await in_review(it, claim(price=LARGE))
        await handle.signal(RefundWorkflow.review, "nonsense")
        ask = Ruling(decision="request_evidence", note="Show the label.", reviewer="amy")
        await handle.execute_update(RefundWorkflow.rule, ask)
        await handle.execute_update(RefundWorkflow.add_evidence, ["EV002"])
        await until(handle, RefundStatus.IN_REVIEW)
        await hire(stores, "sue@shop.test", Role.SUPERVISOR)
        for reviewer in ("amy", "sue@shop.test"):
            await handle.execute_update(RefundWorkflow.rule, Ruling(decision="approve", reviewer=reviewer))
        await handle.result()
        await record(handle, "refund-reviewed")
        await replay(stores, await handle.fetch_history())


async def test_a_refused_refund_replays(time_skipping: WorkflowEnvironment, stores: Stores, task_queue: str) -> None:
    async with shop(time_skipping.client, stores, task_queue) as it:
        with pytest.raises(WorkflowUpdateFailedError):
            await it.open(claim(price=SMALL + 1))
        handle = it.client.get_workflow_handle("refund-REF001")
        with pytest.raises(WorkflowFailureError):
            await handle.result()
        await record(handle, "refund-refused")
        await replay(stores, await handle.fetch_history())

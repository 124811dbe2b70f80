"""The figures of Temporal's SDK have the names and labels that dashboards and alerts ask for.

A small worker does all that is counted: it sleeps, fails, is forgotten by the cache, and asks for what there is not.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from datetime import timedelta
from uuid import uuid4

import pytest
from temporalio import activity, workflow
from temporalio.client import Client, WorkflowFailureError
from temporalio.common import RetryPolicy
from temporalio.exceptions import ApplicationError
from temporalio.service import RPCError
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

from care.metrics.endpoint import SdkMetrics
from tests.metrics import SDK, values_in

_SOON = timedelta(seconds=10)
_stumbled: set[str] = set()


@activity.defn
async def works(well: bool) -> None:
    if not well:
        raise ApplicationError("It does not.")


@workflow.defn(sandboxed=False)
class Stumbles:
    """Fails its first workflow task, sleeps, works, and fails at last."""

    @workflow.run
    async def run(self) -> None:
        if workflow.info().workflow_id not in _stumbled:
            _stumbled.add(workflow.info().workflow_id)
            raise RuntimeError("as a change that breaks replays does")
        await workflow.execute_local_activity(works, True, start_to_close_timeout=_SOON)
        await workflow.sleep(0.01)
        await workflow.execute_activity(
            *(works, False), start_to_close_timeout=_SOON, retry_policy=RetryPolicy(maximum_attempts=1)
        )


@pytest.fixture(scope="module")
async def figures(temporal_server: str) -> str:
    sdk = SdkMetrics()
    client = await Client.connect(temporal_server, runtime=sdk.runtime)
    queue = f"figures-{uuid4().hex[:8]}"
    async with Worker(
        client,
        task_queue=queue,
        workflows=[Stumbles],
        activities=[works],
        max_cached_workflows=1,
        max_concurrent_workflow_tasks=2,
        workflow_runner=UnsandboxedWorkflowRunner(),
    ):
        runs = [client.execute_workflow(Stumbles.run, id=f"{queue}-{n}", task_queue=queue) for n in range(3)]
        ends = await asyncio.gather(*runs, return_exceptions=True)
        assert [type(end) for end in ends] == [WorkflowFailureError] * 3
        with suppress(WorkflowFailureError):  # alone, one stays in the cache
            await client.execute_workflow(Stumbles.run, id=queue, task_queue=queue)
        with suppress(RPCError):
            await client.get_workflow_handle("nobody").describe()
        return sdk.text().decode()


@pytest.mark.parametrize("name", SDK)
def test_a_figure_of_the_sdk_is_named_and_labelled_as_we_ask_for_it(figures: str, name: str) -> None:
    kind, labels = SDK[name]
    found = values_in(figures)[f"{name}_count" if kind == "histogram" else name]
    seen = {label for each, _ in found for label in each}
    assert seen == labels
    assert f"# TYPE {name} {kind}" in figures


def test_what_waits_for_a_worker_is_told_to_the_hundredth_of_a_second(figures: str) -> None:
    buckets = values_in(figures)["temporal_workflow_task_schedule_to_start_latency_seconds_bucket"]
    assert {"0.005", "0.02", "300", "+Inf"} <= {labels["le"] for labels, _ in buckets}

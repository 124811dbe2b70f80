"""The same shapes without CARE: what Temporal alone costs for them."""

from __future__ import annotations

from datetime import datetime, timedelta

from temporalio import activity, workflow
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner, SandboxRestrictions

# As in worker.py, and for the yardsticks' own module.
RUNNER = SandboxedWorkflowRunner(
    restrictions=SandboxRestrictions.default.with_passthrough_modules("workflows", "bench")
)

_BRIEFLY = timedelta(seconds=20)


@activity.defn
async def nothing() -> None:
    """An empty activity."""


@workflow.defn
class Cycle:
    """A week: two timers with an empty local activity each, and one with an empty activity; over and over."""

    @workflow.run
    async def run(self) -> None:
        while True:
            for days in (5, 1):
                await workflow.sleep(timedelta(days=days))
                await workflow.execute_local_activity(nothing, start_to_close_timeout=_BRIEFLY)
            await workflow.sleep(timedelta(days=1))
            await workflow.execute_activity(nothing, start_to_close_timeout=_BRIEFLY)


@workflow.defn
class Case:
    """One empty activity, and the end."""

    @workflow.run
    async def run(self) -> None:
        await workflow.execute_activity(nothing, start_to_close_timeout=_BRIEFLY)


@workflow.defn
class Answering:
    """Begins with an update, and answers each by an empty activity."""

    @workflow.run
    async def run(self) -> None:
        await workflow.wait_condition(lambda: False)

    @workflow.update
    async def ask(self) -> None:
        await workflow.execute_activity(nothing, start_to_close_timeout=_BRIEFLY)


@workflow.defn
class Due:
    """A timer, and one empty activity."""

    @workflow.run
    async def run(self, due: datetime) -> None:
        await workflow.sleep(due - workflow.now())
        await workflow.execute_activity(nothing, start_to_close_timeout=_BRIEFLY)


YARDSTICKS = [Cycle, Case, Answering]

"""Compares every subscription's projection with its workflow, and mends what has come apart: behind `care repair`."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

from temporalio.client import WorkflowExecutionStatus
from temporalio.common import QueryRejectCondition, SearchAttributePair, WorkflowIDReusePolicy
from temporalio.exceptions import WorkflowAlreadyStartedError
from temporalio.service import RPCError, RPCStatusCode

from care.errors import Unavailable
from care.models.subscription import Subscription
from care.rules.repair import Finding, Mend, compared
from care.stores.projections import ProjectionStore
from care.temporal import CUSTOMER, STATUS, subscription_workflow_id
from workflows.failures import Closed, answered
from workflows.gate import UPDATE, attributes
from workflows.subscription import SubscriptionWorkflow
from workflows.subscription_client import SubscriptionClient

AT_ONCE = 20
PAGE = 200
# A step under way writes its two places one after the other: what differs is looked at again.
LOOKS = 3
PAUSE = 1.0  # seconds


class Repair(SubscriptionClient):
    """`looked_at` counts the subscriptions compared so far."""

    looked_at = 0

    async def findings(self, *, dry_run: bool) -> AsyncIterator[Finding]:
        """What was wrong, as it is found and mended. Raises Unavailable while Temporal or every worker is away."""
        await self.ready()
        projections = ProjectionStore(self._stores.database)
        async for ids in projections.ids():
            for finding in await self._compare(projections, ids, dry_run=dry_run):
                yield finding
        async for ids in self._with_workflow():
            unknown = sorted(set(ids) - await projections.known(ids))
            for finding in await self._compare(projections, unknown, dry_run=dry_run):
                yield finding

    async def _compare(self, projections: ProjectionStore, ids: list[str], *, dry_run: bool) -> list[Finding]:
        gate = asyncio.Semaphore(AT_ONCE)

        async def one(subscription_id: str) -> Finding:
            async with gate:
                return await self._one(projections, subscription_id, dry_run=dry_run)

        self.looked_at += len(ids)
        found = await asyncio.gather(*(one(each) for each in ids))
        return [finding for finding in found if finding.mend is not Mend.NONE]

    async def _one(self, projections: ProjectionStore, subscription_id: str, *, dry_run: bool) -> Finding:
        for look in range(LOOKS):
            if look:
                await asyncio.sleep(PAUSE)
            seen = await projections.raw(subscription_id)
            stored = projections.read(seen) if seen else None
            try:
                live = await self._live(subscription_id)
            except _Unclear as why:
                return _for_a_person(subscription_id, str(why))
            if seen and not stored and not live:
                return _for_a_person(subscription_id, "the lists keep nothing readable of it, and no workflow has it")
            live = live and projections.as_stored(live)
            finding = compared(subscription_id, stored, live)
            if finding.mend is Mend.NONE:
                return finding
        done = False
        # False, too, if it has changed in this moment: the next repair looks again.
        if finding.mend is Mend.STORE and live and not dry_run:
            done = await projections.overwrite(live, seen)
        if finding.mend is Mend.START and stored and not dry_run:
            done = await self._go_on(stored)
        return finding.model_copy(update={"done": done})

    async def _go_on(self, stored: Subscription) -> bool:
        """A workflow that takes up where the projection stands."""
        try:
            await self._temporal.start_workflow(
                SubscriptionWorkflow.run,
                stored,
                id=subscription_workflow_id(stored.subscription_id),
                task_queue=self._task_queue,
                id_reuse_policy=WorkflowIDReusePolicy.REJECT_DUPLICATE,
                search_attributes=attributes(
                    SearchAttributePair(CUSTOMER, stored.customer_id), SearchAttributePair(STATUS, stored.status)
                ),
            )
        except WorkflowAlreadyStartedError:
            return False
        return True

    async def _live(self, subscription_id: str) -> Subscription | None:
        """The workflow's last state, running or ended; None where there is none. Raises _Unclear."""
        handle = self._handle(subscription_id)
        try:
            async with answered(UPDATE):
                return await handle.query(SubscriptionWorkflow.state, reject_condition=QueryRejectCondition.NOT_OPEN)
        except Unavailable:
            await self.ready()  # if nobody answers anything, the repair ends here
            raise _Unclear("its workflow does not answer: look at it in the Temporal Web UI") from None
        except Closed:
            pass
        try:
            status = (await handle.describe()).status
        except RPCError as error:
            if error.status is RPCStatusCode.NOT_FOUND:
                return None
            raise
        if status is WorkflowExecutionStatus.COMPLETED:
            return await handle.result()
        raise _Unclear(f"its workflow has ended as {status.name.lower() if status else 'unknown'}, and nobody delivers")

    async def _with_workflow(self) -> AsyncIterator[list[str]]:
        """The ids of all subscriptions that Temporal knows on this task queue, in pages."""
        query = (
            f"WorkflowType = '{SubscriptionWorkflow.__name__}' AND TaskQueue = '{self._task_queue}' "
            "AND ExecutionStatus IN ('Running', 'Completed')"
        )
        found = self._temporal.list_workflows(query, page_size=PAGE)
        while True:
            await found.fetch_next_page()
            yield [each.id.removeprefix(subscription_workflow_id("")) for each in found.current_page or []]
            if not found.next_page_token:
                return


class _Unclear(Exception):
    """There is a workflow, and what it holds cannot be told."""


def _for_a_person(subscription_id: str, found: str) -> Finding:
    return Finding(subscription_id=subscription_id, mend=Mend.PERSON, found=found)

"""Ends what of a customer still runs, before the customer is erased: behind `care customer erase`."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from datetime import timedelta

from temporalio.client import WorkflowExecutionStatus
from temporalio.service import RPCError, RPCStatusCode

from care.errors import Unavailable
from care.models.subscription import CancelSubscription
from care.ordering import cancel_order
from care.rules.erasing import Matter
from care.temporal import conversation_workflow_id
from workflows.client import CareClient
from workflows.conversation import ConversationWorkflow
from workflows.failures import Closed, answered
from workflows.gate import TURN

ENDS_WITHIN = timedelta(seconds=30)  # a workflow that has nothing more to do
PAUSE = 0.1  # seconds


class Erasure(CareClient):
    """Implements care.erasing.Ending."""

    async def end(self, matter: Matter) -> None:
        """Safe to repeat. Raises Conflict for what cannot be ended now, such as a refund that is being paid."""
        match matter.kind:
            case "subscription":
                await self.cancel_subscription(matter.id, CancelSubscription())
            case "refund":
                await self.withdraw_refund(matter.id)
            case "trace":
                await self._stores.traces.close(matter.id, "")
            case "order":
                await cancel_order(self._stores, self._payments, matter.id)
            case "conversation" | "wallet":
                pass  # conversations all end in `quiet`; store credit is left in the books, for nobody to spend

    async def quiet(self, conversation_ids: Iterable[str], workflow_ids: Iterable[str]) -> None:
        """Ends the conversations, and returns once none of the workflows runs. Raises Unavailable."""
        await self.connect()
        for conversation_id in conversation_ids:
            await self._end_conversation(conversation_id)
        try:
            async with asyncio.timeout(ENDS_WITHIN.total_seconds()):
                for workflow_id in workflow_ids:
                    while await self._is_running(workflow_id):  # noqa: ASYNC110  another process ends it
                        await asyncio.sleep(PAUSE)
        except TimeoutError:
            raise Unavailable(f"Workflow {workflow_id} is still ending: run this again in a minute.") from None

    async def _end_conversation(self, conversation_id: str) -> None:
        handle = self._temporal.get_workflow_handle_for(
            ConversationWorkflow.run, conversation_workflow_id(conversation_id)
        )
        try:
            async with answered(TURN):
                await handle.execute_update(ConversationWorkflow.end)
        except Closed:
            pass

    async def _is_running(self, workflow_id: str) -> bool:
        """Reads no payload: their key may be dropped already."""
        try:
            found = await self._temporal.get_workflow_handle(workflow_id).describe()
        except RPCError as error:
            if error.status is RPCStatusCode.NOT_FOUND:
                return False
            raise
        return found.status is WorkflowExecutionStatus.RUNNING

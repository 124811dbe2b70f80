"""Ends what of a customer still runs, before the customer is erased: behind `care customer erase`."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.workflowservice.v1 import DeleteWorkflowExecutionRequest
from temporalio.client import WorkflowExecutionStatus
from temporalio.service import RPCError, RPCStatusCode

from care.errors import Unavailable
from care.models.data_key import names_data_key
from care.models.subscription import CancelSubscription
from care.ordering import cancel_order
from care.rules.erasing import Matter
from care.temporal import KEY_ID, conversation_workflow_id
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

    async def delete_unkeyed(self, workflow_ids: Iterable[str]) -> None:
        """Deletes histories from before each workflow had a key of its own: no dropped key makes them unreadable."""
        service = self._temporal.workflow_service
        for workflow_id in workflow_ids:
            async for run in self._temporal.list_workflows(f"WorkflowId = '{workflow_id}'"):
                handle = self._temporal.get_workflow_handle(run.id, run_id=run.run_id)
                if not _is_keyed((await handle.fetch_history()).to_json_dict()):
                    execution = WorkflowExecution(workflow_id=run.id, run_id=run.run_id)
                    namespace = self._temporal.namespace
                    await service.delete_workflow_execution(
                        DeleteWorkflowExecutionRequest(namespace=namespace, workflow_execution=execution)
                    )

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


def _is_keyed(history: Any) -> bool:
    """Whether all that is sealed in it is under data keys."""
    match history:
        case {"metadata": dict(metadata)} if KEY_ID in metadata:
            return names_data_key(base64.b64decode(metadata[KEY_ID]).decode())
        case dict():
            return all(_is_keyed(each) for each in history.values())
        case list():
            return all(_is_keyed(each) for each in history)
        case _:
            return True

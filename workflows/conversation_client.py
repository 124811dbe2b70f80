"""Conversations: say something and get the answer."""

from __future__ import annotations

from temporalio.client import WithStartWorkflowOperation
from temporalio.common import SearchAttributePair, WorkflowIDConflictPolicy, WorkflowIDReusePolicy

from care.errors import Unavailable, missing
from care.models.conversation import ChatReply, ChatRequest
from care.models.memory import ChatTurn, ConversationState
from care.temporal import CUSTOMER, STATUS, conversation_workflow_id
from workflows.conversation import ConversationWorkflow
from workflows.failures import LATE, Closed, answered
from workflows.gate import TURN, Gate, attributes


class ConversationClient(Gate):
    async def say(self, customer_id: str, request: ChatRequest, *, once: str | None = None) -> ChatReply:
        """One turn of a conversation, a new one unless `conversation_id` is given. The same `once` is said once.

        Raises NotFound for a conversation or evidence that is not the customer's.
        """
        evidence_ids = await self._evidence_of(customer_id, request.evidence_ids)
        conversation_id = await self._conversation_of(customer_id, request.conversation_id, once)
        turn = ChatTurn(customer_id=customer_id, message=request.message, evidence_ids=evidence_ids)
        await self.connect()
        start = WithStartWorkflowOperation(
            ConversationWorkflow.run,
            ConversationState(conversation_id=conversation_id, customer_id=customer_id),
            id=conversation_workflow_id(conversation_id),
            task_queue=self._task_queue,
            id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
            id_reuse_policy=WorkflowIDReusePolicy.ALLOW_DUPLICATE,  # an idle conversation closes and is reopened
            search_attributes=attributes(
                SearchAttributePair(CUSTOMER, customer_id), SearchAttributePair(STATUS, "open")
            ),
        )
        try:
            async with answered(TURN):
                return await self._temporal.execute_update_with_start_workflow(
                    ConversationWorkflow.say, turn, start_workflow_operation=start, id=once
                )
        except Closed:  # it went idle in this very moment
            raise Unavailable(LATE) from None

    async def _conversation_of(self, customer_id: str, conversation_id: str | None, once: str | None) -> str:
        if conversation_id is None:
            return await self._stores.ids.next("CNV", once=once)
        conversation = await self._stores.conversations.get(conversation_id)
        if conversation.customer_id != customer_id:
            raise missing("conversation", conversation_id)
        return conversation_id

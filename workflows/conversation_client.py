"""Conversations: say something and get the answer, and what colleagues do with those that were handed to them."""

from __future__ import annotations

from itertools import count
from typing import Any

from temporalio.client import WithStartWorkflowOperation, WorkflowHandle
from temporalio.common import SearchAttributePair, WorkflowIDConflictPolicy, WorkflowIDReusePolicy
from temporalio.workflow import UpdateMethodMultiParam

from care.errors import Unanswered, Unavailable, missing
from care.models.carried import CarriedConversation
from care.models.conversation import ChatReply, ChatRequest, Conversation
from care.models.handoff import DeskStep
from care.models.memory import ChatTurn, ConversationState
from care.rules.handoff import with_assistant
from care.temporal import CUSTOMER, STATUS, conversation_workflow_id
from workflows.conversation import ConversationWorkflow
from workflows.failures import LATE, Closed, answered, answered_before
from workflows.gate import TURN, UPDATE, Gate, attributes

Update = UpdateMethodMultiParam[[ConversationWorkflow, DeskStep], ConversationState]


class ConversationClient(Gate):
    async def say(self, customer_id: str, request: ChatRequest, *, once: str | None = None) -> ChatReply:
        """One turn of a conversation, a new one unless `conversation_id` is given. The same `once` is said once.

        Raises NotFound for a conversation or evidence that is not the customer's.
        """
        evidence_ids = await self._evidence_of(customer_id, request.evidence_ids)
        conversation_id = await self._conversation_of(customer_id, request.conversation_id, once)
        turn = ChatTurn(customer_id=customer_id, message=request.message, evidence_ids=evidence_ids)
        await self.connect()
        new = ConversationState(conversation_id=conversation_id, customer_id=customer_id)
        update_id = await self._not_failed(conversation_id, once) if once else None
        try:
            async with answered(TURN):
                return await self._temporal.execute_update_with_start_workflow(
                    ConversationWorkflow.say, turn, start_workflow_operation=self._opening(new, "open"), id=update_id
                )
        except Closed:  # it went idle in this very moment
            raise Unavailable(LATE) from None

    async def _not_failed(self, conversation_id: str, once: str) -> str:
        """Under what id the turn is asked for: Temporal gives the failure of an update again for ever, and whoever
        asks once more wants another try."""
        handle = self._conversation(conversation_id)
        for number in count(1):
            update_id = once if number == 1 else f"{once}:{number}"
            try:
                await answered_before(handle.get_update_handle_for(ConversationWorkflow.say, update_id))
            except Unanswered:
                continue
            break
        return update_id

    async def take_conversation(self, conversation_id: str, step: DeskStep) -> Conversation:
        """A colleague joins. The four steps of colleagues raise NotFound, Conflict for a conversation that is with
        the assistant, and ClaimedByOther, naming the owner, for one that somebody else has."""
        return await self._by_colleague(ConversationWorkflow.take, conversation_id, step)

    async def release_conversation(self, conversation_id: str, step: DeskStep) -> Conversation:
        """A colleague leaves it to the others."""
        return await self._by_colleague(ConversationWorkflow.release, conversation_id, step)

    async def answer_conversation(
        self, conversation_id: str, step: DeskStep, *, once: str | None = None
    ) -> Conversation:
        """A colleague's words; who answers what nobody has, takes it. The same `once` is said once."""
        return await self._by_colleague(ConversationWorkflow.answer, conversation_id, step, once)

    async def hand_back_conversation(
        self, conversation_id: str, step: DeskStep, *, once: str | None = None
    ) -> Conversation:
        """The assistant speaks again."""
        return await self._by_colleague(ConversationWorkflow.hand_back, conversation_id, step, once)

    async def _by_colleague(
        self, update: Update, conversation_id: str, step: DeskStep, once: str | None = None
    ) -> Conversation:
        conversations = self._stores.conversations
        head, state = await conversations.get(conversation_id), await conversations.load_state(conversation_id)
        await self.connect()
        if not head.handed_off or state is None:
            # Perhaps handed back by this very step, whose answer was lost.
            if once:
                asked = self._conversation(conversation_id).get_update_handle_for(update, once)
                if await answered_before(asked):
                    return head
            raise with_assistant(conversation_id)
        try:
            async with answered(UPDATE):
                await self._temporal.execute_update_with_start_workflow(
                    update, step, start_workflow_operation=self._opening(state, "handed_off"), id=once
                )
        except Closed:  # it went idle in this very moment
            raise Unavailable(LATE) from None
        return await conversations.get(conversation_id)

    async def _conversation_of(self, customer_id: str, conversation_id: str | None, once: str | None) -> str:
        if conversation_id is None:
            return await self._stores.ids.next("CNV", once=once)
        conversation = await self._stores.conversations.get(conversation_id)
        if conversation.customer_id != customer_id:
            raise missing("conversation", conversation_id)
        return conversation_id

    def _conversation(self, conversation_id: str) -> WorkflowHandle[ConversationWorkflow, None]:
        workflow_id = conversation_workflow_id(conversation_id)
        return self._temporal.get_workflow_handle_for(ConversationWorkflow.run, workflow_id)

    def _opening(self, state: ConversationState, status: str) -> WithStartWorkflowOperation[Any, Any]:
        """Starts the workflow where it does not run: a new conversation, or one that was closed as idle."""
        return WithStartWorkflowOperation(
            ConversationWorkflow.run,
            CarriedConversation.of(state),
            id=conversation_workflow_id(state.conversation_id),
            task_queue=self._task_queue,
            id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
            id_reuse_policy=WorkflowIDReusePolicy.ALLOW_DUPLICATE,
            search_attributes=attributes(
                SearchAttributePair(CUSTOMER, state.customer_id), SearchAttributePair(STATUS, status)
            ),
        )

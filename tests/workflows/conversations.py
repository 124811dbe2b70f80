"""What the tests of conversations share: a furnished shop, a worker with the graph, and a customer who says things."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from temporalio.client import WithStartWorkflowOperation, WorkflowExecutionStatus, WorkflowHandle
from temporalio.common import WorkflowIDConflictPolicy, WorkflowIDReusePolicy
from temporalio.service import RPCError
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Worker
from temporalio.workflow import UpdateMethodMultiParam

from activities.conversation import ConversationActivities
from activities.graphs.conversation import conversation_graph
from activities.graphs.conversation_nodes import ConversationNodes
from activities.tracing import ActivityTracing
from care.brains.protocols import Wording
from care.gateways.ledger import LedgerGateway
from care.models.carried import CarriedConversation
from care.models.conversation import ChatReply
from care.models.handoff import DeskStep
from care.models.memory import ChatTurn, ConversationState
from care.models.understanding import Intent
from care.policy import load_policy
from care.stores import Stores
from care.temporal import conversation_workflow_id
from tests.graphs.talk import ME, Doors, Scripted, furnish
from workflows.conversation import ConversationWorkflow
from workflows.graphs import graph_plugins
from workflows.tracing import WorkflowTracing

Update = UpdateMethodMultiParam[[ConversationWorkflow, DeskStep], ConversationState]
Handle = WorkflowHandle[ConversationWorkflow, None]


@dataclass
class Chat:
    """One conversation as the client has it. Its id is its own on the shared server."""

    env: WorkflowEnvironment
    stores: Stores
    task_queue: str
    brain: Any = field(default_factory=Scripted)
    doors: Doors = field(default_factory=Doors)
    wording: Wording | None = None
    name: str = "talk"

    @property
    def conversation_id(self) -> str:
        return f"CNV-{self.task_queue}-{self.name}"

    async def open(self) -> Chat:
        await furnish(self.stores, await self.now())
        return self

    async def now(self) -> datetime:
        return (await self.env.get_current_time()).astimezone(UTC)

    def nodes(self) -> ConversationNodes:
        payments = LedgerGateway(self.stores.ledger)
        return ConversationNodes(self.stores, self.brain, self.doors, payments, load_policy(), self.wording)

    @asynccontextmanager
    async def worker(self, nodes: ConversationNodes | None = None, *, cached: int = 0) -> AsyncIterator[None]:
        async with Worker(
            self.env.client,
            task_queue=self.task_queue,
            workflows=[ConversationWorkflow],
            activities=ConversationActivities(self.stores).all,
            plugins=graph_plugins({"conversation": conversation_graph(nodes or self.nodes())}),
            interceptors=[ActivityTracing(), WorkflowTracing()],
            max_cached_workflows=cached,  # see tests/workflows/recording.py
        ):
            yield

    @property
    def handle(self) -> Handle:
        workflow_id = conversation_workflow_id(self.conversation_id)
        return self.env.client.get_workflow_handle_for(ConversationWorkflow.run, workflow_id)

    async def status(self) -> WorkflowExecutionStatus | None:
        return (await self.handle.describe()).status

    async def closed(self) -> WorkflowExecutionStatus | None:
        """The status, once it is no longer running."""
        while (status := await self.status()) is WorkflowExecutionStatus.RUNNING:  # noqa: ASYNC110
            await asyncio.sleep(0.05)
        return status

    async def close(self) -> None:
        """A conversation that nobody works on any more would hold up the clock of the shared server."""
        with suppress(RPCError):  # it never began, or has ended
            await self.handle.terminate()

    async def says(
        self, text: str, intent: Intent | None = None, customer_id: str = ME, *, once: str | None = None
    ) -> ChatReply:
        if intent:
            self.brain.intents[text] = intent
        new = ConversationState(conversation_id=self.conversation_id, customer_id=customer_id)
        turn = ChatTurn(customer_id=customer_id, message=text)
        return await self.env.client.execute_update_with_start_workflow(
            ConversationWorkflow.say, turn, start_workflow_operation=self._opening(new), id=once
        )

    async def colleague(self, update: Update, by: str = "amy", text: str = "", *, once: str | None = None) -> None:
        """One step of a colleague, as the client has it made."""
        state = await self.stores.conversations.load_state(self.conversation_id)
        assert state, "nothing was said yet"
        step = DeskStep(by=f"{by}@care.test", text=text)
        await self.env.client.execute_update_with_start_workflow(
            update, step, start_workflow_operation=self._opening(state), id=once
        )

    async def said(self) -> list[tuple[str, str]]:
        """Who said what, by role."""
        view = await self.stores.conversations.view(self.conversation_id)
        return [(message.role, message.text) for message in view.messages]

    def _opening(self, state: ConversationState) -> WithStartWorkflowOperation[Any, Any]:
        return WithStartWorkflowOperation(
            ConversationWorkflow.run,
            CarriedConversation.of(state),
            id=conversation_workflow_id(self.conversation_id),
            task_queue=self.task_queue,
            id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
            id_reuse_policy=WorkflowIDReusePolicy.ALLOW_DUPLICATE,
        )

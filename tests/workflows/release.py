"""A worker of one version, with all three workflows, and the replaying of histories by it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from typing import Any

from temporalio.client import Client, WorkflowHistory
from temporalio.langgraph import LangGraphPlugin
from temporalio.worker import Replayer, Worker

from activities.conversation import ConversationActivities
from activities.graphs.conversation import conversation_graph
from activities.graphs.conversation_nodes import ConversationNodes
from activities.graphs.refund import RefundNodes, refund_graph
from activities.refund import RefundActivities
from activities.subscription import SubscriptionActivities
from care.gateways.ledger import LedgerGateway
from care.policy import load_policy
from care.stores import Stores
from care.temporal import data_converter
from tests.conftest import TEST_KEY
from tests.graphs.talk import Doors, Scripted
from tests.workflows.refund_shop import UNSURE, Judge

POLICY = load_policy(None)


def graphs(stores: Stores) -> LangGraphPlugin:
    talks = ConversationNodes(stores, Scripted(), Doors(), LedgerGateway(stores.ledger), POLICY, None)
    judging = RefundNodes(stores, Judge([UNSURE]), POLICY)
    return LangGraphPlugin(graphs={"refund": refund_graph(judging), "conversation": conversation_graph(talks)})


async def replay(stores: Stores, workflow: type[Any], history: WorkflowHistory) -> None:
    """Raises NondeterminismError where the workflow would do something else now."""
    replayer = Replayer(workflows=[workflow], plugins=[graphs(stores)], data_converter=data_converter(TEST_KEY))
    await replayer.replay_workflow(history)


@asynccontextmanager
async def release(
    client: Client, stores: Stores, task_queue: str, workflows: Iterable[type[Any]], *, sets_patches: bool = False
) -> AsyncIterator[None]:
    payments = LedgerGateway(stores.ledger)
    # One connection takes one worker for a task queue; two versions are two processes.
    own = await Client.connect(client.service_client.config.target_host, data_converter=client.data_converter)
    async with Worker(
        own,
        task_queue=task_queue,
        workflows=list(workflows),
        activities=[
            *SubscriptionActivities(stores, payments).all,
            *RefundActivities(stores, payments, POLICY).all,
            *ConversationActivities(stores).all,
        ],
        plugins=[graphs(stores)],
        patch_activation_callback=lambda patch: sets_patches,
        max_cached_workflows=0,  # each task replays the whole history, as after any deploy
    ):
        yield

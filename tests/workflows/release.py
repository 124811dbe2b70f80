"""A worker of one version, with all three workflows, and the replaying of histories by it.

`python -m tests.workflows.release VERSION MONGODB_URI DATABASE TEMPORAL TASK_QUEUE` runs one until SIGTERM: two
versions at once are two processes. VERSION is `unaware` of the patch of tests/workflows/altered.py, `knows` it, or
`sets` it.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from typing import Any

from temporalio.client import Client, WorkflowHistory
from temporalio.worker import Plugin, Replayer, Worker
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner, SandboxRestrictions

from activities.conversation import ConversationActivities
from activities.graphs.conversation import conversation_graph
from activities.graphs.conversation_nodes import ConversationNodes
from activities.graphs.refund import RefundNodes, refund_graph
from activities.refund import RefundActivities
from activities.subscription import SubscriptionActivities
from care.gateways.ledger import LedgerGateway
from care.policy import load_policy
from care.stores import Stores, over
from care.stores.mongo import connect
from care.temporal import data_converter
from tests.conftest import TEST_KEY
from tests.graphs.talk import Doors, Scripted
from tests.workflows.altered import KINDS, PATCH, PATCHED
from tests.workflows.refund_shop import UNSURE, Judge
from workflows.graphs import graph_plugins

POLICY = load_policy(None)
# As in worker.py: else each task would import all of it anew.
SANDBOX = SandboxedWorkflowRunner(
    restrictions=SandboxRestrictions.default.with_passthrough_modules("workflows", "tests")
)


def graphs(stores: Stores) -> list[Plugin]:
    talks = ConversationNodes(stores, Scripted(), Doors(), LedgerGateway(stores.ledger), POLICY, None)
    judging = RefundNodes(stores, Judge([UNSURE]), POLICY)
    return graph_plugins({"refund": refund_graph(judging), "conversation": conversation_graph(talks)})


async def replay(stores: Stores, workflow: type[Any], history: WorkflowHistory) -> None:
    """Raises NondeterminismError where the workflow would do something else now."""
    replayer = Replayer(workflows=[workflow], plugins=graphs(stores), data_converter=data_converter(TEST_KEY))
    await replayer.replay_workflow(history)


async def run(version: str, mongodb_uri: str, database: str, temporal: str, task_queue: str) -> None:
    stores = over(connect(mongodb_uri)[database])
    payments = LedgerGateway(stores.ledger)
    async with Worker(
        await Client.connect(temporal, data_converter=data_converter(TEST_KEY)),
        task_queue=task_queue,
        workflows=list((KINDS if version == "unaware" else PATCHED).values()),
        activities=[
            *SubscriptionActivities(stores, payments).all,
            *RefundActivities(stores, payments, POLICY).all,
            *ConversationActivities(stores).all,
        ],
        plugins=graphs(stores),
        workflow_runner=SANDBOX,
        patch_activation_callback=lambda patch: patch.patch_id != PATCH or version == "sets",
        max_cached_workflows=0,  # each task replays the whole history, as after any deploy
        debug_mode=True,  # on a busy machine a replay may take longer than the two seconds that it is given
    ):
        stopped = asyncio.Event()
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stopped.set)
        print("ready", flush=True)  # noqa: T201  read by whoever has started us
        await stopped.wait()


if __name__ == "__main__":
    asyncio.run(run(*sys.argv[1:]))
    os._exit(0)  # all is drained: threads that the SDK leaves behind sometimes trip over an interpreter that goes away

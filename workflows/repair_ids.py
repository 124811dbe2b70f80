"""The ids that Temporal knows: none of them may be given once more."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator

from temporalio.client import Client

from care.temporal import conversation_workflow_id, refund_workflow_id, subscription_workflow_id
from workflows.conversation import ConversationWorkflow
from workflows.refund import RefundWorkflow
from workflows.subscription import SubscriptionWorkflow

PAGE = 200
# Of each kind of workflow: what its id begins with, and the prefix of the business id behind that.
KINDS = {
    "SUB": (SubscriptionWorkflow.__name__, subscription_workflow_id("")),
    "REF": (RefundWorkflow.__name__, refund_workflow_id("")),
    "CNV": (ConversationWorkflow.__name__, conversation_workflow_id("")),
}


async def business_ids(client: Client, task_queue: str, prefix: str, statuses: str = "") -> AsyncIterator[list[str]]:
    """Those of all workflows of one kind that Temporal knows on this task queue, in pages."""
    kind, begins = KINDS[prefix]
    query = f"WorkflowType = '{kind}' AND TaskQueue = '{task_queue}'"
    found = client.list_workflows(f"{query} AND ExecutionStatus IN ({statuses})" if statuses else query, page_size=PAGE)
    while True:
        await found.fetch_next_page()
        yield list(dict.fromkeys(each.id.removeprefix(begins) for each in found.current_page or []))
        if not found.next_page_token:
            return


async def highest_numbers(client: Client, task_queue: str) -> dict[str, int]:
    """By prefix; without those of which Temporal knows none."""
    highest: dict[str, int] = {}
    for prefix in KINDS:
        counted = re.compile(rf"{prefix}(\d+)")
        async for ids in business_ids(client, task_queue, prefix):
            numbers = [int(found[1]) for each in ids if (found := counted.fullmatch(each))]
            highest[prefix] = max([highest.get(prefix, 0), *numbers])
    return {prefix: number for prefix, number in highest.items() if number}

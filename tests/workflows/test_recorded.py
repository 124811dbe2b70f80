"""The recorded histories hold whatever a workflow can do: what none of them has could be changed, and no replay would
notice. What is missing is lived and recorded here (`CARE_RECORD=1`).
"""

from __future__ import annotations

import inspect
import re
from datetime import date, timedelta
from typing import Any

import pytest
from temporalio.testing import WorkflowEnvironment

from activities.conversation import ConversationActivities
from activities.refund import RefundActivities
from activities.subscription import SubscriptionActivities
from care.models.refund import Assignment, RefundStatus
from care.models.subscription import (
    CancelSubscription,
    OneDelivery,
    PauseSubscription,
    RescheduleDelivery,
    SubscriptionStatus,
)
from care.models.understanding import Intent
from care.stores import Stores
from tests.workflows.altered import KINDS
from tests.workflows.conversations import Chat
from tests.workflows.recording import in_event, names, record, recorded
from tests.workflows.refund_shop import claim, in_review, shop
from tests.workflows.subscriptions import Shop
from workflows.conversation import ConversationWorkflow
from workflows.patches import PATCHES
from workflows.refund import RefundWorkflow
from workflows.subscription import SubscriptionWorkflow

ACTIVITIES: dict[str, type[Any]] = {
    "subscription": SubscriptionActivities,
    "refund": RefundActivities,
    "conversation": ConversationActivities,
}


def in_code(kind: str) -> set[str]:
    """Updates, signals, activities and patches of the workflow; a patch that is not set yet needs no history."""
    workflow = KINDS[kind]
    source = inspect.getsource(inspect.getmodule(workflow) or workflow)
    defined = vars(workflow)["__temporal_workflow_definition"]
    handlers = {*defined.updates, *defined.signals}
    activities = {
        definition.name
        for _, method in inspect.getmembers(ACTIVITIES[kind], inspect.isfunction)
        if (definition := getattr(method, "__temporal_activity_definition", None))
    }
    patches = set(re.findall(r'workflow\.patched\("([^"]+)"\)', source))
    assert source.count("workflow.patched(") == len(patches), "name patches in plain text"
    assert patches <= set(PATCHES), "every patch stands in workflows/patches.py"
    return handlers | activities | {patch for patch in patches if PATCHES[patch]}


@pytest.mark.parametrize("kind", KINDS)
def test_whatever_a_workflow_can_do_is_in_a_recorded_history(kind: str) -> None:
    held = {what for name in names(kind) for event in recorded(name).events for what in in_event(event)}
    assert in_code(kind) - held == set()
    assert len(in_code(kind)) > 5


async def test_a_subscription_is_changed_in_every_way(
    time_skipping: WorkflowEnvironment, stores: Stores, task_queue: str
) -> None:
    friends = await Shop(time_skipping, stores, task_queue).open()
    change = SubscriptionWorkflow
    async with friends.worker():
        handle = await friends.subscribe(frequency="biweekly")
        await handle.execute_update(change.pause, PauseSubscription())
        planned = await handle.execute_update(change.resume)
        day = date.fromisoformat(planned.next_delivery or "")
        await handle.execute_update(change.reschedule, RescheduleDelivery(date=day, to=day + timedelta(days=2)))
        await handle.execute_update(change.skip, OneDelivery())
        await handle.execute_update(change.order_now)
        await handle.execute_update(change.cancel, CancelSubscription(when="after_next_delivery"))
        await handle.execute_update(change.uncancel)
        await handle.execute_update(change.cancel, CancelSubscription())
        assert (await handle.result()).status is SubscriptionStatus.CANCELLED
    await record(handle, "subscription-every-call")


async def test_a_refund_is_moved_to_another_desk_and_withdrawn(
    time_skipping: WorkflowEnvironment, stores: Stores, task_queue: str
) -> None:
    async with shop(time_skipping.client, stores, task_queue) as it:
        handle = await in_review(it, claim())
        await handle.execute_update(RefundWorkflow.assign, Assignment(by="sue@shop.test", to="amy@shop.test"))
        await handle.execute_update(RefundWorkflow.withdraw)
        assert (await handle.result()).status is RefundStatus.WITHDRAWN
        await record(handle, "refund-withdrawn")


async def test_a_conversation_is_released_and_ended(
    time_skipping: WorkflowEnvironment, stores: Stores, task_queue: str
) -> None:
    chat = await Chat(time_skipping, stores, task_queue).open()
    async with chat.worker():
        await chat.says("A human please", Intent.HUMAN_AGENT)
        await chat.colleague(ConversationWorkflow.take)
        await chat.colleague(ConversationWorkflow.release)
        await chat.handle.execute_update(ConversationWorkflow.end)
        await chat.handle.result()
    await record(chat.handle, "conversation-ended-at-hand")

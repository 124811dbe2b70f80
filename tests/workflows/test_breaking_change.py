"""What a change of the workflow's commands does to those who are asleep, and that `workflow.patched` is the way.

Without this, a green replay test could also mean that replaying notices nothing.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from temporalio import workflow
from temporalio.api.enums.v1 import EventType
from temporalio.client import Client
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Replayer

from care.models.subscription import CancelSubscription, OneDelivery, SubscriptionStatus
from care.stores import Stores
from care.temporal import data_converter
from tests.conftest import TEST_KEY
from tests.workflows import subscriptions
from tests.workflows.altered import Patched, Unpatched
from tests.workflows.recording import HISTORIES, recorded
from tests.workflows.subscriptions import Handle, Shop
from workflows.subscription import SubscriptionWorkflow

RECORDED = sorted(path.stem for path in HISTORIES.glob("subscription-*.json"))


def replayer(kind: type[SubscriptionWorkflow]) -> Replayer:
    return Replayer(workflows=[kind], data_converter=data_converter(TEST_KEY))


@pytest.mark.parametrize("name", RECORDED)
async def test_a_new_command_without_a_patch_does_not_replay(name: str) -> None:
    with pytest.raises(workflow.NondeterminismError):
        await replayer(Unpatched).replay_workflow(recorded(name))


@pytest.mark.parametrize("name", RECORDED)
async def test_the_same_command_behind_a_patch_replays(name: str) -> None:
    await replayer(Patched).replay_workflow(recorded(name))


async def test_who_sleeps_through_the_change_goes_on_as_before_and_who_comes_later_does_the_new_thing(
    temporal: Client, stores: Stores, task_queue: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The time-skipping server knows no memos.
    shop = await Shop(WorkflowEnvironment.from_client(temporal), stores, task_queue).open()
    weekly: dict[str, Any] = {"recurrence": "FREQ=WEEKLY", "start_date": datetime.now(UTC).date() + timedelta(days=10)}
    async with shop.worker():
        sleeper = await shop.subscribe(**weekly)
    monkeypatch.setattr(subscriptions, "SubscriptionWorkflow", Patched)
    async with shop.worker():
        newcomer = await shop.subscribe(**weekly)
        for handle in (sleeper, newcomer):
            await handle.execute_update(SubscriptionWorkflow.skip, OneDelivery())
            await handle.execute_update(SubscriptionWorkflow.cancel, CancelSubscription())
            assert (await handle.result()).status is SubscriptionStatus.CANCELLED
    assert [await notes(handle) for handle in (sleeper, newcomer)] == [0, 1]


async def notes(handle: Handle) -> int:
    noted = EventType.EVENT_TYPE_WORKFLOW_PROPERTIES_MODIFIED
    return len([event async for event in handle.fetch_history_events() if event.event_type == noted])

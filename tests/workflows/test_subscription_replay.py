"""Recorded lives of subscriptions must replay on today's code; a change that breaks one needs `workflow.patched`.

How to record them anew: recording.py. "declined" is from before payments were tried again.
"""

from __future__ import annotations

from datetime import timedelta

import pytest
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Replayer

from care.models.subscription import CancelSubscription, SubscriptionStatus
from care.stores import Stores
from care.temporal import data_converter
from tests.conftest import TEST_KEY
from tests.workflows.recording import HISTORIES, record, recorded
from tests.workflows.subscriptions import Handle, Shop
from workflows.subscription import SubscriptionWorkflow

RECORDED = sorted(path.stem for path in HISTORIES.glob("subscription-*.json"))


def test_there_are_recorded_subscriptions() -> None:
    assert len(RECORDED) >= 4
    assert "subscription-prepaid" in RECORDED


@pytest.mark.parametrize("name", RECORDED)
async def test_a_recorded_subscription_replays_on_todays_code(name: str) -> None:
    replayer = Replayer(workflows=[SubscriptionWorkflow], data_converter=data_converter(TEST_KEY))
    await replayer.replay_workflow(recorded(name))


async def test_every_shape_of_life_comes_to_its_end(
    time_skipping: WorkflowEnvironment, stores: Stores, task_queue: str
) -> None:
    shop = await Shop(time_skipping, stores, task_queue).open()
    cancel = SubscriptionWorkflow.cancel
    async with shop.worker():
        await _ended("completed", await shop.subscribe(recurrence="FREQ=WEEKLY;COUNT=3"))
        handle = await shop.subscribe(frequency="monthly", delivery_day=31)
        await handle.execute_update(cancel, CancelSubscription())
        await _ended("cancelled", handle)
        handle = await shop.subscribe(frequency="biweekly")
        await handle.execute_update(cancel, CancelSubscription(when="after_next_delivery"))
        await _ended("cancelled-after-next", handle)
        await shop.wait_until(10)
        await _ended("missed", await shop.subscribe(ago=timedelta(days=5), recurrence="FREQ=DAILY;COUNT=6"))
        await _ended("year", await shop.subscribe(recurrence="FREQ=WEEKLY;COUNT=52"))


async def _ended(name: str, handle: Handle) -> None:
    """Wait for the end; the run that is recorded is the last: of a long life, one that was carried over."""
    ended = await handle.result()
    assert ended.status is SubscriptionStatus.CANCELLED
    assert ended.next_delivery is None
    await record(handle, f"subscription-{name}")

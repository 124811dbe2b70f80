"""Lives of subscriptions, lived to their ends and recorded there (recording.py); test_breaking_change replays them.

"declined" is from before payments were tried again.
"""

from __future__ import annotations

from datetime import timedelta

from temporalio.testing import WorkflowEnvironment

from care.models.subscription import CancelSubscription, SubscriptionStatus
from care.stores import Stores
from tests.workflows.recording import record
from tests.workflows.subscriptions import Handle, Shop
from workflows.subscription import SubscriptionWorkflow


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
    await record(handle, f"subscription-{name}-at-hand")

"""Recorded lives of subscriptions must replay on today's code; a change that breaks one needs `workflow.patched`.

Record anew (after a change that is meant): CARE_RECORD_HISTORIES=1 pytest tests/workflows/test_subscription_replay.py
"""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path

import pytest
from temporalio.client import WorkflowHistory
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Replayer

from care.models.ledger import PaymentMethod
from care.models.subscription import CancelSubscription
from care.stores import Stores
from care.temporal import data_converter
from tests.conftest import TEST_KEY
from tests.workflows.subscriptions import CUSTOMER_ID, Handle, Shop
from workflows.subscription import SubscriptionWorkflow

HISTORIES = Path(__file__).parent / "histories"
RECORDED = sorted(HISTORIES.glob("subscription-*.json"))


def test_there_are_recorded_subscriptions() -> None:
    assert len(RECORDED) >= 4


@pytest.mark.parametrize("path", RECORDED, ids=lambda path: path.stem)
async def test_a_recorded_subscription_replays_on_todays_code(path: Path) -> None:
    replayer = Replayer(workflows=[SubscriptionWorkflow], data_converter=data_converter(TEST_KEY))
    await replayer.replay_workflow(_recorded(path))


def _recorded(path: Path) -> WorkflowHistory:
    return WorkflowHistory.from_json("subscription-SUB001", path.read_text())


@pytest.mark.skipif("CARE_RECORD_HISTORIES" not in os.environ, reason="records new histories only when asked to")
async def test_record(time_skipping: WorkflowEnvironment, stores: Stores, task_queue: str) -> None:
    shop = await Shop(time_skipping, stores, task_queue).open()
    cancel = SubscriptionWorkflow.cancel
    async with shop.worker():
        await _record("completed", await shop.subscribe(recurrence="FREQ=WEEKLY;COUNT=3"))
        handle = await shop.subscribe(frequency="monthly", delivery_day=31)
        await handle.execute_update(cancel, CancelSubscription())
        await _record("cancelled", handle)
        handle = await shop.subscribe(frequency="biweekly")
        await handle.execute_update(cancel, CancelSubscription(when="after_next_delivery"))
        await _record("cancelled-after-next", handle)
        await shop.wait_until(10)
        late = await shop.subscribe(ago=timedelta(days=5), recurrence="FREQ=DAILY;COUNT=6")
        await _record("missed", late)
        await stores.ledger.set_payment_method(PaymentMethod(customer_id=CUSTOMER_ID, behaviour="declines"))
        await _record("declined", await shop.subscribe(recurrence="FREQ=WEEKLY;COUNT=1"))
        await _record("year", await shop.subscribe(recurrence="FREQ=WEEKLY;COUNT=52"))


async def _record(name: str, handle: Handle) -> None:
    """Wait for the end, and keep the last run: of a long life that is one that was carried over."""
    await handle.result()
    history = await handle.fetch_history()
    (HISTORIES / f"subscription-{name}.json").write_text(history.to_json() + "\n")

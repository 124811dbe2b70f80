"""A storm of deliveries while worker, database and Temporal are killed in the middle of it; then the books are audited.

`make chaos` runs the long form: each is killed CARE_STORM_ROUNDS times, in an order that CARE_STORM_SEED chooses.
"""

from __future__ import annotations

import asyncio
import os
import random
import signal
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pymongo import MongoClient
from pymongo.database import Database
from pymongo.errors import PyMongoError
from temporalio.client import Client, WorkflowExecutionStatus
from temporalio.service import RPCError

from care.settings import load
from care.stores import open_stores
from care.temporal import connect
from tests.chaos.audit import (
    Books,
    Document,
    Wish,
    assert_nothing_is_lost_or_doubled,
    assert_projections_agree,
    assert_the_books_agree,
    books,
)
from tests.running import PATIENCE, CareUp, alive, care_up

ROUNDS = int(os.environ.get("CARE_STORM_ROUNDS", "1"))
SEED = int(os.environ.get("CARE_STORM_SEED", "7"))
VICTIMS = ("worker", "mongod", "temporal")
# Fewer beats than a subscription remembers of its deliveries (20), so that each of them can be asked about.
SUBSCRIPTIONS, BEATS = 30, 8 if ROUNDS == 1 else 18
BEAT = timedelta(seconds=3 if ROUNDS == 1 else 4 * ROUNDS)
ZONES = ("UTC", "Asia/Kolkata")
START = timedelta(seconds=6)  # about what it takes to ask for all of them


@pytest.fixture
def running(tmp_path: Path) -> Iterator[CareUp]:
    with care_up(tmp_path, CARE_ALLOW_SUBDAILY="1") as started:
        yield started


@pytest.fixture
def database(running: CareUp) -> Iterator[Database[Document]]:
    with MongoClient[Document](running.runtime["mongodb_uri"], tz_aware=True, serverSelectionTimeoutMS=1000) as client:
        yield client["care"]


def test_whoever_is_killed_in_the_storm_every_delivery_is_ordered_and_charged_once(
    running: CareUp, database: Database[Document]
) -> None:
    before = books(database)
    wishes = subscribed(running, datetime.now(UTC) + START + BEATS * BEAT)
    expected = len(before.orders) + sum(len(wish.occurrences()) for wish in wishes)
    order = [victim for _ in range(ROUNDS) for victim in random.Random(SEED).sample(VICTIMS, len(VICTIMS))]
    for victim in order:
        in_the_middle(database, expected)
        killed(running, victim)
    running.until_ready()
    asyncio.run(audited(running, wishes, database, before))


async def audited(running: CareUp, wishes: list[Wish], database: Database[Document], before: Books) -> None:
    settings = load(running.data_dir)
    async with open_stores(settings.mongodb_uri, settings.mongodb_database) as stores:
        temporal = await connect(settings, stores)
        await until_ended(temporal, wishes)
        after = books(database)
        assert_nothing_is_lost_or_doubled(wishes, before, after)
        assert_the_books_agree(before, after)
        await assert_projections_agree(temporal, after)


def subscribed(running: CareUp, until: datetime) -> list[Wish]:
    """All deliver on the same seconds: their recurrence is counted from nine o'clock of a day in the past."""
    day = (datetime.now(UTC) - timedelta(days=2)).date()
    rule = f"FREQ=SECONDLY;INTERVAL={BEAT // timedelta(seconds=1)};UNTIL={until:%Y%m%dT%H%M%SZ}"

    def one(number: int) -> Wish:
        zone = ZONES[number % len(ZONES)]
        body = {
            "customer_id": customer,
            "items": [{"sku": "AMUL-MILK-1L", "quantity": 1 + number % 3}],
            "recurrence": rule,
            "timezone": zone,
            "start_date": day.isoformat(),
            "remind_before": [],
        }
        made = client.post("/subscription", json=body).raise_for_status().json()
        created = datetime.fromisoformat(made["created_at"])
        return Wish(made["subscription_id"], zone, created, until.replace(microsecond=0), BEAT)

    customer = running.account("customer")["customer_id"]
    with running.signed_in("customer") as client, ThreadPoolExecutor(8) as threads:
        return list(threads.map(one, range(SUBSCRIPTIONS)))


def in_the_middle(database: Database[Document], expected: int) -> None:
    """Returns while deliveries are being made: some have just come, and more are to come."""
    deadline, seen = time.monotonic() + PATIENCE, None
    while time.monotonic() < deadline:
        try:
            now = database["orders"].count_documents({})
        except PyMongoError:  # the last one who was killed
            continue
        assert now < expected, "the storm was over before everybody had been killed in it"
        if seen is not None and now > seen:
            return
        seen = now
        time.sleep(0.02)
    raise AssertionError("no delivery was made any more")


def killed(running: CareUp, victim: str) -> None:
    """Returns once the supervisor has started another one."""
    said, pid = len(running.output), running.runtime["pids"][victim]
    os.kill(pid, signal.SIGKILL)
    running.until(f"{victim} was started again", after=said)
    while running.runtime["pids"][victim] == pid:
        time.sleep(0.02)
    assert not alive(pid)


async def until_ended(temporal: Client, wishes: list[Wish]) -> None:
    """Each has come to its end by itself: so none is lost, and nothing more can come."""
    left = max(wish.until for wish in wishes) - datetime.now(UTC)
    async with asyncio.timeout(max(left.total_seconds(), 0) + PATIENCE):
        for wish in wishes:
            handle = temporal.get_workflow_handle(f"subscription-{wish.subscription_id}")
            while await _status(handle) is not WorkflowExecutionStatus.COMPLETED:  # noqa: ASYNC110  another process
                await asyncio.sleep(0.2)


async def _status(handle: Any) -> WorkflowExecutionStatus | None:
    try:
        status: WorkflowExecutionStatus | None = (await handle.describe()).status
    except RPCError:  # it is starting again
        return None
    return status

"""`care repair subscriptions` on a real worker: each way in which a projection breaks, and how it is mended."""

from __future__ import annotations

import asyncio
import json
import secrets
import uuid
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from temporalio.client import Client, WorkflowExecutionStatus

from care.embedded import free_port
from care.errors import Unavailable
from care.models.subscription import Subscription
from care.policy import load_policy
from care.rules.repair import Finding, Mend
from care.settings import Settings
from care.temporal import connect, subscription_workflow_id
from tests.api.conftest import opened, working
from tests.api.shop import Shop, Someone
from tests.api.test_subscriptions import _subscribe
from tests.running import care
from workflows.repair import BEHIND
from workflows.repair_subscriptions import SubscriptionRepair as Repair
from workflows.subscription import SubscriptionWorkflow

pytestmark = pytest.mark.usefixtures("at_work")


@pytest.fixture(scope="module")
async def shop(settings: Settings) -> AsyncIterator[Shop]:
    """One of its own: a repair looks at all that there is, and other tests leave much."""
    name = f"repair-{uuid.uuid4().hex[:12]}"
    own = {"mongodb_database": f"test_{name}", "task_queue": name, "metrics_port": free_port()}
    async with opened(settings.model_copy(update=own)) as its:
        # Temporal is shared with the other shop, whose workflows have the small numbers.
        start = {"_id": "SUB", "last": secrets.randbelow(10**12) + 10**12}
        await its.services.stores.database["counters"].replace_one({"_id": "SUB"}, start, upsert=True)
        yield its


@pytest.fixture(scope="module")
async def temporal(shop: Shop) -> Client:
    return await connect(shop.settings, shop.services.stores)


@pytest.fixture(scope="module")
async def at_work(shop: Shop) -> AsyncIterator[None]:
    async with working(shop):
        yield


@pytest.fixture
async def made(shop: Shop, ana: Someone, temporal: Client) -> Subscription:
    answer = await _subscribe(ana, frequency="weekly", delivery_day="friday")
    subscription_id = answer.json()["subscription_id"]
    # Once its workflow has stored it: else that would mend what is broken here.
    workflow = temporal.get_workflow_handle(subscription_workflow_id(subscription_id))
    await workflow.execute_update(SubscriptionWorkflow.started)
    return await shop.services.stores.subscriptions.get(subscription_id)


@pytest.fixture
def broken(shop: Shop) -> Any:
    return shop.services.stores.database["subscriptions"]


@pytest.fixture
def repair(shop: Shop, temporal: Client) -> Repair:
    return _repair(shop, temporal, shop.settings.task_queue)


def _repair(shop: Shop, temporal: Client, task_queue: str) -> Repair:
    return Repair(temporal, shop.services.stores, load_policy(None), shop.services.payments, task_queue=task_queue)


async def _repaired(repair: Repair, subscription: Subscription, *, dry_run: bool = False) -> Finding | None:
    """What was found about this one; the shop has others."""
    found = [finding async for finding in repair.findings(dry_run=dry_run)]
    mine = [finding for finding in found if finding.subject == f"subscription {subscription.subscription_id}"]
    assert len(mine) <= 1
    return mine[0] if mine else None


async def _is_mended(shop: Shop, repair: Repair, made: Subscription, found: Finding | None, mend: Mend) -> None:
    assert found is not None
    assert (found.mend, found.done) == (mend, True), found
    assert await shop.services.stores.subscriptions.get(made.subscription_id) == made
    assert await _repaired(repair, made) is None


async def test_what_agrees_is_left_alone(shop: Shop, repair: Repair, made: Subscription) -> None:
    assert await _repaired(repair, made) is None
    assert repair.looked_at > 0
    assert await shop.services.stores.subscriptions.get(made.subscription_id) == made


async def test_a_lost_projection_comes_back(shop: Shop, repair: Repair, made: Subscription, broken: Any) -> None:
    await broken.delete_one({"_id": made.subscription_id})
    # Temporal's list of workflows is written a moment after the workflows.
    async with asyncio.timeout(30):
        while (found := await _repaired(repair, made)) is None:  # noqa: ASYNC110  another process writes it
            await asyncio.sleep(0.2)
    await _is_mended(shop, repair, made, found, Mend.STORE)


async def test_an_older_projection_catches_up(shop: Shop, repair: Repair, made: Subscription, broken: Any) -> None:
    await broken.update_one({"_id": made.subscription_id}, {"$inc": {"version": -1}, "$set": {"deliveries": 7}})
    found = await _repaired(repair, made)
    await _is_mended(shop, repair, made, found, Mend.STORE)


async def test_other_content_under_the_same_version_is_replaced(
    shop: Shop, repair: Repair, made: Subscription, broken: Any
) -> None:
    await broken.update_one({"_id": made.subscription_id}, {"$set": {"deliveries": 7, "upcoming": []}})
    found = await _repaired(repair, made)
    await _is_mended(shop, repair, made, found, Mend.STORE)


async def test_a_projection_that_cannot_be_read_is_replaced(
    shop: Shop, repair: Repair, made: Subscription, broken: Any
) -> None:
    await broken.update_one({"_id": made.subscription_id}, {"$unset": {"schedule": 1, "version": 1}})
    found = await _repaired(repair, made)
    await _is_mended(shop, repair, made, found, Mend.STORE)


async def test_a_dry_run_tells_and_mends_nothing(shop: Shop, repair: Repair, made: Subscription, broken: Any) -> None:
    await broken.update_one({"_id": made.subscription_id}, {"$set": {"deliveries": 7}})
    found = await _repaired(repair, made, dry_run=True)
    assert found is not None
    assert (found.mend, found.done) == (Mend.STORE, False)
    assert (await shop.services.stores.subscriptions.get(made.subscription_id)).deliveries == 7


async def test_a_subscription_that_has_ended_is_shown_as_ended(
    shop: Shop, repair: Repair, ana: Someone, made: Subscription, broken: Any, temporal: Client
) -> None:
    await ana.http.post(f"/subscription/cancel/{made.subscription_id}", json={"when": "now"})
    await temporal.get_workflow_handle(subscription_workflow_id(made.subscription_id)).result()
    ended = await shop.services.stores.subscriptions.get(made.subscription_id)
    alive = {"status": "active", "version": made.version, "cancelled_at": None, "upcoming": made.upcoming}
    await broken.update_one({"_id": made.subscription_id}, {"$set": alive})
    await _is_mended(shop, repair, ended, await _repaired(repair, made), Mend.STORE)


async def test_a_subscription_whose_workflow_is_gone_goes_on(
    shop: Shop, repair: Repair, ana: Someone, made: Subscription, broken: Any
) -> None:
    lost = f"SUB{uuid.uuid4().hex[:6]}"
    document = await broken.find_one({"_id": made.subscription_id})
    await broken.insert_one(document | {"_id": lost})
    orphan = made.model_copy(update={"subscription_id": lost})
    await _is_mended(shop, repair, orphan, await _repaired(repair, orphan), Mend.START)
    answer = await ana.http.post(f"/subscription/skip/{lost}", json={"date": made.upcoming[0]})
    assert answer.json()["next_delivery"] == made.upcoming[1]
    assert answer.json()["version"] == made.version + 1


async def test_another_workflow_goes_on_for_one_that_is_behind_its_projection(
    shop: Shop, repair: Repair, ana: Someone, made: Subscription, broken: Any
) -> None:
    await broken.update_one({"_id": made.subscription_id}, {"$inc": {"version": 3}})
    ahead = made.model_copy(update={"version": made.version + 3})
    await _is_mended(shop, repair, ahead, await _repaired(repair, made), Mend.RESTART)
    answer = await ana.http.post(f"/subscription/skip/{made.subscription_id}", json={"date": made.upcoming[0]})
    assert answer.json()["version"] == ahead.version + 1


async def test_a_workflow_that_is_behind_the_end_of_its_subscription_ends(
    shop: Shop, repair: Repair, made: Subscription, broken: Any, temporal: Client
) -> None:
    over = {"status": "cancelled", "cancelled_at": made.created_at, "upcoming": [], "next_delivery": None}
    await broken.update_one({"_id": made.subscription_id}, {"$inc": {"version": 1}, "$set": over})
    ended = await shop.services.stores.subscriptions.get(made.subscription_id)
    await _is_mended(shop, repair, ended, await _repaired(repair, made), Mend.END)
    described = await temporal.get_workflow_handle(subscription_workflow_id(made.subscription_id)).describe()
    assert described.status is WorkflowExecutionStatus.TERMINATED


async def test_a_restart_that_was_cut_off_is_finished(
    shop: Shop, repair: Repair, made: Subscription, temporal: Client
) -> None:
    handle = temporal.get_workflow_handle(subscription_workflow_id(made.subscription_id))
    await handle.terminate(reason=BEHIND)
    await _is_mended(shop, repair, made, await _repaired(repair, made), Mend.START)


async def test_the_command_says_what_it_did_and_whether_a_person_is_needed(
    shop: Shop, ana: Someone, made: Subscription, broken: Any, temporal: Client, tmp_path: Path
) -> None:
    second = (await _subscribe(ana, frequency="daily")).json()["subscription_id"]
    await broken.update_one({"_id": made.subscription_id}, {"$set": {"deliveries": 7}})
    settings = shop.settings
    environment = {
        "CARE_MONGODB_URI": settings.mongodb_uri,
        "CARE_MONGODB_DATABASE": settings.mongodb_database,
        "CARE_TEMPORAL_ADDRESS": settings.temporal_address,
        "CARE_TASK_QUEUE": settings.task_queue,
        "CARE_ENCRYPTION_KEY": settings.encryption_key.get_secret_value(),
    }

    async def run(*options: str) -> tuple[int, str]:
        done = await asyncio.to_thread(care, "repair", "subscriptions", *options, cwd=tmp_path, **environment)
        assert done.stderr == ""
        return done.returncode, done.stdout

    status, said = await run()
    assert status == 0, said
    assert f"{made.subscription_id}: the lists showed something else" in said
    assert " compared, 1 mended, " in said

    await temporal.get_workflow_handle(subscription_workflow_id(second)).terminate()
    status, said = await run("--json")
    assert status == 1, said
    told = json.loads(said)
    assert told["for_a_person"] == 1
    assert [(each["subject"], each["mend"]) for each in told["findings"]] == [(f"subscription {second}", "person")]
    await broken.delete_one({"_id": second})


async def test_nothing_is_concluded_while_no_worker_answers(shop: Shop, temporal: Client) -> None:
    nobody = _repair(shop, temporal, f"idle-{uuid.uuid4().hex}")
    with pytest.raises(Unavailable, match="No worker"):
        [finding async for finding in nobody.findings(dry_run=True)]

"""What one would write without Temporal: a loop over an index of what is due. `python -m bench.loop`.

It delivers by the product's own code, so it writes the same, as durably; what it does besides is to claim a document
and to write down when it is due next. It has no timers, no history, and no retries but that a claim runs out.
"""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

from activities.subscription import DueStep, SubscriptionActivities
from care.gateways.ledger import LedgerGateway
from care.models.subscription import Subscription
from care.rules.reminders import next_step
from care.rules.subscription import settled
from care.settings import load
from care.stores import Stores, open_stores

DUE = "bench_due"
_AT_ONCE = 20
_LEASE = timedelta(minutes=1)
_PAUSE = 0.05  # seconds


def entry(subscription: Subscription, now: datetime) -> dict[str, Any]:
    step = next_step(subscription, now)
    return {
        "_id": subscription.subscription_id,
        "due": step.at if step else None,
        "state": subscription.model_dump(mode="json"),
    }


async def work(stores: Stores) -> None:
    """Until it is cancelled."""
    deliveries = SubscriptionActivities(stores, LedgerGateway(stores.ledger))
    due = stores.database[DUE]
    while True:
        now = datetime.now(UTC)
        claimed = await due.find_one_and_update(
            {"due": {"$lte": now}}, {"$set": {"due": now + _LEASE}}, sort=[("due", 1)]
        )
        if claimed is None:
            await asyncio.sleep(_PAUSE)
            continue
        before = Subscription.model_validate(claimed["state"])
        step = next_step(before, now)
        if step is not None:
            attempt = await deliveries.deliver(DueStep(subscription=before, step=step, at=now))
            await due.replace_one({"_id": claimed["_id"]}, entry(settled(before, step, attempt), now))


async def main() -> None:
    settings = load()
    async with open_stores(settings.mongodb_uri, settings.mongodb_database, indexes=False) as stores:
        await asyncio.gather(*(work(stores) for _ in range(_AT_ONCE)))


if __name__ == "__main__":
    asyncio.run(main())

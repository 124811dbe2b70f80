"""Subscriptions: the projection that workflows write, for lists.

Beside the model's fields a document keeps `skips`: the keys of the deliveries that its customer has skipped, also of
those behind, which the workflow forgets; the analytics count them. And `next_due`: the instant of `next_delivery`, by
which those that are late are found.
"""

from __future__ import annotations

from zoneinfo import ZoneInfo

from care.models.common import Page
from care.models.subscription import Subscription, SubscriptionStatus
from care.rules.subscription import next_due
from care.stores.documents import NEWEST, OLDEST, Documents, now
from care.stores.mongo import Database, Document
from care.stores.paging import EPOCH

_MOST_SKIPS = 400


class SubscriptionStore:
    def __init__(self, database: Database) -> None:
        self._subscriptions = Documents(
            database, "subscriptions", Subscription, key="subscription_id", noun="subscription"
        )
        self._shown = self._subscriptions.at_once()

    async def ensure_indexes(self) -> None:
        subscriptions = self._subscriptions.collection
        await subscriptions.create_index([("customer_id", 1), ("created_at", NEWEST), ("_id", NEWEST)])
        await subscriptions.create_index([("status", 1), ("created_at", NEWEST)])
        await subscriptions.create_index([("created_at", NEWEST)])
        await subscriptions.create_index([("status", OLDEST), ("next_due", OLDEST)])
        await subscriptions.create_index(
            [("cancelled_at", NEWEST)], partialFilterExpression={"cancelled_at": {"$gt": EPOCH}}
        )

    async def save(self, subscription: Subscription) -> None:
        """Keep the newest `version`: an older write, however late, changes nothing."""
        await _keep(self._subscriptions, subscription)

    async def show(self, subscription: Subscription) -> None:
        """As `save`, what a workflow is about to save: it need not outlive a crash, so no disk is waited for."""
        await _keep(self._shown, subscription)

    async def tell_when_due(self, subscription_id: str) -> None:
        """For one that was stored before there was a `next_due`; what is written meanwhile has it."""
        found = await self.get(subscription_id)
        fields = {"next_due": next_due(found)}
        await self._subscriptions.change(subscription_id, fields, only_if={"version": found.version})

    async def get(self, subscription_id: str) -> Subscription:
        return await self._subscriptions.get(subscription_id)

    async def page(self, customer_id: str, *, limit: int = 50, cursor: str | None = None) -> Page[Subscription]:
        return await self._subscriptions.page({"customer_id": customer_id}, by="created_at", limit=limit, cursor=cursor)

    async def active(self, customer_id: str) -> list[Subscription]:
        """All that are not cancelled (paused and past due ones too), newest first."""
        alive = {"customer_id": customer_id, "status": {"$ne": SubscriptionStatus.CANCELLED.value}}
        return await self._subscriptions.many(alive, by="created_at")


async def _keep(subscriptions: Documents[Subscription], subscription: Subscription) -> None:
    derived = {"skips": _skips(subscription)}
    await subscriptions.save_version(subscription, derived=derived, next_due=next_due(subscription))


def _skips(subscription: Subscription) -> Document:
    """What was skipped on earlier days stays so; from the customer's today on, it is what the workflow says."""
    today = now().astimezone(ZoneInfo(subscription.timezone)).date().isoformat()
    over = subscription.status is SubscriptionStatus.CANCELLED
    ahead = [] if over else sorted(key for key in subscription.skipped if key >= today)
    behind = {"$filter": {"input": {"$ifNull": ["$skips", []]}, "cond": {"$lt": ["$$this", today]}}}
    return {"$slice": [{"$concatArrays": [behind, {"$literal": ahead}]}, -_MOST_SKIPS]}

"""Subscriptions from before late deliveries were counted say when their next one is due."""

from __future__ import annotations

from typing import TYPE_CHECKING

from care.models.subscription import SubscriptionStatus
from care.stores.migrations.step import Rewrite
from care.stores.mongo import Document

if TYPE_CHECKING:
    from care.stores import Stores


async def move(stores: Stores, subscription: Document) -> None:
    await stores.subscriptions.tell_when_due(subscription["_id"])


NEXT_DUE = Rewrite(
    name="0006-next-due",
    what="deliveries that are late are found",
    collection="subscriptions",
    old={"status": SubscriptionStatus.ACTIVE.value, "next_due": None, "next_delivery": {"$ne": None}},
    move=move,
)

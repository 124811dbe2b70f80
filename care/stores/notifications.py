"""What customers were told."""

from __future__ import annotations

from care import tracing
from care.models.common import Page
from care.models.notification import Notification
from care.stores.documents import NEWEST, OLDEST, Documents, now
from care.stores.mongo import Database, Document

_UNDISPATCHED: Document = {"undispatched": True}


class NotificationStore:
    def __init__(self, database: Database) -> None:
        self._notifications = Documents(
            database, "notifications", Notification, key="notification_id", noun="notification"
        )

    async def ensure_indexes(self) -> None:
        notifications = self._notifications.collection
        await notifications.create_index([("customer_id", 1), ("created_at", NEWEST), ("_id", NEWEST)])
        await notifications.create_index([("customer_id", 1), ("read_at", 1)])
        await notifications.create_index([("subscription_id", 1), ("occurrence", 1)])
        waiting = [("undispatched", 1), ("created_at", OLDEST), ("_id", OLDEST)]
        await notifications.create_index(waiting, partialFilterExpression=_UNDISPATCHED)

    async def add(self, notification: Notification) -> bool:
        """Store once per notification id; False if it was there. It is in the outbox with the same write, and leads
        back to what is being done now."""
        return await self._notifications.add(notification, undispatched=True, came_from=tracing.here())

    async def find(self, notification_id: str) -> Notification | None:
        return await self._notifications.find(notification_id)

    async def undispatched(self, limit: int) -> list[Notification]:
        """Those that have not been handed to their channels, oldest first."""
        return await self._notifications.many(_UNDISPATCHED, by="created_at", direction=OLDEST, limit=limit)

    async def came_from(self, notification_id: str) -> tracing.Carrier:
        """What was done when it was stored; empty where that is not known."""
        found = await self._notifications.collection.find_one({"_id": notification_id}, {"came_from": 1})
        return tracing.read((found or {}).get("came_from"))

    async def dispatched(self, notification_id: str) -> None:
        """Its channels have it."""
        await self._notifications.collection.update_one({"_id": notification_id}, {"$unset": {"undispatched": ""}})

    async def page(self, customer_id: str, *, limit: int = 50, cursor: str | None = None) -> Page[Notification]:
        return await self._notifications.page({"customer_id": customer_id}, by="created_at", limit=limit, cursor=cursor)

    async def mark_read(self, notification_id: str, customer_id: str | None = None) -> Notification:
        """Mark it read, for its customer or (None) for staff; the first time counts. Raises NotFound."""
        mine: Document = {} if customer_id is None else {"customer_id": customer_id}
        unread = mine | {"read_at": None}
        if changed := await self._notifications.change(notification_id, {"read_at": now()}, only_if=unread):
            return changed
        found = await self._notifications.get(notification_id)
        if customer_id not in (None, found.customer_id):
            raise self._notifications.missing(notification_id)
        return found

    async def mark_all_read(self, customer_id: str) -> None:
        """All that this customer was told so far; what was read before stays as it was."""
        mine: Document = {"customer_id": customer_id, "read_at": None}
        await self._notifications.collection.update_many(mine, {"$set": {"read_at": now()}})

    async def read_conversation(self, conversation_id: str, customer_id: str) -> None:
        """Mark read what this customer was told of a conversation; the first time counts."""
        mine: Document = {"customer_id": customer_id, "read_at": None, "conversation_id": conversation_id}
        await self._notifications.collection.update_many(mine, {"$set": {"read_at": now()}})

    async def withdraw_reminders(
        self, subscription_id: str, *, after: str, until: str | None, planned: list[str], skipped: list[str]
    ) -> int:
        """Delete the reminders of occurrences that will not come; returns how many.

        Those are the keys in `skipped`, and the keys after `after` up to `until` (None: all) that are not `planned`.
        """
        window: Document = {"$gt": after, "$nin": planned} | ({"$lte": until} if until else {})
        gone = {"$or": [{"occurrence": window}, {"occurrence": {"$in": skipped}}]}
        mine = {"subscription_id": subscription_id, "kind": "reminder"}
        return (await self._notifications.collection.delete_many(mine | gone)).deleted_count

    async def unread(self, customer_id: str) -> int:
        return await self._notifications.collection.count_documents({"customer_id": customer_id, "read_at": None})

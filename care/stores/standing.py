"""How the shop stands: figures for whoever keeps it running. Each is read from an index alone, and counts no further
than MOST. And the outcome of the nightly checks, which the figures tell."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from pymongo.errors import OperationFailure

from care.models.dispatch import Channel, DispatchStatus
from care.models.refund import RefundStatus
from care.models.standing import Check, Checked, Outbox, Reviews, Stage, Standing, Storage, Waiting
from care.models.subscription import SubscriptionStatus
from care.stores.documents import OLDEST, now, plain
from care.stores.mongo import Database, Document
from care.stores.refunds import AT_THE_DESK

MOST = 100_000
# A delivery is not late before this: a storm of them at nine o'clock takes its time.
GRACE = timedelta(minutes=5)

_APPROVED: Document = {"status": RefundStatus.APPROVED.value}
_PENDING: Document = {"status": "pending"}
_WAITS: Document = {"status": DispatchStatus.PENDING.value}
_CHECKS: tuple[Check, ...] = ("ledger", "audit")


class StandingStore:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def ensure_indexes(self) -> None:
        # Each begins with what its filter says, as MongoDB would else read the documents to check it.
        for collection, keys, where in (
            ("refunds", ("status", "updated_at"), _APPROVED),
            ("movements", ("status", "at"), _PENDING),
            ("dispatches", ("status", "channel", "created_at", "next_at"), _WAITS),
        ):
            order = [(key, OLDEST) for key in keys]
            await self._database[collection].create_index(order, name="standing", partialFilterExpression=where)

    async def look(self, at: datetime) -> Standing:
        """Raises one of CONNECTION_ERRORS."""
        return Standing(
            subscriptions=await self._subscriptions(),
            late=await self._late(at),
            refunds=await self._refunds(),
            unpaid=await self._waiting("refunds", _APPROVED, "updated_at", hint="standing"),
            reviews=await self._reviews(at),
            claimed=await self._count("refunds", {"claimed_by": {"$gt": ""}, "status": {"$in": AT_THE_DESK}}),
            handoffs=await self._waiting("conversations", {"handed_off": True, "held_by": ""}, "queue_at"),
            movements=await self._waiting("movements", _PENDING, "at", hint="standing"),
            outbox=await self._outbox(at),
            storage=await self._storage(),
            checks=await self._checks(),
        )

    async def note(self, check: Check, faults: int) -> None:
        """A check has come to its end, and left so many faults for a person."""
        ended = {"$set": {"at": now(), "faults": faults}}
        await self._database["checks"].update_one({"_id": check}, ended, upsert=True)

    async def _subscriptions(self) -> dict[SubscriptionStatus, int]:
        return {each: await self._count("subscriptions", {"status": each.value}) for each in SubscriptionStatus}

    async def _late(self, at: datetime) -> Waiting:
        due: Document = {"status": SubscriptionStatus.ACTIVE.value, "next_due": {"$lt": plain(at - GRACE)}}
        return await self._waiting("subscriptions", due, "next_due")

    async def _refunds(self) -> dict[RefundStatus, Waiting]:
        alive = [each for each in RefundStatus if not each.is_settled]
        where: Document = {"status": {"$in": [each.value for each in alive]}}
        hint = "status_1_created_at_1__id_1"
        found = await self._groups("refunds", where, "$status", {"since": {"$min": "$created_at"}}, hint=hint)
        return {each: _as_waiting(found.get(each.value)) for each in alive}

    async def _reviews(self, at: datetime) -> dict[Stage, Reviews]:
        where: Document = {"escalated": {"$in": [False, True]}, "status": {"$in": AT_THE_DESK}}
        past = {"$sum": {"$cond": [{"$lt": ["$queue_at", plain(at)]}, 1, 0]}}
        hint = "escalated_1_status_1_queue_at_1__id_1"
        figures = {"next": {"$min": "$queue_at"}, "overdue": past}
        found = await self._groups("refunds", where, "$escalated", figures, hint=hint)
        return {"first": _as_reviews(found.get(False)), "escalated": _as_reviews(found.get(True))}

    async def _outbox(self, at: datetime) -> dict[Channel, Outbox]:
        is_due = {"$lte": ["$next_at", plain(at)]}
        figures = {
            "since": {"$min": "$created_at"},
            "due": {"$sum": {"$cond": [is_due, 1, 0]}},
            "due_since": {"$min": {"$cond": [is_due, "$next_at", None]}},
        }
        found = await self._groups("dispatches", _WAITS, "$channel", figures, hint="standing")
        return {each: _as_outbox(found.get(each.value)) for each in Channel}

    async def _storage(self) -> Storage:
        whole = await self._database.command("dbStats")
        try:
            files = int((await self._database.command("collStats", "files.chunks"))["storageSize"])
        except OperationFailure:  # a view of nothing: no file was ever stored
            files = 0
        return Storage(
            database=int(whole["storageSize"] + whole["indexSize"]),
            evidence=files,
            disk_used=int(whole["fsUsedSize"]),
            disk_total=int(whole["fsTotalSize"]),
        )

    async def _checks(self) -> list[Checked]:
        found = self._database["checks"].find({"_id": {"$in": list(_CHECKS)}})
        return [Checked(check=each["_id"], at=each["at"], faults=each["faults"]) async for each in found]

    async def _count(self, collection: str, where: Document) -> int:
        return await self._database[collection].count_documents(where, limit=MOST)

    async def _waiting(self, collection: str, where: Document, since: str, **how: Any) -> Waiting:
        found = await self._groups(collection, where, None, {"since": {"$min": f"${since}"}}, **how)
        return _as_waiting(found.get(None))

    async def _groups(
        self, collection: str, where: Document, by: str | None, figures: Document, **how: Any
    ) -> dict[Any, Document]:
        group = {"_id": by, "count": {"$sum": 1}, **figures}
        rows = self._database[collection].aggregate([{"$match": where}, {"$limit": MOST}, {"$group": group}], **how)
        return {row["_id"]: row async for row in rows}


def _as_waiting(row: Mapping[str, Any] | None) -> Waiting:
    return Waiting(count=row["count"], since=row["since"]) if row else Waiting()


def _as_reviews(row: Mapping[str, Any] | None) -> Reviews:
    return Reviews(open=row["count"], overdue=row["overdue"], next_due_at=row["next"]) if row else Reviews()


def _as_outbox(row: Mapping[str, Any] | None) -> Outbox:
    if row is None:
        return Outbox()
    return Outbox(pending=_as_waiting(row), due=Waiting(count=row["due"], since=row["due_since"]))

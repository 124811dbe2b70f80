"""The outbox: what is on its way to customers and to the shop's systems, and who is sending it right now."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from pymongo import ReturnDocument
from pymongo.errors import DuplicateKeyError

from care import tracing
from care.errors import Conflict
from care.models.common import Page
from care.models.dispatch import Channel, Dispatch, DispatchStatus
from care.stores.documents import NEWEST, Documents, plain
from care.stores.mongo import Database, Document, Session

_KEPT = timedelta(days=30)  # after it has ended


@dataclass(frozen=True)
class Claim:
    """The right to send one entry; whoever holds another `token` for it by now has taken it over. `came_from`: what led
    to it."""

    dispatch: Dispatch
    token: str
    came_from: tracing.Carrier


class OutboxStore:
    def __init__(self, database: Database) -> None:
        self._dispatches = Documents(database, "dispatches", Dispatch, key="dispatch_id", noun="delivery")

    async def ensure_indexes(self) -> None:
        dispatches = self._dispatches.collection
        pending: Document = {"status": DispatchStatus.PENDING.value}
        await dispatches.create_index([("channel", 1), ("next_at", 1)], partialFilterExpression=pending)
        await dispatches.create_index([("endpoint_id", 1), ("created_at", NEWEST), ("_id", NEWEST)])
        await dispatches.create_index("done_at", expireAfterSeconds=int(_KEPT.total_seconds()))

    async def add(self, dispatches: Iterable[Dispatch], came_from: tracing.Carrier | None = None) -> None:
        """Store each once, with what led to it, by default what is being done now. One that was cancelled is due again:
        what it tells of has come back."""
        came_from = tracing.here() if came_from is None else came_from
        for dispatch in dispatches:
            document = self._dispatches.encode(dispatch) | {"came_from": came_from}
            back = {"_id": document["_id"], "status": DispatchStatus.CANCELLED.value}
            try:
                # Where it stands and is not cancelled the filter finds nothing, and the id is taken.
                await self._dispatches.collection.replace_one(back, document, upsert=True)
            except DuplicateKeyError:
                continue

    async def claim(self, channel: Channel, now: datetime, lease: timedelta) -> Claim | None:
        """The entry that is due longest, for whoever asks first. It is due again after `lease`, if nobody records."""
        token = uuid.uuid4().hex
        document = await self._dispatches.collection.find_one_and_update(
            {"status": DispatchStatus.PENDING.value, "channel": channel.value, "next_at": {"$lte": plain(now)}},
            {"$set": {"next_at": plain(now + lease), "claimed_by": token}, "$inc": {"attempts": 1}},
            sort=[("next_at", 1)],
            return_document=ReturnDocument.AFTER,
        )
        if document is None:
            return None
        return Claim(self._dispatches.decode(document), token, tracing.read(document.get("came_from")))

    async def record(self, claim: Claim, after: Dispatch) -> bool:
        """Store how a try ended, and give the claim back; False if another has taken it over meanwhile."""
        fields = self._dispatches.encode(after) | {"claimed_by": None}
        held = {"_id": fields.pop("_id"), "claimed_by": claim.token, "status": DispatchStatus.PENDING.value}
        return bool((await self._dispatches.collection.update_one(held, {"$set": fields})).matched_count)

    async def get(self, dispatch_id: str) -> Dispatch:
        """Raises NotFound."""
        return await self._dispatches.get(dispatch_id)

    async def page(self, endpoint_id: str, *, limit: int = 50, cursor: str | None = None) -> Page[Dispatch]:
        """What went to one endpoint, newest first."""
        return await self._dispatches.page({"endpoint_id": endpoint_id}, by="created_at", limit=limit, cursor=cursor)

    async def send_again(self, dispatch_id: str, now: datetime, session: Session | None = None) -> Dispatch:
        """Due now, with all tries before it. Raises NotFound, or Conflict while a worker is sending it."""
        fields = {"status": DispatchStatus.PENDING, "attempts": 0, "next_at": now, "done_at": None, "claimed_by": None}
        free = {"$or": [{"claimed_by": None}, {"next_at": {"$lte": plain(now)}}]}
        if again := await self._dispatches.change(dispatch_id, fields, only_if=free, session=session):
            return again
        await self._dispatches.get(dispatch_id, session=session)
        raise Conflict(f"{dispatch_id} is being sent right now: look again in a minute.")

    async def forget(self, endpoint_id: str) -> None:
        """Delete all that went or should go to an endpoint."""
        await self._dispatches.collection.delete_many({"endpoint_id": endpoint_id})

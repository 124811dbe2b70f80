"""Web hook endpoints, their secrets sealed by whoever hands them over."""

from __future__ import annotations

from datetime import datetime

from care.models.common import Page
from care.models.webhook import Endpoint
from care.stores.documents import NEWEST, OLDEST, Documents
from care.stores.mongo import Database, Session


class WebhookStore:
    def __init__(self, database: Database) -> None:
        self._endpoints = Documents(database, "webhooks", Endpoint, key="endpoint_id", noun="web hook")

    async def ensure_indexes(self) -> None:
        await self._endpoints.collection.create_index([("created_at", NEWEST), ("_id", NEWEST)])

    async def add(self, endpoint: Endpoint, session: Session) -> bool:
        """Store once; False if the id was there."""
        if await self._endpoints.find(endpoint.endpoint_id, session=session):
            return False
        return await self._endpoints.add(endpoint, session=session)

    async def get(self, endpoint_id: str) -> Endpoint:
        """Raises NotFound."""
        return await self._endpoints.get(endpoint_id)

    async def find(self, endpoint_id: str) -> Endpoint | None:
        return await self._endpoints.find(endpoint_id)

    async def page(self, *, limit: int = 50, cursor: str | None = None) -> Page[Endpoint]:
        return await self._endpoints.page({}, by="created_at", limit=limit, cursor=cursor)

    async def enabled(self) -> list[Endpoint]:
        return await self._endpoints.many({"enabled": True}, by="created_at", direction=OLDEST)

    async def enable(self, endpoint_id: str, session: Session) -> Endpoint:
        """Raises NotFound. Its failures so far no longer count."""
        fields = {"enabled": True, "disabled_at": None, "disabled_reason": None, "failing_since": None}
        return await self._endpoints.change(endpoint_id, fields, session=session) or await self.get(endpoint_id)

    async def disable(self, endpoint_id: str, reason: str, at: datetime, session: Session | None = None) -> Endpoint:
        """Raises NotFound. The first time and reason stay."""
        fields = {"enabled": False, "disabled_at": at, "disabled_reason": reason}
        changed = await self._endpoints.change(endpoint_id, fields, only_if={"enabled": True}, session=session)
        return changed or await self._endpoints.get(endpoint_id, session=session)

    async def rotate(
        self, endpoint_id: str, sealed: bytes, old: bytes, old_until: datetime, session: Session
    ) -> Endpoint | None:
        """None if `old` is no longer the secret: somebody else has just rotated it."""
        fields = {"sealed": sealed, "old_sealed": old, "old_until": old_until}
        return await self._endpoints.change(endpoint_id, fields, only_if={"sealed": old}, session=session)

    async def delete(self, endpoint_id: str, session: Session) -> None:
        """Raises NotFound."""
        deleted = await self._endpoints.collection.delete_one({"_id": endpoint_id}, session=session)
        if not deleted.deleted_count:
            raise self._endpoints.missing(endpoint_id)

    async def succeeded(self, endpoint_id: str) -> None:
        await self._endpoints.change(endpoint_id, {"failing_since": None}, only_if={"failing_since": {"$ne": None}})

    async def failed(self, endpoint_id: str, at: datetime) -> Endpoint | None:
        """Notes the first failure since something last arrived; None if the endpoint is gone."""
        changed = await self._endpoints.change(endpoint_id, {"failing_since": at}, only_if={"failing_since": None})
        return changed or await self._endpoints.find(endpoint_id)

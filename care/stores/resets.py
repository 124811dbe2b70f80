"""Who has asked for a new password by mail. The link is signed by a worker when it sends it, and kept nowhere."""

from __future__ import annotations

from care.models.session import ResetRequest
from care.stores.documents import Documents
from care.stores.mongo import Database


class ResetStore:
    def __init__(self, database: Database) -> None:
        self._requests = Documents(database, "password_resets", ResetRequest, key="reset_id", noun="request")

    async def ensure_indexes(self) -> None:
        await self._requests.collection.create_index("expires_at", expireAfterSeconds=0)

    async def add(self, request: ResetRequest) -> None:
        await self._requests.add(request)

    async def find(self, reset_id: str) -> ResetRequest | None:
        return await self._requests.find(reset_id)

    async def take(self, reset_id: str) -> bool:
        """True for the one who asks first: it is used now."""
        return bool((await self._requests.collection.delete_one({"_id": reset_id})).deleted_count)

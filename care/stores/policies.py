"""Every refund policy that a worker has worked under, by version: so that an old case file can still be explained."""

from __future__ import annotations

from care.errors import NotFound
from care.models.policy import RefundPolicy
from care.stores.documents import now
from care.stores.mongo import Database


class PolicyStore:
    def __init__(self, database: Database) -> None:
        self._policies = database["policies"]

    async def ensure_indexes(self) -> None:
        """Read by `_id`, and all of the few."""

    async def put(self, policy: RefundPolicy) -> None:
        """Kept once: the version carries a hash of the content, so the same version is the same policy."""
        first = {"content": policy.model_dump(mode="json"), "kept_at": now()}
        await self._policies.update_one({"_id": policy.version}, {"$setOnInsert": first}, upsert=True)

    async def get(self, version: str) -> RefundPolicy:
        """Raises NotFound that names the versions that are kept."""
        found = await self._policies.find_one({"_id": version})
        if found is None:
            kept = ", ".join(await self.versions()) or "none"
            raise NotFound(f"There is no policy {version}. Kept are: {kept}.")
        return RefundPolicy.model_validate(found["content"])

    async def versions(self) -> list[str]:
        """Oldest first, by when a worker first worked under them."""
        found = [each async for each in self._policies.find({}, {"kept_at": 1})]
        return [each["_id"] for each in sorted(found, key=lambda each: (each["kept_at"], each["_id"]))]

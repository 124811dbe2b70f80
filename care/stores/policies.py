"""Every refund policy that a worker has worked under, by version: so that an old case file can still be explained."""

from __future__ import annotations

from care.errors import NotFound
from care.models.audit import WORKER
from care.models.common import known
from care.models.policy import PolicyUse, RefundPolicy
from care.stores.audit import AuditStore
from care.stores.documents import now
from care.stores.mongo import Database, Document, Session


class PolicyStore:
    def __init__(self, database: Database, audit: AuditStore) -> None:
        self._audit = audit
        self._policies = database["policies"]

    async def ensure_indexes(self) -> None:
        """Read by `_id`, and all of the few."""

    async def put(self, policy: RefundPolicy) -> None:
        """Kept once: the version carries a hash of the content, so the same version is the same policy.

        Notes, here and in the audit record, that a worker works under it from now on, unless that was so already.
        """

        async def body(session: Session) -> None:
            newest = max(await self.uses(session), key=lambda use: use.since, default=None)
            if newest is not None and newest.version == policy.version:
                return
            at = now()
            await self._audit.append("policy_in_force", by=WORKER, about=policy.version, session=session)
            first = {"content": policy.model_dump(mode="json"), "kept_at": at}
            change: Document = {"$setOnInsert": first, "$push": {"used": at}}
            await self._policies.update_one({"_id": policy.version}, change, upsert=True, session=session)

        await self._audit.transaction(body)

    async def get(self, version: str) -> RefundPolicy:
        """Raises NotFound that names the versions that are kept."""
        found = await self._policies.find_one({"_id": version})
        if found is None:
            kept = ", ".join(await self.versions()) or "none"
            raise NotFound(f"There is no policy {version}. Kept are: {kept}.")
        return known(RefundPolicy, found["content"])

    async def versions(self) -> list[str]:
        """Oldest first, by when a worker first worked under them."""
        return list(dict.fromkeys(use.version for use in await self.uses()))

    async def uses(self, session: Session | None = None) -> list[PolicyUse]:
        """When workers began to work under each version, oldest first; once for each time that it came back."""
        found = self._policies.find({}, {"kept_at": 1, "used": 1}, session=session)
        times = [(each["_id"], at) async for each in found for at in {each["kept_at"], *each.get("used", [])}]
        return [PolicyUse(version=version, since=at) for version, at in sorted(times, key=lambda use: (use[1], use[0]))]

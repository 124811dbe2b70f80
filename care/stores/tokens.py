"""Service tokens, by name. Of the secret only the hash is kept, beside the model's fields.

Making and revoking one, and its line in the audit record, are one transaction.
"""

from __future__ import annotations

from datetime import datetime

from pymongo.errors import DuplicateKeyError

from care.errors import Conflict
from care.models.common import Page
from care.models.token import ServiceToken
from care.stores.audit import AuditStore
from care.stores.documents import NEWEST, Documents, now
from care.stores.mongo import Database, Session


class TokenStore:
    def __init__(self, database: Database, audit: AuditStore) -> None:
        self._audit = audit
        self._tokens = Documents(database, "tokens", ServiceToken, key="name", noun="service token")

    async def ensure_indexes(self) -> None:
        await self._tokens.collection.create_index("sha256", unique=True)
        await self._tokens.collection.create_index([("created_at", NEWEST), ("_id", NEWEST)])

    async def add(self, token: ServiceToken, sha256: str) -> None:
        """Raises Conflict if the name is taken, also by one that was revoked: a name stands for one token for good."""

        async def body(session: Session) -> None:
            scopes = " ".join(token.scopes)
            await self._audit.append(
                "token_made", by=token.created_by, about=token.name, session=session, scopes=scopes
            )
            await self._tokens.add(token, session=session, sha256=sha256)

        try:
            await self._audit.transaction(body)
        except DuplicateKeyError:
            raise Conflict(f"There is, or was, a service token {token.name}: choose another name.") from None

    async def find(self, sha256: str) -> ServiceToken | None:
        document = await self._tokens.collection.find_one({"sha256": sha256})
        return None if document is None else self._tokens.decode(document)

    async def page(self, *, limit: int = 50, cursor: str | None = None) -> Page[ServiceToken]:
        """Newest first, with those that were revoked or have expired."""
        return await self._tokens.page({}, by="created_at", limit=limit, cursor=cursor)

    async def used(self, name: str, at: datetime) -> None:
        await self._tokens.change(name, {"used_at": at})

    async def revoke(self, name: str, *, by: str) -> ServiceToken:
        """Twice is as once. Raises NotFound."""

        async def body(session: Session) -> ServiceToken:
            found = await self._tokens.get(name, session=session)
            if found.revoked_at:
                return found
            await self._audit.append("token_revoked", by=by, about=name, session=session)
            revoked = {"revoked_at": now()}
            await self._tokens.change(name, revoked, session=session)
            return found.model_copy(update=revoked)

        return await self._audit.transaction(body)

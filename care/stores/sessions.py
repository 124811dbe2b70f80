"""Who is signed in where. A sign-in that is over is deleted: what names it then opens nothing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from care.models.common import Page
from care.models.session import Session
from care.stores.documents import NEWEST, Documents, plain
from care.stores.mongo import Database

COLLECTION = "sessions"


@dataclass(frozen=True)
class Family:
    """Hashes of a refresh token's two secrets: the one that all of a sign-in have in common, and its own."""

    family: str
    own: str


class SessionStore:
    def __init__(self, database: Database) -> None:
        self._sessions = Documents(database, COLLECTION, Session, key="session_id", noun="sign-in")

    async def ensure_indexes(self) -> None:
        await self._sessions.collection.create_index([("email", 1), ("created_at", NEWEST), ("_id", NEWEST)])
        await self._sessions.collection.create_index("expires_at", expireAfterSeconds=0)

    async def add(self, session: Session, refresh: Family | None = None) -> None:
        beside: dict[str, Any] = {"family": refresh.family, "own": refresh.own} if refresh else {}
        await self._sessions.add(session, **beside)

    async def find(self, session_id: str) -> Session | None:
        return await self._sessions.find(session_id)

    async def note_use(self, session: Session) -> None:
        """Writes down `used_at` and `expires_at`."""
        await self._sessions.change(session.session_id, _use(session))

    async def rotate(self, session: Session, old: Family, new: str) -> bool:
        """The refresh token `old` is worth nothing from now on, and one with the secret `new` is; notes the use.

        False if `old` is not the one that counts.
        """
        counts = {"family": old.family, "own": old.own}
        after = await self._sessions.change(session.session_id, {"own": new, **_use(session)}, only_if=counts)
        return after is not None

    async def end(self, session_id: str, email: str) -> bool:
        """False if this account has no such sign-in."""
        mine = {"_id": session_id, "email": email}
        return bool((await self._sessions.collection.delete_one(mine)).deleted_count)

    async def end_family(self, session_id: str, family: str) -> Session | None:
        """Ends the sign-in that the refresh token with this secret came from, used or not; None if there is none."""
        document = await self._sessions.collection.find_one_and_delete({"_id": session_id, "family": family})
        return None if document is None else self._sessions.decode(document)

    async def end_others(self, email: str, but: str) -> int:
        """How many were ended."""
        others = {"email": email, "_id": {"$ne": but}}
        return int((await self._sessions.collection.delete_many(others)).deleted_count)

    async def page(self, email: str, *, limit: int = 50, cursor: str | None = None) -> Page[Session]:
        """Newest first."""
        return await self._sessions.page({"email": email}, by="created_at", limit=limit, cursor=cursor)


def _use(session: Session) -> dict[str, datetime]:
    return {"used_at": plain(session.used_at), "expires_at": plain(session.expires_at)}

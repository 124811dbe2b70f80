"""Answers kept under Idempotency-Key, so that a repeated call is answered and not acted on again.

A caller and a key may say who somebody is, so what both come to is a hash. An answer is kept as it was sent, with the
customer whom it is about.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import timedelta

from pymongo import ReturnDocument
from pymongo.errors import DuplicateKeyError

from care.errors import InFlight, KeyReused
from care.stores.mongo import Database, Document

_KEPT = timedelta(hours=24)
_TAKE_OVER_AFTER = timedelta(seconds=60)


@dataclass(frozen=True)
class Replay:
    """The first answer, as it was sent."""

    status: int
    body: bytes


class IdempotencyStore:
    def __init__(self, database: Database) -> None:
        self._calls = database["idempotency"]

    async def ensure_indexes(self) -> None:
        await self._calls.create_index("started_at", expireAfterSeconds=int(_KEPT.total_seconds()))
        await self._calls.create_index("customer_id")

    async def begin(self, scope: str, key: str, body_sha256: str) -> Replay | None:
        """None means go ahead, then `finish` or `abandon`. A finished call gives its Replay.

        Raises KeyReused if the key came with another body, InFlight while the first call is being answered. A call that
        has not ended after 60 seconds is taken for dead, and its key may be taken over.
        """
        # By the database's clock: that of another web process may be ahead, and would take a living call for dead.
        new = {"body_sha256": body_sha256, "state": "in_flight", "started_at": "$$NOW"}
        only_new = {name: {"$ifNull": [f"${name}", value]} for name, value in new.items()}
        while True:
            try:
                stored = await self._calls.find_one_and_update(
                    {"_id": _id(scope, key)}, [{"$set": only_new}], upsert=True, return_document=ReturnDocument.BEFORE
                )
            except DuplicateKeyError:  # two at once, both the first
                continue
            return await self._repeated(stored, body_sha256) if stored else None

    async def finish(self, scope: str, key: str, status: int, body: bytes, *, customer_id: str | None = None) -> None:
        done = {"state": "done", "status": status, "body": body, "customer_id": customer_id}
        await self._calls.update_one({"_id": _id(scope, key)}, {"$set": done})

    async def abandon(self, scope: str, key: str) -> None:
        """The call changed nothing: the key is free again."""
        await self._calls.delete_one({"_id": _id(scope, key), "state": "in_flight"})

    async def _repeated(self, stored: Document, body_sha256: str) -> Replay | None:
        if stored["body_sha256"] != body_sha256:
            raise KeyReused("This Idempotency-Key came with another body before: use a new key for a new call.")
        if stored["state"] == "done":
            return Replay(stored["status"], stored["body"])
        dead = {"$lt": ["$started_at", {"$subtract": ["$$NOW", _TAKE_OVER_AFTER // timedelta(milliseconds=1)]}]}
        same = {"_id": stored["_id"], "state": "in_flight", "started_at": stored["started_at"], "$expr": dead}
        taken = await self._calls.update_one(same, [{"$set": {"started_at": "$$NOW"}}])
        if taken.modified_count:
            return None
        raise InFlight("The first call with this Idempotency-Key is still being answered: try again in a moment.")


def _id(scope: str, key: str) -> str:
    return hashed(f"{scope} {key}")


def hashed(caller_and_key: str) -> str:
    return hashlib.sha256(caller_and_key.encode()).hexdigest()

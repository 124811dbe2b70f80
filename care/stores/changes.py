"""What changes, as it changes: a change stream over the collections that people look at."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Any

from care.stores.mongo import CONNECTION_ERRORS, Database
from care.stores.sessions import COLLECTION as SESSIONS

WATCHED = ("subscriptions", "refunds", "notifications", "conversations", "orders", "accounts")
# Of a sign-in, it matters that it is over: each use of it is a change as well.
_PIPELINE: list[dict[str, Any]] = [
    {
        "$match": {
            "$or": [
                {"ns.coll": {"$in": list(WATCHED)}, "operationType": {"$in": ["insert", "update", "replace"]}},
                {"ns.coll": SESSIONS, "operationType": "delete"},
            ]
        }
    },
    {"$project": {"ns": 1, "documentKey": 1, "fullDocument.customer_id": 1}},
]
_REOPEN_AFTER = 1.0  # seconds


@dataclass(frozen=True)
class Change:
    """`kind` is the collection's name, `id` the business id; `customer_id` is None where it is no longer known.

    Of "sessions", it is told only that one is over.
    """

    kind: str
    customer_id: str | None
    id: str


async def watch(database: Database) -> AsyncIterator[Change]:
    """Changes from now on, without end; opened again where it broke off when the connection is lost."""
    token: Mapping[str, Any] | None = None
    while True:
        try:
            async with database.watch(_PIPELINE, full_document="updateLookup", resume_after=token) as stream:
                async for event in stream:
                    token = stream.resume_token
                    customer = (event.get("fullDocument") or {}).get("customer_id")
                    yield Change(event["ns"]["coll"], customer, str(event["documentKey"]["_id"]))
        except CONNECTION_ERRORS:
            await asyncio.sleep(_REOPEN_AFTER)

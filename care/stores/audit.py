"""The audit record: appended to, read, and never changed. Each line is tied to the one before by its hash.

The head (number and hash of the last line) is changed in the transaction that writes a line. It orders the writers,
and lines cut off at the end are missed by it.
"""

from __future__ import annotations

from collections.abc import AsyncIterator

import structlog

from care.models.audit import Act, AuditEvent
from care.models.common import Page
from care.rules.audit_chain import BEGINNING, chained
from care.stores.documents import NEWEST, OLDEST, Documents, now
from care.stores.mongo import Database, Document, Session, Turns, in_transaction

log = structlog.get_logger()
_HEAD = "head"


class AuditStore:
    def __init__(self, database: Database) -> None:
        self._database = database
        self._events = Documents(database, "audit", AuditEvent, key="number", noun="line of the audit record")
        self._heads = database["audit_head"]
        self._turns = Turns()

    async def ensure_indexes(self) -> None:
        """Lines are read by `_id`, their number; what was done about or by somebody is looked up."""
        for field in ("about", "by"):
            await self._events.collection.create_index([(field, OLDEST), ("_id", NEWEST)])

    async def append(
        self, act: Act, *, by: str, about: str = "", session: Session | None = None, **detail: str
    ) -> AuditEvent:
        """Writes a line; within `session`'s transaction, where the act is part of one."""
        if session is not None:
            return await self._append(session, act, by, about, detail)
        async with self._turns.on([_HEAD]):
            event = await in_transaction(self._database, lambda own: self._append(own, act, by, about, detail))
        log.info("audit", number=event.number, hash=event.hash, act=event.act)
        return event

    async def head(self) -> tuple[int, str]:
        """Number and hash of the last line: (0, zeros) before the first."""
        return _of(await self._heads.find_one({"_id": _HEAD}))

    async def lines(self, after: int = 0) -> AsyncIterator[AuditEvent]:
        """All lines from the one after number `after` on, in their order."""
        async for document in self._events.collection.find({"_id": {"$gt": after}}).sort("_id", OLDEST):
            yield self._events.decode(document)

    async def page(
        self, *, about: str | None = None, by: str | None = None, limit: int = 50, cursor: str | None = None
    ) -> Page[AuditEvent]:
        """Newest first."""
        where = {name: value for name, value in (("about", about), ("by", by)) if value is not None}
        return await self._events.page(where, by="_id", limit=limit, cursor=cursor)

    async def _append(self, session: Session, act: Act, by: str, about: str, detail: dict[str, str]) -> AuditEvent:
        number, before = _of(await self._heads.find_one({"_id": _HEAD}, session=session))
        event = AuditEvent(number=number + 1, at=now(), act=act, by=by, about=about, detail=detail, hash="")
        event = event.model_copy(update={"hash": chained(event, before)})
        head = {"number": event.number, "hash": event.hash}
        await self._heads.update_one({"_id": _HEAD}, {"$set": head}, upsert=True, session=session)
        await self._events.add(event, session=session)
        return event


def _of(head: Document | None) -> tuple[int, str]:
    return (0, BEGINNING) if head is None else (int(head["number"]), str(head["hash"]))

"""The audit record: appended to, read, and never changed. Each line is tied to the one before by its hash.

The head (number and hash of the last line) is changed in the transaction that writes a line. It orders the writers,
and lines cut off at the end are missed by it. Who writes it first has the record until they commit; the others collide
with it before they have done any work, and try again.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from datetime import datetime
from typing import TypeVar

import structlog
from pydantic import ValidationError
from pymongo.errors import DuplicateKeyError

from care.errors import Unavailable
from care.models.audit import Act, AuditEvent, Head
from care.models.common import Page
from care.rules.audit_chain import BEGINNING, chained
from care.stores.documents import MOST_PER_PAGE, NEWEST, OLDEST, Documents, now
from care.stores.mongo import Database, Document, Session, Turns, after_commit, in_transaction
from care.stores.paging import after as beyond
from care.stores.paging import to_cursor

log = structlog.get_logger("audit")
T = TypeVar("T")
_HEAD = "head"
_AT_ONCE = 500  # lines in memory, and between two turns for others in a web process
_ONCE: Document = {"once": {"$gt": ""}}


class AuditStore:
    def __init__(self, database: Database) -> None:
        self._database = database
        self._events = Documents(database, "audit", AuditEvent, key="number", noun="line of the audit record")
        self._heads = database["audit_head"]
        self._turns = Turns()
        self._last: Head | None = None  # of what this process has written

    async def ensure_indexes(self) -> None:
        """Lines are read by `_id`, their number; what was done about, by or when is looked up."""
        lines = self._events.collection
        for fields in (["about"], ["by"], ["act"], ["by", "act"]):
            await lines.create_index([*((field, OLDEST) for field in fields), ("_id", NEWEST)])
        await lines.create_index([("at", OLDEST), ("_id", OLDEST)])
        await lines.create_index("once", unique=True, partialFilterExpression=_ONCE)

    async def append(
        self, act: Act, *, by: str, about: str = "", session: Session | None = None, once: str = "", **detail: str
    ) -> AuditEvent:
        """Writes a line; within `session`'s transaction, where the act is part of one.

        The same `once`, without a session, writes one line, and gives it again. Raises Unavailable where the record is
        damaged.
        """
        if session is not None:
            return await self._append(session, act, by, about, detail, once)
        try:
            return await self.transaction(lambda own: self._append(own, act, by, about, detail, once))
        except Unavailable:
            if once and (written := await self.told(once)):
                return written
            raise

    async def told(self, once: str) -> AuditEvent | None:
        """The line that was written under this `once`: to look first, where there mostly is one."""
        found = await self._events.collection.find_one({"once": once})
        return self._read(found) if found else None

    async def carry_over(
        self, session: Session, act: Act, by: str, about: str, detail: dict[str, str], *, at: datetime
    ) -> None:
        """A line of what was recorded elsewhere at that time, for a migration."""
        await self._append(session, act, by, about, detail, at=at)

    async def transaction(self, body: Callable[[Session], Awaitable[T]]) -> T:
        """For an act and its line, both or neither: as `in_transaction`, and those of one process in their turn."""
        async with self._turns.on([_HEAD]):
            return await in_transaction(self._database, body)

    async def together(
        self, body: Callable[[Session], Awaitable[T]], act: Act, *, by: str, about: str = "", **detail: str
    ) -> T:
        """`body`, and a line that tells of it: both or neither. Raises what `body` raises."""

        async def both(session: Session) -> T:
            await self._append(session, act, by, about, detail)
            return await body(session)

        return await self.transaction(both)

    async def head(self) -> Head | None:
        """None before the first line, and for one that cannot be read."""
        return _of(await self._heads.find_one({"_id": _HEAD}))

    async def lines(self, after: int = 0) -> AsyncIterator[AuditEvent]:
        """All lines from the one after number `after` on, in their order."""
        async for _number, event in self.stored(after):
            if event:
                yield event

    async def stored(self, after: int = 0) -> AsyncIterator[tuple[object, AuditEvent | None]]:
        """The same as they are stored, each with its number; None for one that was not written so by anybody here."""
        where: Document = {"_id": {"$gt": after}} if after else {}
        async for document in self._events.collection.find(where).sort("_id", OLDEST).batch_size(_AT_ONCE):
            yield document["_id"], self._read(document)

    async def page(
        self,
        *,
        about: str | None = None,
        by: str | None = None,
        acts: Sequence[str] = (),
        since: datetime | None = None,
        limit: int = 50,
        cursor: str | None = None,
    ) -> Page[AuditEvent]:
        """Newest first. Without lines that cannot be read: the check of the chain tells of them."""
        where: Document = {name: value for name, value in (("about", about), ("by", by)) if value is not None}
        where |= {"act": {"$in": list(acts)}} if acts else {}
        first = await self._first(since) if since else 1
        where["_id"] = {"$gte": first}
        query = {"$and": [where, beyond(cursor, "_id", NEWEST)]} if cursor else where
        limit = max(1, min(limit, MOST_PER_PAGE))
        found = self._events.collection.find(query).sort("_id", NEWEST).limit(limit + 1)
        documents = [each async for each in found] if first else []
        following = to_cursor(documents[limit - 1], "_id") if len(documents) > limit else None
        return Page(items=[event for each in documents[:limit] if (event := self._read(each))], next=following)

    async def _first(self, since: datetime) -> int:
        """The number of the first line since then; 0 if there is none. Times never go back from line to line."""
        found = await self._events.collection.find_one({"at": {"$gte": since}}, {"_id": 1}, sort=[("at", OLDEST)])
        return int(found["_id"]) if found else 0

    def _read(self, document: Document) -> AuditEvent | None:
        try:
            event = self._events.decode(document)
        except ValidationError:
            return None
        return event if self._events.encode(event) == document else None

    async def _append(
        self,
        session: Session,
        act: Act,
        by: str,
        about: str,
        detail: dict[str, str],
        once: str = "",
        at: datetime | None = None,
    ) -> AuditEvent:
        when = at or now()

        def after(before: Head) -> AuditEvent:
            number, then = before.number + 1, max(when, before.at or when)
            line = AuditEvent(number=number, at=then, act=act, by=by, about=about, detail=detail, once=once, hash="")
            return line.model_copy(update={"hash": chained(line, before.hash)})

        event = await self._move_head(session, after)
        try:
            await self._events.add(event, session=session)
        except DuplicateKeyError:  # it was told `once` before; else somebody has set the head back
            raise Unavailable("The audit record is damaged: `care audit verify` says where.") from None
        after_commit(lambda: self._written_last(event))
        return event

    async def _move_head(self, session: Session, after: Callable[[Head], AuditEvent]) -> AuditEvent:
        """To the line that comes `after` the head; that line. No look at the head, where this process wrote last."""
        if before := self._last:
            event = after(before)
            there = {"_id": _HEAD, "number": before.number, "hash": before.hash}
            moved = await self._heads.update_one(there, {"$set": _head_at(event).model_dump()}, session=session)
            if moved.matched_count:
                return event
        before = _of(await self._heads.find_one({"_id": _HEAD}, session=session))
        event = after(before or Head(number=0, hash=BEGINNING))
        change = {"$set": _head_at(event).model_dump()}
        await self._heads.update_one({"_id": _HEAD}, change, upsert=True, session=session)
        return event

    def _written_last(self, event: AuditEvent) -> None:
        self._last = _head_at(event)
        log.info("audit", number=event.number, hash=event.hash, act=event.act)


def _head_at(event: AuditEvent) -> Head:
    return Head(number=event.number, hash=event.hash, at=event.at)


def _of(head: Document | None) -> Head | None:
    try:
        return Head.model_validate(head) if head else None
    except ValidationError:
        return None

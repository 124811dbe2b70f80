"""Models as MongoDB documents: encoding, reading, paging, versioned saves. Every store builds on this.

A document is its model's fields, with `_id` in place of the business id. Times are UTC, cut to the milliseconds that
MongoDB keeps; dates and durations are ISO 8601 text. Fields that only the store knows lie beside the model's.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import copy
from datetime import UTC, date, datetime, timedelta
from enum import Enum
from typing import Any, Generic, TypeVar

from pydantic import BaseModel, TypeAdapter
from pymongo import ReturnDocument
from pymongo.errors import DuplicateKeyError
from pymongo.write_concern import WriteConcern

from care.errors import Invalid, NotFound
from care.models.common import Page, known, milliseconds
from care.stores.mongo import Collection, Database, Document, Session
from care.stores.paging import after, to_cursor

M = TypeVar("M", bound=BaseModel)

NEWEST, OLDEST = -1, 1
MOST_PER_PAGE = 200
_DURATION = TypeAdapter(timedelta)
_INT64 = 2**63


def plain(value: Any) -> Any:
    """`value` in types that MongoDB keeps exactly. Raises Invalid for an integer past 64 bits."""
    match value:
        case Enum():
            return value.value
        case bool() | str() | float() | bytes() | None:
            return value
        case int() if -_INT64 <= value < _INT64:
            return value
        case int():
            raise Invalid("A number is too large to be stored.")
        case datetime():
            return milliseconds(value)
        case date():
            return value.isoformat()
        case timedelta():
            return _DURATION.dump_python(value, mode="json")
        case Mapping():
            return {str(key): plain(each) for key, each in value.items()}
        case Sequence() | set() | frozenset():
            return [plain(each) for each in value]
        case _:
            raise TypeError(f"cannot store a {type(value).__name__}")


def now() -> datetime:
    return milliseconds(datetime.now(UTC))


class Documents(Generic[M]):
    """One collection that holds one model. `noun` names the thing in NotFound's sentence."""

    def __init__(self, database: Database, name: str, model: type[M], *, key: str, noun: str) -> None:
        self.collection: Collection = database[name]
        self._model = model
        self._key = key
        self._noun = noun

    def at_once(self) -> Documents[M]:
        """The same, for writes that are acknowledged before they are on a disk or on another server."""
        other = copy(self)
        other.collection = self.collection.with_options(write_concern=WriteConcern(w=1))
        return other

    def encode(self, model: M) -> Document:
        document: Document = plain(model.model_dump())
        document["_id"] = document.pop(self._key)
        return document

    def decode(self, document: Document) -> M:
        return known(self._model, {**document, self._key: document["_id"]})

    def as_stored(self, model: M) -> M:
        """What reading `model` back gives: its times cut to milliseconds."""
        return self.decode(self.encode(model))

    def missing(self, id_: str) -> NotFound:
        return NotFound(f"There is no {self._noun} {id_}.")

    async def find(self, id_: str, *, session: Session | None = None) -> M | None:
        document = await self.collection.find_one({"_id": id_}, session=session)
        return None if document is None else self.decode(document)

    async def get(self, id_: str, *, session: Session | None = None) -> M:
        """Raises NotFound."""
        found = await self.find(id_, session=session)
        if found is None:
            raise self.missing(id_)
        return found

    async def add(self, model: M, *, session: Session | None = None, **beside: Any) -> bool:
        """Store once, with fields `beside` the model's; False if the id was there, which changes nothing."""
        try:
            await self.collection.insert_one(self.encode(model) | plain(beside), session=session)
        except DuplicateKeyError:
            if session is not None:  # the transaction is void already
                raise
            return False
        return True

    async def put(self, model: M, *, keep: Sequence[str] = (), **beside: Any) -> None:
        """Store or replace the model's fields and those `beside` them; those in `keep` are written only when the
        document is new."""
        fields = self.encode(model) | plain(beside)
        id_ = fields.pop("_id")
        first = {name: fields.pop(name) for name in keep}
        change: Document = {"$set": fields} | ({"$setOnInsert": first} if first else {})
        await self.collection.update_one({"_id": id_}, change, upsert=True)

    async def change(
        self, id_: str, fields: Mapping[str, Any], *, only_if: Document | None = None, session: Session | None = None
    ) -> M | None:
        """Set `fields` and give the result; None if there is no such document or it does not match `only_if`."""
        where, change = {"_id": id_} | (only_if or {}), {"$set": plain(fields)}
        if session is not None:  # MongoDB logs the whole of a findAndModify that collides in a transaction
            changed = (await self.collection.update_one(where, change, session=session)).matched_count
            return await self.find(id_, session=session) if changed else None
        document = await self.collection.find_one_and_update(where, change, return_document=ReturnDocument.AFTER)
        return None if document is None else self.decode(document)

    async def save_version(
        self,
        model: M,
        *,
        keep: Sequence[str] = (),
        grows: str | None = None,
        derived: Document | None = None,
        **beside: Any,
    ) -> bool:
        """Store the model unless the stored `version` is the same or newer; then False, and nothing changes.

        `keep` and `beside` as in `put` and `add`. Of the list `grows` what is stored stays, and only what lies past
        its end is added. `derived` are fields beside the model's that MongoDB computes from what is stored.
        """
        fields = self.encode(model) | plain(beside)
        id_ = fields.pop("_id")
        first = {name: fields.pop(name) for name in keep}
        change: Document | list[Document] = {"$set": fields} | ({"$setOnInsert": first} if first else {})
        if grows is not None or derived:
            change = _in_sight(fields, first, grows, derived or {})
        older = {"_id": id_, "version": {"$lt": fields["version"]}}
        try:
            # Where a newer version stands the filter finds nothing, the upsert inserts, and the id is taken.
            await self.collection.update_one(older, change, upsert=True)
        except DuplicateKeyError:
            return False
        return True

    async def many(self, where: Document, *, by: str, direction: int = NEWEST, limit: int = 0) -> list[M]:
        """All that match (or the first `limit`), sorted by the field `by`, ties by id."""
        found = self.collection.find(where).sort([(by, direction), ("_id", direction)]).limit(limit)
        return [self.decode(document) async for document in found]

    async def page(
        self, where: Document, *, by: str, direction: int = NEWEST, limit: int, cursor: str | None
    ) -> Page[M]:
        """At most `limit` (1 to 200) that match, by the time `by` (or by `_id`). Raises Invalid for a bad cursor."""
        limit = max(1, min(limit, MOST_PER_PAGE))
        query = {"$and": [where, after(cursor, by, direction)]} if cursor else where
        order = [(by, direction)] + ([] if by == "_id" else [("_id", direction)])
        found = [each async for each in self.collection.find(query).sort(order).limit(limit + 1)]
        following = to_cursor(found[limit - 1], by) if len(found) > limit else None
        return Page(items=[self.decode(each) for each in found[:limit]], next=following)


def _in_sight(fields: Document, first: Document, grows: str | None, derived: Document) -> list[Document]:
    """The same change as a pipeline, which alone can look at what is stored."""
    grown: Document = {}
    if grows is not None:
        stored = {"$ifNull": [f"${grows}", []]}
        new = fields.pop(grows)
        beyond = {"$slice": [{"$literal": new}, {"$size": stored}, max(1, len(new))]}
        grown = {grows: {"$concatArrays": [stored, beyond]}}
    plainly = {name: {"$literal": value} for name, value in fields.items()}
    kept = {name: {"$ifNull": [f"${name}", {"$literal": value}]} for name, value in first.items()}
    return [{"$set": plainly | kept | grown | derived}]

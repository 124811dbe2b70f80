"""Cursors: the sort key of the last item, so that a page stays right while documents come and go."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime, timedelta

from care.errors import Invalid
from care.stores.mongo import Document

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)


def to_cursor(document: Document, by: str) -> str:
    """The cursor after `document` in a list sorted by the time `by`, or by `_id` alone."""
    at = None if by == "_id" else (document[by] - EPOCH) // _MILLISECOND
    text = json.dumps([at, document["_id"]], separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def after(cursor: str, by: str, direction: int) -> Document:
    """A filter for what follows `cursor`. Raises Invalid for anything that `to_cursor` did not make for this list."""
    at, last_id = _read(cursor, by)
    beyond, from_here = ("$gt", "$gte") if direction > 0 else ("$lt", "$lte")
    if at is None:
        return {"_id": {beyond: last_id}}
    # The first condition says nothing new: it lets the scan of the index begin where the page before has ended.
    return {by: {from_here: at}, "$or": [{by: {beyond: at}}, {by: at, "_id": {beyond: last_id}}]}


def _read(cursor: str, by: str) -> tuple[datetime | None, str | int]:
    try:
        at, last_id = json.loads(base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True))
        when = None if at is None else EPOCH + int(at) * _MILLISECOND
    except (ValueError, TypeError, OverflowError, RecursionError):
        raise _not_ours() from None
    counted = by == "_id" and type(last_id) is int
    if not (isinstance(last_id, str) or counted) or (by == "_id") != (when is None):
        raise _not_ours()
    return when, last_id


def _not_ours() -> Invalid:
    return Invalid(
        "This cursor is not one of ours: leave it out to start at the first page.", fields={"cursor": "not a cursor"}
    )

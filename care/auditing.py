"""Checking and reading the audit record: what `care audit` and the portal's page do."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from care.errors import SetupError
from care.models.audit import AuditEvent, Head
from care.opening import stores_of
from care.rules.audit_chain import Check
from care.settings import Settings
from care.stores import Stores

_KEPT = re.compile(r"([1-9]\d{0,17}):([0-9a-f]{64})")


@dataclass(frozen=True)
class Checked:
    """`last` is the last line that is right; `fault` says what is wrong behind it, None if nothing is."""

    last: Head
    fault: str | None


async def checked(stores: Stores, kept: Head | None = None) -> Checked:
    """Walks the whole chain, however long, a line at a time, while others may go on to write.

    `kept` is a line's number and hash from a copy elsewhere.
    """
    check = Check(kept)
    while True:
        reached, head = check.last.number, await stores.audit.head()
        async for number, event in stores.audit.stored(after=reached):
            if fault := check.line(number, event):
                return Checked(check.last, fault)
        known = head.number if head else 0
        # Beyond the head that was read first lie only lines that came since; if none comes any more, it was set back.
        if check.last.number <= known or check.last.number == reached:
            return Checked(check.last, check.end(head))


def kept_copy(text: str) -> Head:
    """ "12:9f86..." as a line's number and hash. Raises SetupError."""
    found = _KEPT.fullmatch(text.strip())
    if found is None:
        raise SetupError("Write --expect as NUMBER:HASH, as `care audit verify` shows the last line.")
    return Head(number=int(found[1]), hash=found[2])


async def verify(settings: Settings, kept: Head | None) -> Checked:
    """Raises SetupError if the database cannot be reached."""
    async with stores_of(settings, indexes=False) as stores:
        found = await checked(stores, kept)
        await stores.standing.note("audit", 1 if found.fault else 0)
        return found


async def latest(
    settings: Settings,
    *,
    about: str | None,
    by: str | None,
    acts: Sequence[str],
    since: datetime | None,
    most: int,
) -> AsyncIterator[AuditEvent]:
    """At most so many lines, newest first. Raises SetupError if the database cannot be reached."""
    async with stores_of(settings, indexes=False) as stores:
        cursor, left = None, most
        while left > 0:
            page = await stores.audit.page(
                about=about, by=by, acts=acts, since=since, limit=min(left, 200), cursor=cursor
            )
            for event in page.items:
                yield event
            cursor, left = page.next, left - len(page.items)
            if cursor is None:
                return

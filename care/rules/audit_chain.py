"""The chain that ties each line of the audit record to the one before, so that no change stays unseen. Pure.

A hash is SHA-256 over the hash of the line before and the line itself as canonical JSON (RFC 8785 for the types that
occur: keys in order, no blanks, UTF-8). Whoever can write to the database could forge the whole chain anew; that is
seen by a copy of one of its hashes kept elsewhere, for which every line is logged with its number and hash.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable

from care.models.audit import AuditEvent

# What the first line is tied to.
BEGINNING = "0" * 64


def chained(event: AuditEvent, before: str) -> str:
    """The hash of `event` behind a line with the hash `before`: 64 hexadecimal digits."""
    line = json.dumps(
        event.model_dump(mode="json", exclude={"hash"}), sort_keys=True, separators=(",", ":"), ensure_ascii=False
    )
    return hashlib.sha256(f"{before}\n{line}".encode()).hexdigest()


def first_fault(events: Iterable[AuditEvent], before: str = BEGINNING, last: int = 0) -> str | None:
    """What is wrong with these lines in the order of their numbers, as a sentence; None if nothing is.

    `before` and `last` are the hash and the number of the line before the first of them.
    """
    for event in events:
        if event.number != last + 1:
            return f"Line {last + 1} is missing."
        if event.hash != chained(event, before):
            return f"Line {event.number} is not what was written, or what stood before it was changed."
        before, last = event.hash, event.number
    return None

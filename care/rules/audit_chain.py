"""The chain that ties each line of the audit record to the one before, so that no change stays unseen. Pure.

A hash is SHA-256 over the hash of the line before and the line itself as canonical JSON (RFC 8785 for the types that
occur: keys in order, no blanks, UTF-8). Whoever can write to the database could forge the whole chain anew; that is
seen by a copy of one of its hashes kept elsewhere, for which every line is logged with its number and hash.
"""

from __future__ import annotations

import hashlib
import json

from care.models.audit import AuditEvent, Head

# What the first line is tied to.
BEGINNING = "0" * 64


def chained(event: AuditEvent, before: str) -> str:
    """The hash of `event` behind a line with the hash `before`: 64 hexadecimal digits."""
    line = json.dumps(
        event.model_dump(mode="json", exclude={"hash"}), sort_keys=True, separators=(",", ":"), ensure_ascii=False
    )
    return hashlib.sha256(f"{before}\n{line}".encode()).hexdigest()


class Check:
    """Walks along the chain: lines are given in their order, then the head. Each answer is what is wrong, or None.

    `last` is the last line that is right. `kept` is a copy of a line's number and hash from elsewhere.
    """

    def __init__(self, kept: Head | None = None) -> None:
        self.last = Head(number=0, hash=BEGINNING)
        self._kept = kept

    def line(self, number: object, event: AuditEvent | None) -> str | None:
        """`event` is None for a line that is stored in a way that nobody here has written."""
        due = self.last.number + 1
        if number != due:
            later = isinstance(number, int | float) and number > due
            return f"Line {due} is missing." if later else f"A line was put in behind line {due - 1}."
        if event is None or event.hash != chained(event, self.last.hash):
            return f"Line {due} is not what was written, or what stood before it was changed."
        self.last = Head(number=due, hash=event.hash, at=event.at)
        if self._kept and self._kept.number == due and self._kept.hash != event.hash:
            return f"Line {due} is not the one whose hash was kept: it or what stood before it was written anew."
        return None

    def end(self, head: Head | None) -> str | None:
        """After the last line. `head` is None where there is none, or none that can be read."""
        last = self.last
        if head is None and last.number:
            return f"The head is missing: nobody can tell whether lines behind line {last.number} were cut off."
        if head and head.number > last.number:
            return f"Lines were cut off: the last is {last.number}, and the head knows of {head.number}."
        if head and head.number < last.number:
            return f"The head was set back to line {head.number}: the last line is {last.number}."
        if head and (head.hash, head.at) != (last.hash, last.at):
            return f"The head does not fit line {last.number}, the last."
        if self._kept and self._kept.number > last.number:
            return f"Lines were cut off: the last is {last.number}, and the hash of line {self._kept.number} was kept."
        return None

"""What the child of care.media.sanitise says of a file, and how it says so through a pipe."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any


class Refused(Exception):
    """The file can be read, but not within our limits. The text completes "We cannot take this file: "."""


@dataclass(frozen=True)
class Answer:
    """`facts` are fields of care.models.evidence.Facts, `kept` the file to keep, `previews` JPEGs to look at.

    `problem` is why the file is refused; then the rest is empty.
    """

    facts: dict[str, Any] = field(default_factory=dict)
    kept: bytes = b""
    previews: list[bytes] = field(default_factory=list)
    problem: str = ""

    def packed(self) -> bytes:
        """One line of JSON, with the sizes of what follows it: the file, then the previews."""
        sizes = [len(self.kept), *map(len, self.previews)]
        head = {"facts": self.facts, "problem": self.problem, "sizes": sizes}
        return b"".join([json.dumps(head).encode(), b"\n", self.kept, *self.previews])

    @classmethod
    def unpacked(cls, data: bytes) -> Answer:
        """Raises ValueError for anything that is not `packed`: the child is not to be believed."""
        line, _, rest = data.partition(b"\n")
        try:
            head = json.loads(line)
            facts, problem, sizes = dict(head["facts"]), str(head["problem"]), [int(size) for size in head["sizes"]]
        except (KeyError, TypeError) as error:
            raise ValueError("not an answer") from error
        if not sizes or min(sizes) < 0 or sum(sizes) != len(rest):
            raise ValueError("not as long as it says")
        pieces, at = [], 0
        for size in sizes:
            pieces.append(rest[at : at + size])
            at += size
        return cls(facts, pieces[0], pieces[1:], problem)


def clean(text: str) -> str:
    """Without control characters (line ends stay) and what UTF-8 cannot carry."""
    kept = "".join(c for c in text if c.isprintable() or c in "\n\t ")
    return kept.encode("utf-8", "ignore").decode()

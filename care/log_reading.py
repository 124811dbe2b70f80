"""Reading a case in the logs: what web and worker wrote of one request or one thing, in the order of time."""

from __future__ import annotations

import heapq
import json
import os
import re
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from care.errors import SetupError

Line = dict[str, Any]

PARTS = ("web", "worker")
_ID = re.compile(r"[\w.:-]{2,100}")
_PAUSE = 0.3  # seconds between two looks at files that may have grown
# Where a line is from, what it says of every line of a case, or what stands at its head already.
_NOT_SHOWN = {"timestamp", "part", "event", "logger", "level", "run_id"}


@dataclass
class Wanted:
    """`request`: a request's id, or a trace's, and what came of it. `case`: a thing's id, and the requests about it."""

    request: str | None = None
    case: str | None = None
    _requests: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        """Raises SetupError for what can be no id."""
        for given in filter(None, (self.request, self.case)):
            if not _ID.fullmatch(given):
                raise SetupError(f"{given!r} is no id: they look like REF001, or like the X-Request-ID of an answer.")
        self._word = re.compile(rf"(?<![A-Za-z0-9]){re.escape(self.case or '')}(?![A-Za-z0-9])")

    def notes(self, line: Line) -> None:
        """The request that such a line is of: the others of it belong to the case as well."""
        if self.case and self._names(line) and (request := line.get("request_id")):
            self._requests.add(str(request))

    def takes(self, line: Line) -> bool:
        if self.request:
            return self.request in (line.get("request_id"), line.get("origin"), line.get("trace_id"))
        if self.case:
            return line.get("request_id") in self._requests or self._names(line)
        return True

    def _names(self, line: Line) -> bool:
        return any(isinstance(value, str) and self._word.search(value) for value in line.values())


def logs_in(data_dir: Path) -> list[Path]:
    """Those of a `care up`, with what was put aside when it was started. Raises SetupError if there are none."""
    folder = data_dir / "logs"
    found = [folder / f"{part}{end}" for part in PARTS for end in (".log.1", ".log")]
    if present := [path for path in found if path.is_file()]:
        return present
    raise SetupError(f"There are no logs in {folder}: name the directory of a `care up` with --data-dir.")


def read(files: Iterable[Path], wanted: Wanted, show: Callable[[Line], None], *, follow: bool = False) -> None:
    """All lines that are wanted; with `follow` also those that come, until KeyboardInterrupt. Raises SetupError for a
    file that cannot be read."""
    with ExitStack() as stack:
        opened = [stack.enter_context(_open(path)) for path in files]
        for line in _merged(opened):
            wanted.notes(line)
        for file in opened:
            file.seek(0)
        _show(opened, wanted, show)
        while follow:
            time.sleep(_PAUSE)
            _show(opened, wanted, show)


def _show(opened: list[IO[bytes]], wanted: Wanted, show: Callable[[Line], None]) -> None:
    for line in _merged(opened):
        wanted.notes(line)
        if wanted.takes(line):
            show(line)


def told(line: Line) -> str:
    """For people: when, which part, what, and the rest of it by name. Warnings and errors say so."""
    rest = [f"{name}={_plain(value)}" for name, value in line.items() if name not in _NOT_SHOWN]
    level = str(line.get("level", "info"))
    event = f"{'' if level in ('info', 'debug') else f'{level}: '}{line.get('event', '')}"
    return "  ".join([str(line["timestamp"]), f"{line.get('part', ''):<6}", event, *rest])


def _plain(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _open(path: Path) -> IO[bytes]:
    try:
        return path.open("rb")
    except OSError as error:
        raise SetupError(f"{path} cannot be read: {error.strerror}.") from None


def _merged(opened: list[IO[bytes]]) -> Iterator[Line]:
    return heapq.merge(*map(_parsed, opened), key=lambda line: str(line["timestamp"]))


def _parsed(file: IO[bytes]) -> Iterator[Line]:
    """From where it was read to. What is no line of ours (the end of an interpreter, say) has no time, and no place."""
    while written := file.readline():
        if not written.endswith(b"\n"):  # it is being written: the next look has the whole of it
            file.seek(-len(written), os.SEEK_CUR)
            return
        try:
            line = json.loads(written)
        except ValueError:
            continue
        if isinstance(line, dict) and isinstance(line.get("timestamp"), str):
            yield line

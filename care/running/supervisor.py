"""Keeps child processes running: names one that dies, starts it again, and stops them all in reverse order.

Nothing here polls: a task waits for each child's exit.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import time
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from care.errors import SetupError

FIRST_PAUSE, LONGEST_PAUSE = 1.0, 30.0  # seconds between a death and the next start
STEADY = 60.0  # a child that lived this long (seconds) starts with the first pause again
DEATHS_AT_START = 3
MAX_LOG = 5 * 1024 * 1024  # bytes; a larger log is put aside when its writer starts, one older is kept
_TETHER = str(Path(__file__).with_name("tether.py"))


@dataclass(frozen=True)
class Part:
    """A program to keep running. `patience`: seconds to end after SIGTERM before it is killed."""

    name: str
    command: list[str]
    log: Path
    environment: Mapping[str, str] = field(default_factory=dict)
    patience: float = 15.0


class Supervisor:
    """`say` takes one sentence for the person who started us; `changed` is called when process ids are others.

    `pause` waits for that many seconds before a new start.
    """

    def __init__(
        self,
        say: Callable[[str], None],
        changed: Callable[[], None],
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._say = say
        self._changed = changed
        self._pause = pause
        self._children: list[_Child] = []
        self._stopping = False
        self._broken: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.ready = False  # until then, a child that keeps dying is an error and not a reason to wait

    def pids(self) -> dict[str, int]:
        return {child.part.name: child.process.pid for child in self._children}

    async def start(self, part: Part) -> None:
        child = _Child(part, await spawn(part))
        self._children.append(child)
        child.keeper = asyncio.create_task(self._keep(child))

    async def failure(self) -> None:
        """Waits until a child cannot be started at all. Raises SetupError."""
        await self._broken

    async def _keep(self, child: _Child) -> None:
        part, pause, deaths = child.part, FIRST_PAUSE, 0
        while True:
            began = time.monotonic()
            code = await child.process.wait()
            deaths += 1
            if self._stopping:
                return None
            _signal(child.process, signal.SIGKILL)  # what it started must not outlive it
            if not self.ready and deaths >= DEATHS_AT_START:
                why = f"{part.name} does not start ({ending(code)}){last_words(part)}; see {part.log}."
                return self._broken.set_exception(SetupError(why))
            pause = FIRST_PAUSE if time.monotonic() - began > STEADY else pause
            self._say(f"{part.name} died ({ending(code)}); starting it again in {pause:.0f} s. Its log: {part.log}")
            await self._pause(pause)
            pause = min(pause * 2, LONGEST_PAUSE)
            child.process = await spawn(part)
            self._changed()  # first: who reads that sentence looks the new process up
            self._say(f"{part.name} was started again (process {child.process.pid}).")

    async def stop(self) -> None:
        """The last one started ends first. A child that does not end in time is killed with all it started."""
        self._stopping = True
        while self._children:
            child = self._children.pop()
            if child.keeper:
                child.keeper.cancel()
            await end(child.process, child.part.patience)

    def kill(self) -> None:
        """End everything at once, for whoever presses Ctrl-C twice."""
        for child in self._children:
            _signal(child.process, signal.SIGKILL)


@dataclass
class _Child:
    part: Part
    process: asyncio.subprocess.Process
    keeper: asyncio.Task[None] | None = None


async def spawn(part: Part, *, listen: bool = False) -> asyncio.subprocess.Process:
    """In a process group of its own, so that Ctrl-C in a terminal reaches only the parent. `listen` to its stdout."""
    part.log.parent.mkdir(parents=True, exist_ok=True)
    with suppress(FileNotFoundError):
        if part.log.stat().st_size > MAX_LOG:
            part.log.replace(part.log.with_suffix(".log.1"))
    with part.log.open("ab") as log:
        return await asyncio.create_subprocess_exec(
            *(sys.executable, "-SE", _TETHER, str(os.getpid()), *part.command),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE if listen else log,
            stderr=log,
            env={**os.environ, **part.environment},
            process_group=0,
        )


async def end(process: asyncio.subprocess.Process, patience: float) -> None:
    """Asks first; kills it with all it started when `patience` (seconds) is over."""
    _signal(process, signal.SIGTERM)
    try:
        async with asyncio.timeout(patience):
            await process.wait()
    except TimeoutError:
        pass
    _signal(process, signal.SIGKILL)  # whatever is left of the group
    await process.wait()


def _signal(process: asyncio.subprocess.Process, number: signal.Signals) -> None:
    with suppress(ProcessLookupError):
        os.killpg(process.pid, number)


def ending(code: int) -> str:
    return f"killed by {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"


def last_words(part: Part) -> str:
    """ ": " and the sentence of one of our own programs, from the end of its log."""
    lines = part.log.read_text(errors="replace").splitlines()
    return f": {lines[-1].removeprefix('care: ').rstrip('.')}" if lines and lines[-1].startswith("care: ") else ""

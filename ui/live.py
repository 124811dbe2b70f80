"""Live updates: one change stream of the web process, handed out to the pages that show what changed."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from typing import Protocol
from weakref import WeakValueDictionary

from nicegui import Event, context
from nicegui.slot import Slot

log = logging.getLogger(__name__)

DESK = "desk"
MISSED = "missed"  # the kind that stands for whatever changed while the stream was broken
MINUTE = "minute"  # the kind that tells the desk that time goes by, for lists that say how long somebody waits
_MINUTE = 60.0  # seconds
_LONGEST_PAUSE = 30.0
# An action writes several documents; the pages redraw once for all of them.
_TOGETHER = 0.15
_REST = 1.0


class Change(Protocol):
    @property
    def kind(self) -> str: ...
    @property
    def customer_id(self) -> str | None: ...
    @property
    def id(self) -> str: ...


# An event lives as long as an open page listens to it.
_topics: WeakValueDictionary[str, Event[str]] = WeakValueDictionary()


def topic(name: str) -> Event[str]:
    """The event of one customer (by customer id), account, session, or of the desk; it carries the kind of change."""
    found = _topics.get(name)
    if found is None:
        found = _topics[name] = Event()
    return found


def tell(name: str, kind: str) -> None:
    if name in _topics:
        _topics[name].emit(kind)


@asynccontextmanager
async def follow(name: str, kinds: set[str], redraw: Callable[[], Awaitable[object]]) -> AsyncIterator[None]:
    """Redraw a part of the open page whenever something of these kinds changes, until the part is gone.

    The body draws it for the first time. What changes meanwhile is drawn again after it: nothing is missed between.
    However much changes, a part is drawn anew only every _REST seconds.
    """
    part = context.slot.parent if Slot.get_stack() else None  # none in a test of this module
    waiting = False
    drawn = 0.0
    drawing = asyncio.Lock()

    def changed(kind: str) -> Awaitable[None] | None:
        nonlocal waiting
        if part is not None and part.is_deleted:
            topic(name).unsubscribe(changed)
        elif not waiting and (kind in kinds or kind == MISSED):
            waiting = True
            return drawn_again()
        return None

    async def drawn_again() -> None:
        nonlocal waiting, drawn
        clock = asyncio.get_running_loop().time
        await asyncio.sleep(max(_TOGETHER, drawn + _REST - clock()))
        async with drawing:
            waiting = False
            if part is None or not part.is_deleted:
                await redraw()
            drawn = clock()

    topic(name).subscribe(changed)
    async with drawing:
        yield


@asynccontextmanager
async def watching(changes: Callable[[], AsyncIterator[Change]]) -> AsyncIterator[None]:
    """Follow the stores while the web process runs."""
    tasks = [
        asyncio.create_task(_watch(changes), name="watch for changes"),
        asyncio.create_task(_strike(), name="tell the desk of each minute"),
    ]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task


async def _strike() -> None:
    while True:
        await asyncio.sleep(_MINUTE)
        tell(DESK, MINUTE)


async def _watch(changes: Callable[[], AsyncIterator[Change]]) -> None:
    pause = 1.0
    while True:
        try:
            async for change in changes():
                pause = 1.0
                if change.kind == "sessions":
                    tell(f"session:{change.id}", change.kind)
                    continue
                tell(DESK, change.kind)
                if change.kind == "accounts":
                    tell(f"account:{change.id}", change.kind)
                if change.customer_id:
                    tell(change.customer_id, change.kind)
        except Exception:  # whatever ends the stream, pages must not stay deaf until the next start
            log.exception("The change stream ended; again in %.0f s", pause)
        await asyncio.sleep(pause)
        pause = min(pause * 2, _LONGEST_PAUSE)
        _catch_up()


def _catch_up() -> None:
    """Every followed part is drawn anew: what changed meanwhile, nobody has told."""
    for name in [name for name in _topics if not name.startswith("session:")]:  # a session ends only when it is told to
        tell(name, MISSED)

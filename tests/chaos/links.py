"""Links that can be cut and slowed: a small TCP proxy between one process and one server that it uses."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine
from contextlib import suppress
from typing import Any, TypeVar

from care.embedded import free_port

T = TypeVar("T")

_PIECE = 64 * 1024  # bytes


class Network:
    """An event loop in a thread of its own, which carries the bytes of all links. Close it at the end."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="links", daemon=True)
        self._thread.start()
        self._links: list[Link] = []

    def link(self, to_port: int) -> Link:
        """A new one to the server on this port of the loopback address."""
        link = Link(to_port)
        self.run(link.listen())
        self._links.append(link)
        return link

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Runs it on the loop to its end; from any thread but the loop's own."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()

    def close(self) -> None:
        for link in self._links:
            self.run(link.close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()


class Link:
    """Carries everything on from its own `port`, as long as nobody has cut or slowed it. Safe from every thread."""

    def __init__(self, to_port: int) -> None:
        self.port = free_port()
        self.to_port = to_port
        self._cut = ""
        self._latency = 0.0
        self._rate = 0.0
        self._tasks: set[asyncio.Task[None]] = set()
        self._whole: asyncio.Event
        self._loop: asyncio.AbstractEventLoop
        self._server: asyncio.Server

    async def listen(self) -> None:
        self._loop, self._whole = asyncio.get_running_loop(), asyncio.Event()
        self._whole.set()
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", self.port)

    async def close(self) -> None:
        self._server.close()
        self._reset()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await asyncio.sleep(0)  # what was aborted is closed in the next turn of the loop

    def hang(self) -> None:
        """Nothing arrives any more, on old connections and new ones, and nobody is told: a cable that was pulled."""
        self._set("hang")

    def refuse(self) -> None:
        """Old connections are reset, and new ones too: a firewall, or a machine that is starting again."""
        self._set("refuse")

    def slow(self, latency: float, rate: float = 0.0) -> None:
        """Seconds that each piece takes one way; bytes a second at most, 0 for as many as there are."""
        self._latency, self._rate = latency, rate

    def mend(self) -> None:
        """As it was. What hung goes on as TCP would: nothing of it is lost."""
        self._latency = self._rate = 0.0
        self._set("")

    def _set(self, cut: str) -> None:
        self._loop.call_soon_threadsafe(self._do, cut)

    def _do(self, cut: str) -> None:
        self._cut = cut
        if cut == "hang":
            self._whole.clear()
        else:
            self._whole.set()
        if cut == "refuse":
            self._reset()

    def _reset(self) -> None:
        for task in self._tasks:
            task.cancel()

    async def _accept(self, near: asyncio.StreamReader, back: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task
        self._tasks.add(task)
        try:
            await self._carry(near, back)
        except (OSError, asyncio.CancelledError):
            back.transport.abort()
        finally:
            self._tasks.discard(task)

    async def _carry(self, near: asyncio.StreamReader, back: asyncio.StreamWriter) -> None:
        await self._whole.wait()
        if self._cut == "refuse":
            raise ConnectionResetError
        far, forth = await asyncio.open_connection("127.0.0.1", self.to_port)
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._pump(near, forth))
                group.create_task(self._pump(far, back))
        except* OSError:
            back.transport.abort()
        finally:
            forth.transport.abort()
            if not back.is_closing():
                back.close()

    async def _pump(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        while piece := await source.read(_PIECE):
            if self._latency or self._rate:
                await asyncio.sleep(self._latency + (len(piece) / self._rate if self._rate else 0.0))
            await self._whole.wait()
            sink.write(piece)
            await sink.drain()
        with suppress(OSError):
            sink.write_eof()

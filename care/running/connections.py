"""Connections of a web process, bounded: how long and how large a request's head may be, how long an answer may lie
unread, and how many connections there are. uvicorn's faster parser (httptools) leaves all of this open.
"""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

PEER = "care.peer"  # in the scope of a request
_LINGER = 1.0  # seconds
_PROBE = b"/healthz"


@dataclass(frozen=True)
class Bounds:
    """Times in seconds: for a head to arrive, without anything read of an answer, and idle between two requests.

    A head may be a little larger than `head_bytes`, by what arrives with its end.
    """

    connections: int = 2000
    head_bytes: int = 32 * 1024
    head: float = 15.0
    unread: float = 30.0
    idle: int = 5


class _Read:
    """Ends a connection of whose answer nothing was read for `unread` seconds: what waits for it holds memory."""

    bounds = Bounds()
    _unread: asyncio.TimerHandle | None = None
    transport: Any
    loop: asyncio.AbstractEventLoop

    def pause_writing(self) -> None:
        super().pause_writing()  # type: ignore[misc]
        self._watch()

    def resume_writing(self) -> None:
        self._unwatch()
        super().resume_writing()  # type: ignore[misc]

    def connection_lost(self, exc: Exception | None) -> None:
        self._unwatch()
        super().connection_lost(exc)  # type: ignore[misc]

    def _watch(self) -> None:
        waiting = self.transport.get_write_buffer_size()

        def look() -> None:
            if self.transport.get_write_buffer_size() < waiting:
                self._watch()
            else:
                self.transport.abort()

        self._unread = self.loop.call_later(self.bounds.unread, look)

    def _unwatch(self) -> None:
        if self._unread is not None:
            self._unread.cancel()


class Socket(_Read, WebSocketsSansIOProtocol):
    """A WebSocket; uvicorn's pings end one whose peer is gone."""


class Connection(_Read, HttpToolsProtocol):
    """An HTTP connection."""

    _head_bytes = 0
    _in_head = True
    _ended = False
    _timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        if len(self.connections) > 2 * self.bounds.connections:
            transport.abort()
        self._wait_for_head(self.bounds.head)

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_waiting()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self._ended:
            return
        if self._in_head:
            self._head_bytes += len(data)
        super().data_received(data)
        if self._in_head and self._head_bytes > self.bounds.head_bytes:
            self._end(431, f"The headers are too large: at most {self.bounds.head_bytes // 1024} kB are taken.")

    def on_header(self, name: bytes, value: bytes) -> None:
        if self._in_head:  # what comes after a chunked body is read by nobody
            super().on_header(name, value)

    def on_message_begin(self) -> None:
        super().on_message_begin()
        # Who is really at the other end: the address of the client may be what a proxy says it is.
        self.scope[PEER] = self.client[0] if self.client else ""  # type: ignore[literal-required]

    def on_headers_complete(self) -> None:
        self._stop_waiting()
        self._in_head = False
        busy = len(self.connections) > self.bounds.connections and self.url != _PROBE
        self.app = _busy if busy else self.config.loaded_app
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        self._in_head, self._head_bytes = True, 0
        super().on_message_complete()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        if not self.pipeline:
            self._wait_for_head(self.timeout_keep_alive + self.bounds.head)

    def send_400_response(self, msg: str) -> None:
        self._end(400, "This is no HTTP request that can be read.")

    def _wait_for_head(self, seconds: float) -> None:
        self._stop_waiting()
        self._timer = self.loop.call_later(seconds, self._too_slow)

    def _stop_waiting(self) -> None:
        if self._timer is not None:
            self._timer.cancel()

    def _too_slow(self) -> None:
        if self._head_bytes:
            self._end(408, "The request took too long to arrive.")
        else:
            self.transport.close()

    def _end(self, status: int, detail: str) -> None:
        """Says why, unless another answer is on its way already."""
        if self._ended or self.transport.is_closing():
            return
        self._ended = True
        if self.cycle is not None and not self.cycle.response_complete:
            if self.cycle.response_started:
                self.transport.abort()
                return
            self.cycle.disconnected = True
            self.cycle.message_event.set()
        head = [
            f"HTTP/1.1 {status} {HTTPStatus(status).phrase}",
            *(f"{name}: {told}" for name, told in _HEADERS.items()),
        ]
        body = problem(status, detail)
        self.transport.write("\r\n".join([*head, f"Content-Length: {len(body)}", "", ""]).encode() + body)
        # Closed at once, what is still on its way here would make the answer unreadable there.
        self.transport.write_eof()
        self._stop_waiting()
        self._timer = self.loop.call_later(_LINGER, self.transport.abort)


_HEADERS = {"Content-Type": "application/problem+json", "Cache-Control": "no-store", "Connection": "close"}


def problem(status: int, detail: str) -> bytes:
    told = {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status, "detail": detail}
    return json.dumps(told).encode()


async def _busy(_scope: Any, _receive: Any, send: Any) -> None:
    """Fewer are served well rather than all badly; whoever asks again in a moment may find room."""
    body = problem(503, "Too many people are here just now. Please try again in a moment.")
    told = _HEADERS | {"Retry-After": "1", "Content-Length": str(len(body))}
    headers = [(name.lower().encode(), value.encode()) for name, value in told.items()]
    await send({"type": "http.response.start", "status": 503, "headers": headers})
    await send({"type": "http.response.body", "body": body})

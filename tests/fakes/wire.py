"""A scripted HTTP server on a port of its own, run in a thread so that other processes can reach it too."""

from __future__ import annotations

import asyncio
import json
import socket
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import uvicorn
from fastapi import FastAPI, Request
from fastapi.responses import Response


@dataclass(frozen=True)
class Answer:
    """What goes over the wire. `body` is sent as it is if it is a text, as JSON otherwise; `delay` in seconds."""

    body: Any
    status: int = 200
    content_type: str = "application/json"
    delay: float = 0.0
    headers: dict[str, str] = field(default_factory=dict)

    def response(self) -> Response:
        text = self.body if isinstance(self.body, str) else json.dumps(self.body)
        return Response(text, self.status, self.headers, self.content_type)


HTML = Answer("<html>bad gateway</html>", content_type="text/html")
BROKEN_BODY = Answer('{"id": "x", "choi')


@dataclass(frozen=True)
class Seen:
    """A request as it came in; header names in small letters."""

    path: str
    headers: dict[str, str]
    body: dict[str, Any]


class FakeServer:
    """`will` queues answers, each used once; afterwards `usual` answers. Everything that came in is in `seen`."""

    def __init__(self, usual: Answer) -> None:
        self.usual = usual
        self.seen: list[Seen] = []
        self.url = ""
        self._queue: deque[Answer] = deque()
        self._reply: Callable[[Seen], Answer] | None = None

    def will(self, *answers: Answer) -> None:
        self._queue.extend(answers)

    def will_reply(self, reply: Callable[[Seen], Answer]) -> None:
        """From now on `reply` makes the usual answer from the request."""
        self._reply = reply

    def extend(self, app: FastAPI) -> None:
        """More routes of a server that answers more than one path."""

    async def answer(self, request: Request) -> Response:
        seen = Seen(request.url.path, dict(request.headers), json.loads(await request.body() or b"{}"))
        self.seen.append(seen)
        answer = self._queue.popleft() if self._queue else self._reply(seen) if self._reply else self.usual
        await asyncio.sleep(answer.delay)
        return answer.response()


@contextmanager
def running(server: FakeServer, path: str) -> Iterator[FakeServer]:
    """Serves POST on `path` (a FastAPI path) until the block ends."""
    app = FastAPI()
    app.add_api_route(path, server.answer, methods=["POST"])
    server.extend(app)
    with serving(app) as server.url:
        yield server


@contextmanager
def serving(app: FastAPI, *, log_level: str = "error") -> Iterator[str]:
    """Its address."""
    listening = socket.create_server(("127.0.0.1", 0))
    web = uvicorn.Server(uvicorn.Config(app, log_level=log_level, lifespan="off", timeout_graceful_shutdown=1))
    thread = threading.Thread(target=web.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    while not web.started and thread.is_alive():
        time.sleep(0.01)
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        web.should_exit = True
        thread.join(10)
        listening.close()

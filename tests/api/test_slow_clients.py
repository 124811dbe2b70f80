"""Whoever dawdles is let go: real sockets against uvicorn as `care serve` starts it, with bounds short enough to wait
for."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest
import uvicorn
from fastapi import FastAPI, Request, WebSocket
from starlette.responses import Response

from api import problems
from api.limits import BodyLimit, HeadLimit, Patience
from care.embedded import free_port
from care.running.connections import Bounds
from care.running.serve import configured
from care.settings import Settings

SHORT = Bounds(connections=3, head_bytes=4096, head=0.3, unread=0.3, idle=1)
LARGE = b"x" * 40_000_000
Connect = Callable[[], Any]


def _app() -> FastAPI:
    app = FastAPI()
    problems.install(app)

    @app.post("/take")
    async def take(request: Request) -> int:
        return len(await request.body())

    @app.get("/large")
    async def large() -> Response:
        return Response(LARGE)

    @app.get("/healthz")
    async def healthz() -> str:
        return "ok"

    @app.get("/who")
    async def who(request: Request) -> str:
        return request.client.host if request.client else ""

    @app.websocket("/socket")
    async def socket(socket: WebSocket) -> None:
        await socket.accept()
        app.state.ended = asyncio.Event()
        try:
            while True:
                await socket.send_bytes(b"x" * 500_000)
        finally:
            app.state.ended.set()

    app.add_middleware(BodyLimit, evidence_bytes=10**8, patience=Patience(piece=0.3, whole=0.6))
    app.add_middleware(HeadLimit)
    return app


@asynccontextmanager
async def _served(app: FastAPI, bounds: Bounds = SHORT, **settings: Any) -> AsyncIterator[int]:
    port = free_port()
    config = configured(app, Settings(_env_file=None, **settings), bounds, port=port, lifespan="off")
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110  uvicorn tells it in no other way
        await asyncio.sleep(0.01)
    yield port
    server.should_exit = server.force_exit = True
    await serving


@pytest.fixture
async def app() -> FastAPI:
    return _app()


@pytest.fixture
async def port(app: FastAPI) -> AsyncIterator[int]:
    async with _served(app) as port:
        yield port


async def _sent(port: int, *pieces: bytes, pause: float = 0) -> bytes:
    """All that comes back until the other side hangs up."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        for piece in pieces:
            writer.write(piece)
            await asyncio.sleep(pause)
        return await reader.read()
    except ConnectionError:
        return b""
    finally:
        writer.close()


def _is_problem(answer: bytes, status: int) -> None:
    head, _, body = answer.partition(b"\r\n\r\n")
    assert head.startswith(f"HTTP/1.1 {status} ".encode()), answer[:500]
    assert b"application/problem+json" in head.lower()
    assert f'"status":{status}'.encode() in body.replace(b" ", b"")
    assert b"\r\nconnection: close" in head.lower()


async def test_who_says_nothing_is_let_go(port: int) -> None:
    assert await _sent(port) == b""


async def test_a_head_that_does_not_end_is_let_go(port: int) -> None:
    _is_problem(await _sent(port, b"GET /who HTTP/1.1\r\nHost: x\r\n"), 408)


async def test_a_head_that_trickles_is_let_go_though_something_always_comes(port: int) -> None:
    drips = [b"GET /who HTTP/1.1\r\n", *[b"X-%d: 1\r\n" % n for n in range(20)]]
    answer = await _sent(port, *drips, pause=0.05)
    assert b"200" not in answer.partition(b"\r\n")[0]


async def test_an_idle_connection_may_not_trickle_into_its_next_request(port: int) -> None:
    whole = b"GET /who HTTP/1.1\r\nHost: x\r\n\r\n"
    answer = await _sent(port, whole, b"GET /who HTTP/1.1\r\n", *[b"X: 1\r\n"] * 20, pause=0.1)
    assert answer.count(b" 200 ") <= 1
    assert b'"127.0.0.1"' not in answer.partition(b'"127.0.0.1"')[2]


async def test_a_body_that_stops_or_trickles_is_let_go(port: int) -> None:
    head = b"POST /take HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n"
    _is_problem(await _sent(port, head + b"a"), 408)
    chunked = b"POST /take HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
    assert b" 200 " not in await _sent(port, chunked, *[b"1\r\na\r\n"] * 20, pause=0.1)


async def test_trailers_without_end_are_read_by_nobody(port: int) -> None:
    chunked = b"POST /take HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n"
    _is_problem(await _sent(port, chunked, b"X-Much: y\r\n" * 10_000), 408)


async def test_headers_without_end_are_refused(port: int) -> None:
    _is_problem(await _sent(port, b"GET /who HTTP/1.1\r\nX: ", b"a" * 500_000), 431)
    many = b"".join(b"X-%d: 1\r\n" % n for n in range(150))
    _is_problem(await _sent(port, b"GET /who HTTP/1.1\r\n" + many + b"\r\n"), 431)


async def test_an_address_without_end_is_refused() -> None:
    async with _served(_app(), Bounds(head_bytes=100_000)) as port:
        _is_problem(await _sent(port, b"GET /who?" + b"a" * 9000 + b" HTTP/1.1\r\nHost: x\r\n\r\n"), 414)


@pytest.mark.parametrize(
    "head",
    [
        b"POST /take HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n",
        b"POST /take HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabc",
        b"POST /take HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
        b"POST /take HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"GET /take HTTP/9.9\r\n\r\n",
        b"\x16\x03\x01\x02\x00",
    ],
)
async def test_what_two_servers_could_read_in_two_ways_is_refused(port: int, head: bytes) -> None:
    _is_problem(await _sent(port, head), 400)


async def test_who_does_not_read_the_answer_holds_no_memory(app: FastAPI) -> None:
    async with _served(app) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1024)
        writer.write(b"GET /large HTTP/1.1\r\nHost: x\r\n\r\n")
        await asyncio.sleep(1)  # reads nothing: what is then still there was on its way
        read = await _all_of(reader)
        writer.close()
    assert 0 < read < len(LARGE)


async def _all_of(reader: asyncio.StreamReader) -> int:
    read = 0
    try:
        while piece := await reader.read(65536):
            read += len(piece)
    except ConnectionError:
        pass
    return read


async def test_who_reads_slowly_is_served_to_the_end(app: FastAPI) -> None:
    async with _served(app) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1024)
        writer.write(b"GET /large HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        read = 0
        while piece := await reader.read(1_000_000):
            read += len(piece)
            if read < 2_000_000:
                await asyncio.sleep(0.05)
        writer.close()
    assert read > len(LARGE)


async def test_a_socket_whose_page_does_not_read_is_ended(app: FastAPI, port: int) -> None:
    _reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1024)
    writer.write(
        b"GET /socket HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
        b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
    )
    while not hasattr(app.state, "ended"):  # noqa: ASYNC110
        await asyncio.sleep(0.01)
    await app.state.ended.wait()
    writer.close()


async def test_one_too_many_hears_why_and_the_health_check_is_still_answered(app: FastAPI) -> None:
    async with _served(app, Bounds(connections=3, head=30)) as port:
        idle = [await asyncio.open_connection("127.0.0.1", port) for _ in range(3)]
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as late:
            answer = await late.get("/who")
            assert answer.status_code == 503
            assert answer.headers["content-type"] == "application/problem+json"
            assert answer.headers["retry-after"] == "1"
            assert (await late.get("/healthz")).status_code == 200
            for _, writer in idle:
                writer.close()
                await writer.wait_closed()
            while (await late.get("/who")).status_code == 503:
                pass


@pytest.mark.parametrize(
    ("trusted", "seen"), [("", "127.0.0.1"), ("10.0.0.0/8", "127.0.0.1"), ("127.0.0.1", "2.2.2.2")]
)
async def test_only_a_proxy_that_is_trusted_says_who_the_client_is(app: FastAPI, trusted: str, seen: str) -> None:
    async with _served(app, trusted_proxies=trusted) as port, httpx.AsyncClient() as client:
        # The client itself may write what it likes before that which the proxy adds.
        answer = await client.get(f"http://127.0.0.1:{port}/who", headers={"X-Forwarded-For": "1.1.1.1, 2.2.2.2"})
    assert answer.json() == seen

"""What the web does with the ids that callers send, and with a collector that is not there."""

from __future__ import annotations

import logging
import socket
import time
from contextlib import closing

import pytest
from opentelemetry import trace
from starlette.types import Message, Receive, Scope, Send

from api.tracing import Traced, act, request_id
from care import tracing, tracing_setup
from care.running.connections import PEER
from care.running.doctor import _collector
from care.settings import Settings
from tests.fakes.collector import collecting
from tests.running import PATIENCE

TRACE = "0af7651916cd43dd8448eb211c80319c"
PROXY = "10.0.0.7"


async def traces_behind(trusted: str, peer: str) -> tuple[str, str]:
    """The trace in which a request is answered that names one, and the id that its answer names."""
    seen: list[str] = []
    said: list[str] = []

    async def app(_scope: Scope, _receive: Receive, send: Send) -> None:
        seen.append(trace.format_trace_id(trace.get_current_span().get_span_context().trace_id))
        await send({"type": "http.response.start", "status": 200, "headers": []})

    async def receive() -> Message:
        return {"type": "http.request"}

    async def send(message: Message) -> None:
        said.extend(value.decode() for name, value in message["headers"] if name == b"x-request-id")

    headers = [(b"traceparent", f"00-{TRACE}-b7ad6b7169203331-01".encode())]
    scope = {"type": "http", "method": "GET", "path": "/products", "headers": headers, PEER: peer}
    await Traced(app, trusted)(scope, receive, send)
    return seen[0], said[0]


async def test_only_a_trusted_proxy_says_which_trace_a_request_belongs_to() -> None:
    assert (await traces_behind(f"{PROXY},10.1.0.0/16", PROXY))[0] == TRACE
    assert (await traces_behind(f"{PROXY},10.1.0.0/16", "10.1.2.3"))[0] == TRACE
    for trusted, peer in ((PROXY, "10.0.0.8"), ("", PROXY), (PROXY, "")):
        begun, _ = await traces_behind(trusted, peer)
        assert begun not in (TRACE, "0" * 32), (trusted, peer)


async def test_each_request_and_each_act_on_a_page_has_ids_of_its_own_with_no_collector_at_all() -> None:
    assert not tracing.is_on()
    first, second = await traces_behind("", PROXY), await traces_behind("", PROXY)
    assert not {*first} & {*second}
    acts = set()
    for _ in range(2):
        with act("/ui/orders"):
            acts |= {request_id(), tracing.here()["traceparent"]}
    assert len(acts) == 4


async def test_the_doctor_asks_the_collector_with_its_key() -> None:
    with collecting() as taking:
        settings = Settings(
            _env_file=None, OTEL_EXPORTER_OTLP_ENDPOINT=taking.url, OTEL_EXPORTER_OTLP_HEADERS="api-key=s3cret,x-org=1"
        )
        assert (await _collector(settings)).ok
        taking.status = 401
        refused = await _collector(settings)
    assert (refused.ok, refused.found) == (False, f"{taking.url}, parentbased_always_on: answers 401")
    assert [(each["api-key"], each["x-org"]) for each in taking.headers] == [("s3cret", "1")] * 2


def test_without_a_collector_spans_are_dropped_and_one_line_says_so(caplog: pytest.LogCaptureFixture) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as nobody:
        address = f"http://127.0.0.1:{nobody.getsockname()[1]}"
    settings = Settings(_env_file=None, OTEL_EXPORTER_OTLP_ENDPOINT=address)
    assert tracing_setup.offered(settings) is None
    with caplog.at_level(logging.DEBUG):
        end = tracing_setup.configure(settings, "web")
        with tracing.span("nothing"):
            assert tracing.is_recorded()
        end()
        # A process that ends does not wait for the last try, of which the line tells.
        deadline = time.monotonic() + PATIENCE
        while not any(record.levelno >= logging.WARNING for record in caplog.records) and time.monotonic() < deadline:
            time.sleep(0.05)
    assert [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING] == [
        "The collector does not take traces: they are dropped. See OTEL_EXPORTER_OTLP_ENDPOINT."
    ]
    assert not tracing.is_on()

"""A worker's `GET /metrics`: what it counts, and after it what Temporal's SDK counts.

It is answered by a thread of its own, so that a worker whose event loop stands still can still be looked at.
"""

from __future__ import annotations

import http.client
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import structlog
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from temporalio.runtime import PrometheusConfig, Runtime, TelemetryConfig

from care.embedded import free_port
from care.errors import SetupError

_PATIENCE = 2  # seconds, for a client's request, and for the SDK's answer
_TRIES = 5
_HERE = "127.0.0.1"

# The SDK's own end at a minute; and what waits for a worker here is a matter of milliseconds.
_WAITS = [0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300]
_BUCKETS = {
    f"temporal_{name}": _WAITS
    for name in (
        "workflow_task_schedule_to_start_latency",
        "activity_schedule_to_start_latency",
        "workflow_task_execution_latency",
        "workflow_task_replay_latency",
        "activity_execution_latency",
        "local_activity_execution_latency",
    )
}

log = structlog.get_logger("metrics")


class SdkMetrics:
    """Temporal's SDK aggregates its figures itself and shows them on a port that only this machine sees: that costs a
    worker next to nothing, and we hand them on. `runtime` is for the client that the worker uses."""

    def __init__(self) -> None:
        self.runtime, self._port = _measured()

    def text(self) -> bytes:
        """In Prometheus's format; nothing if they cannot be had, and the log says so."""
        connection = http.client.HTTPConnection(_HERE, self._port, timeout=_PATIENCE)
        try:
            connection.request("GET", "/metrics")
            return connection.getresponse().read()
        except (OSError, http.client.HTTPException) as error:
            log.warning("sdk_metrics_missing", error=type(error).__name__)
            return b""
        finally:
            connection.close()


def _measured() -> tuple[Runtime, int]:
    """On a free port; another program may take it before we do, so it is tried again."""
    for left in reversed(range(_TRIES)):
        port = free_port()
        shown = PrometheusConfig(
            bind_address=f"{_HERE}:{port}",
            counters_total_suffix=True,
            unit_suffix=True,
            durations_as_seconds=True,
            histogram_bucket_overrides=_BUCKETS,
        )
        try:
            return Runtime(telemetry=TelemetryConfig(metrics=shown)), port
        except ValueError:  # "Address already in use"
            if not left:
                raise
    raise AssertionError


@contextmanager
def serving(registry: CollectorRegistry, sdk: SdkMetrics, host: str, port: int) -> Iterator[None]:
    """Answers until the end. Raises SetupError where it cannot listen."""

    class Answering(BaseHTTPRequestHandler):
        timeout = _PATIENCE

        def do_GET(self) -> None:
            if self.path.partition("?")[0] != "/metrics":
                self.send_error(404)
                return
            text = generate_latest(registry) + sdk.text()
            self.send_response(200)
            self.send_header("Content-Type", CONTENT_TYPE_LATEST)
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  so it is named there
            pass  # a line for each scrape tells nobody anything

    try:
        server = ThreadingHTTPServer((host, port), Answering)
    except OSError as error:
        raise SetupError(
            f"Metrics cannot be shown on {host}:{port} ({error.strerror}): choose another with CARE_METRICS_HOST and "
            "CARE_METRICS_PORT (--metrics-port); each worker of a machine needs a port of its own."
        ) from None
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, name="metrics", daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()

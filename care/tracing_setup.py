"""Sending traces to a collector by OTLP over HTTP, where OTEL_EXPORTER_OTLP_ENDPOINT names one.

Spans wait in a queue of bounded length, and a thread of its own sends them. A collector that is down or slow costs
spans, and no request any time. What else the standard variables set (OTEL_BSP_*, OTEL_RESOURCE_ATTRIBUTES,
certificates), the libraries read themselves.
"""

from __future__ import annotations

import logging
import threading
import time
import uuid
from collections.abc import Callable, Sequence
from importlib.metadata import version
from typing import TYPE_CHECKING

import httpx

from care import tracing

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import ReadableSpan
    from opentelemetry.sdk.trace.export import SpanExporter
    from opentelemetry.sdk.trace.sampling import Sampler

    from care.settings import Settings

_SECONDS = 3.0  # for a batch to be taken
_FLUSH_SECONDS = 2.0  # for what is left when a process ends
_REMIND = 300.0  # seconds between two warnings of a collector that takes nothing

log = logging.getLogger(__name__)


def configure(settings: Settings, part: str) -> Callable[[], None]:
    """Call once in a process; what it gives ends the sending, in bounded time. `part`: "web" or "worker"."""
    if not settings.otel_exporter_otlp_endpoint:
        return lambda: None
    # Late: a process without a collector loads none of this.
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter

    # How each try went, and with which address, is told by the library at length; here one sentence tells it.
    for name in ("opentelemetry.exporter", "opentelemetry.sdk"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
    return record(OTLPSpanExporter(_address(settings), headers=_headers(settings), timeout=_SECONDS), settings, part)


def record(exporter: SpanExporter, settings: Settings, part: str) -> Callable[[], None]:
    """Record every span that the sampler takes, and hand it to `exporter`."""
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor
    from opentelemetry.sdk.trace.id_generator import RandomIdGenerator

    class Given(RandomIdGenerator):
        def generate_span_id(self) -> int:
            return ids["span"] if (ids := tracing.GIVEN.get()) else super().generate_span_id()

        def generate_trace_id(self) -> int:
            return ids["trace"] if (ids := tracing.GIVEN.get()) else super().generate_trace_id()

    about = {
        "service.name": settings.otel_service_name or f"care-{part}",
        "service.version": version("care"),
        "service.instance.id": uuid.uuid4().hex,
        "care.part": part,
    }
    provider = TracerProvider(_sampler(settings), Resource.create(about), False, id_generator=Given())
    provider.add_span_processor(BatchSpanProcessor(_quietly(exporter)))
    tracing.use(provider.get_tracer("care", version("care")))

    def end() -> None:
        tracing.use(None)
        sending = threading.Thread(target=provider.shutdown, daemon=True)  # by itself it may wait for half a minute
        sending.start()
        sending.join(_FLUSH_SECONDS)

    return end


def _sampler(settings: Settings) -> Sampler:
    from opentelemetry.sdk.trace.sampling import ALWAYS_OFF, ALWAYS_ON, ParentBased, TraceIdRatioBased

    name = settings.otel_traces_sampler.removeprefix("parentbased_")
    ratio = TraceIdRatioBased(settings.otel_traces_sampler_arg)
    root: Sampler = {"always_on": ALWAYS_ON, "always_off": ALWAYS_OFF}.get(name, ratio)
    return root if name == settings.otel_traces_sampler else ParentBased(root)


def offered(settings: Settings) -> int | None:
    """How the collector answers an empty batch: its HTTP status, None where nothing answers."""
    headers = {"Content-Type": "application/x-protobuf", **_headers(settings)}
    try:
        return httpx.post(_address(settings), content=b"", headers=headers, timeout=_SECONDS).status_code
    except httpx.HTTPError:
        return None


def _quietly(exporter: SpanExporter) -> SpanExporter:
    """Says once in a while that the collector takes nothing, and when it does again."""
    from opentelemetry.sdk.trace.export import SpanExporter, SpanExportResult

    class Quiet(SpanExporter):
        _said: float | None = None

        def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
            result = exporter.export(spans)
            if result is SpanExportResult.SUCCESS:
                if self._said is not None:
                    log.warning("The collector takes traces again.")
                self._said = None
            elif self._said is None or time.monotonic() > self._said + _REMIND:
                self._said = time.monotonic()
                log.warning("The collector does not take traces: they are dropped. See OTEL_EXPORTER_OTLP_ENDPOINT.")
            return result

        def shutdown(self) -> None:
            exporter.shutdown()

    return Quiet()


def _address(settings: Settings) -> str:
    return settings.otel_exporter_otlp_endpoint.rstrip("/") + "/v1/traces"


def _headers(settings: Settings) -> dict[str, str]:
    """NAME=VALUE with commas between, as the standard variable has it."""
    given = settings.otel_exporter_otlp_headers.get_secret_value()
    return {
        name.strip(): value.strip() for name, _, value in (each.partition("=") for each in given.split(",")) if name
    }

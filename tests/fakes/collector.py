"""A collector of traces that speaks OTLP over HTTP, and keeps all that it is sent."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from fastapi import FastAPI, Request
from fastapi.responses import Response
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)

from tests.fakes.wire import serving

PATH = "/v1/traces"


@dataclass(frozen=True)
class Span:
    """Ids in hexadecimal digits; `links` are the traces that it is linked to."""

    service: str
    name: str
    trace: str
    id: str
    parent: str
    about: dict[str, Any]
    links: tuple[str, ...]
    failed: bool


class Collector:
    """`raw` is every body that came in, unpacked; `status` is what the next are answered."""

    def __init__(self) -> None:
        self.url = ""
        self.raw: list[bytes] = []
        self.headers: list[dict[str, str]] = []
        self.status = 200

    @property
    def spans(self) -> list[Span]:
        return [span for body in tuple(self.raw) for span in _spans(ExportTraceServiceRequest.FromString(body))]

    def of(self, trace: str) -> list[Span]:
        return [span for span in self.spans if span.trace == trace]

    async def take(self, request: Request) -> Response:
        body = await request.body()
        self.raw.append(gzip.decompress(body) if request.headers.get("content-encoding") == "gzip" else body)
        self.headers.append(dict(request.headers))
        content = ExportTraceServiceResponse().SerializeToString()
        return Response(content, self.status, media_type="application/x-protobuf")


@contextmanager
def collecting() -> Iterator[Collector]:
    """Set OTEL_EXPORTER_OTLP_ENDPOINT to its `url`."""
    collector, app = Collector(), FastAPI()
    app.add_api_route(PATH, collector.take, methods=["POST"])
    with serving(app) as collector.url:
        yield collector


def _spans(request: ExportTraceServiceRequest) -> Iterator[Span]:
    for resource in request.resource_spans:
        service = _about(resource.resource.attributes)["service.name"]
        for scope in resource.scope_spans:
            for span in scope.spans:
                yield Span(
                    service=service,
                    name=span.name,
                    trace=span.trace_id.hex(),
                    id=span.span_id.hex(),
                    parent=span.parent_span_id.hex(),
                    about=_about(span.attributes),
                    links=tuple(link.trace_id.hex() for link in span.links),
                    failed=span.status.code == span.status.STATUS_CODE_ERROR,
                )


def _about(attributes: Any) -> dict[str, Any]:
    return {each.key: getattr(each.value, each.value.WhichOneof("value")) for each in attributes}

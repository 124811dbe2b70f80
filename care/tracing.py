"""Traces: which request has led to what, from the web to workflow, activity and model call.

Wherever work goes on elsewhere, a Carrier goes with it: ids, and no word of anybody. Without a collector
(care/tracing_setup.py) no span is recorded; the ids are made and handed on all the same, for the logs.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TypedDict, cast

import structlog
from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.trace import Link, NonRecordingSpan, Span, SpanContext, SpanKind, StatusCode, TraceFlags, Tracer
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator
from opentelemetry.util.types import AttributeValue

Attributes = Mapping[str, AttributeValue]


class Carrier(TypedDict, total=False):
    """`traceparent` as the W3C writes it. `origin` is the request from which this came long ago, `came_from` its trace:
    another one."""

    traceparent: str
    request_id: str
    origin: str
    came_from: str


class Ids(TypedDict):
    """The ids that a span is to have: in a workflow, which may be replayed, they cannot be random."""

    trace: int
    span: int


_LOGGED = ("request_id", "origin")
GIVEN: ContextVar[Ids | None] = ContextVar("given", default=None)
_FORMAT = TraceContextTextMapPropagator()
_tracer: Tracer | None = None


def use(tracer: Tracer | None) -> None:
    """From now on spans are recorded by this one; None: by nobody."""
    global _tracer
    _tracer = tracer


def is_recorded() -> bool:
    """Whether what happens here and now is recorded: else there is no use in measuring it."""
    return _tracer is not None and trace.get_current_span().is_recording()


def is_on() -> bool:
    return _tracer is not None


@contextmanager
def span(
    name: str,
    attributes: Attributes | None = None,
    *,
    kind: SpanKind = SpanKind.INTERNAL,
    parent: Context | None = None,
    links: Sequence[Link] = (),
) -> Iterator[Span]:
    """The current span while the block runs, below the one that is current now, or below `parent`.

    An error marks it by its type: what it says may quote a customer.
    """
    begun = begin(name, attributes, kind=kind, parent=parent, links=links)
    try:
        with trace.use_span(begun, record_exception=False, set_status_on_exception=False):
            yield begun
    except BaseException as error:
        failed(begun, error)
        raise
    finally:
        begun.end()


def begin(
    name: str,
    attributes: Attributes | None = None,
    *,
    kind: SpanKind = SpanKind.INTERNAL,
    parent: Context | None = None,
    links: Sequence[Link] = (),
    ids: Ids | None = None,
    at: int | None = None,
) -> Span:
    """A span that is not made the current one, and that the caller ends. `at`: nanoseconds, by default now."""
    if _tracer is None:
        return _unrecorded(parent, ids)
    token = GIVEN.set(ids)
    try:
        return _tracer.start_span(
            name, parent, kind, attributes, links, at, record_exception=False, set_status_on_exception=False
        )
    finally:
        GIVEN.reset(token)


def _unrecorded(parent: Context | None, ids: Ids | None) -> Span:
    above = trace.get_current_span(parent).get_span_context()
    span_id = ids["span"] if ids else secrets.randbits(64)
    if above.is_valid:
        return NonRecordingSpan(SpanContext(above.trace_id, span_id, False, above.trace_flags))
    trace_id = ids["trace"] if ids else secrets.randbits(128)
    return NonRecordingSpan(SpanContext(trace_id, span_id, False, TraceFlags.get_default()))


def since(began: float) -> int:
    """Milliseconds since `began`, a moment of time.monotonic()."""
    return round((time.monotonic() - began) * 1000)


def failed(span: Span, error: BaseException) -> None:
    span.set_status(StatusCode.ERROR)
    span.set_attribute("error.type", kind_of(error))


def kind_of(error: BaseException) -> str:
    """The name of the error's class; of one that crossed Temporal, the name it had before."""
    told = getattr(error, "type", None)
    return told if isinstance(told, str) and told.isidentifier() else type(error).__name__


def here() -> Carrier:
    """What leads back to what is being done now."""
    ids = structlog.contextvars.get_contextvars()
    return carrier_of(trace.get_current_span(), _carrier({name: ids[name] for name in _LOGGED if name in ids}))


def carrier_of(span: Span, request: Carrier) -> Carrier:
    """What goes on below `span`, for the same request."""
    written: dict[str, str] = {}
    _FORMAT.inject(written, trace.set_span_in_context(span, Context()))
    return _carrier({**request, **written})


def read(given: object) -> Carrier:
    """A carrier as it comes from elsewhere: what is no text is left out."""
    fields = given if isinstance(given, Mapping) else {}
    return _carrier({str(name): value for name, value in fields.items() if isinstance(value, str)})


def _carrier(fields: Mapping[str, object]) -> Carrier:
    return cast(Carrier, {name: fields[name] for name in Carrier.__annotations__ if name in fields})


def context_of(traceparent: str | None) -> Context:
    """For what goes on below; without one, what comes begins a trace of its own."""
    return _FORMAT.extract({"traceparent": traceparent or ""}, Context())


def links_to(*carriers: Carrier) -> list[Link]:
    """To where something came from, one to each trace; what is not known is left out."""
    ways = [trace.get_current_span(context_of(each.get("traceparent") or each.get("came_from"))) for each in carriers]
    spans = {each.trace_id: each for each in (way.get_span_context() for way in reversed(ways)) if each.is_valid}
    return [Link(each) for each in spans.values()]


def later(carrier: Carrier) -> Carrier:
    """For what comes of a request later and by itself: no part of it, but it tells where it came from."""
    origin = carrier.get("request_id") or carrier.get("origin")
    came_from = carrier.get("traceparent") or carrier.get("came_from")
    return _carrier({name: value for name, value in (("origin", origin), ("came_from", came_from)) if value})


def logged(carrier: Carrier) -> dict[str, str]:
    """The ids that lines of the log carry."""
    traceparent = carrier.get("traceparent")
    ids = {name: str(carrier[name]) for name in _LOGGED if name in carrier}  # type: ignore[literal-required]
    return ids | ({"trace_id": traceparent.split("-")[1]} if traceparent else {})


def named(_logger: object, _method: str, event: structlog.types.EventDict) -> structlog.types.EventDict:
    """Adds to a line of the log the trace in which it was written."""
    if "trace_id" not in event and (now := trace.get_current_span().get_span_context()).is_valid:
        event["trace_id"] = trace.format_trace_id(now.trace_id)
    return event

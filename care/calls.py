"""What is asked of workflows: in the trace of the request that asks, and with a line in its log."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import structlog
from opentelemetry.trace import SpanKind
from temporalio.api.common.v1 import Payload
from temporalio.client import (
    Interceptor,
    OutboundInterceptor,
    QueryWorkflowInput,
    SignalWorkflowInput,
    StartWorkflowInput,
    StartWorkflowUpdateInput,
    StartWorkflowUpdateWithStartInput,
    WorkflowHandle,
    WorkflowUpdateHandle,
)
from temporalio.converter import PayloadConverter

from care import tracing

# Where the tracing interceptors of Temporal's SDKs, in every language, look for what the W3C calls a traceparent. The
# codec seals no headers: they carry ids alone.
HEADER = "_tracer-data"
Headers = Mapping[str, Payload]

log = structlog.get_logger("calls")


def with_carrier(headers: Headers, carrier: tracing.Carrier) -> Headers:
    return {**headers, HEADER: PayloadConverter.default.to_payload(dict(carrier))} if carrier else headers


def carrier_in(headers: Headers) -> tracing.Carrier:
    """Empty where there is none, as for a signal that somebody has typed into the Temporal Web UI."""
    if HEADER not in headers:
        return tracing.Carrier()
    return tracing.read(PayloadConverter.default.from_payload(headers[HEADER]))


class TracedCalls(Interceptor):
    def intercept_client(self, next: OutboundInterceptor) -> OutboundInterceptor:  # noqa: A002
        return _Outbound(next)


class _Outbound(OutboundInterceptor):
    async def start_workflow(self, input: StartWorkflowInput) -> WorkflowHandle[Any, Any]:  # noqa: A002
        async with _asked("start", input.workflow, input.id):
            input.headers = with_carrier(input.headers, tracing.here())
            return await super().start_workflow(input)

    async def signal_workflow(self, input: SignalWorkflowInput) -> None:  # noqa: A002
        async with _asked("signal", input.signal, input.id):
            input.headers = with_carrier(input.headers, tracing.here())
            await super().signal_workflow(input)

    async def query_workflow(self, input: QueryWorkflowInput) -> Any:  # noqa: A002
        async with _asked("query", input.query, input.id):
            input.headers = with_carrier(input.headers, tracing.here())
            return await super().query_workflow(input)

    async def start_workflow_update(self, input: StartWorkflowUpdateInput) -> WorkflowUpdateHandle[Any]:  # noqa: A002
        async with _asked("update", input.update, input.id):
            input.headers = with_carrier(input.headers, tracing.here())
            return await super().start_workflow_update(input)

    async def start_update_with_start_workflow(
        self,
        input: StartWorkflowUpdateWithStartInput,  # noqa: A002
    ) -> WorkflowUpdateHandle[Any]:
        update, start = input.update_workflow_input, input.start_workflow_input
        async with _asked("update", update.update, start.id):
            carrier = tracing.here()
            update.headers = with_carrier(update.headers, carrier)
            start.headers = with_carrier(start.headers, carrier)
            return await super().start_update_with_start_workflow(input)


@asynccontextmanager
async def _asked(way: str, name: str, workflow_id: str) -> AsyncIterator[None]:
    """A look at live state is no news; what changes something is, and a failure says no more than its kind."""
    began, outcome = time.monotonic(), "answered"
    about = {"temporal.call": way, "temporal.workflow.id": workflow_id}
    try:
        with tracing.span(f"{way} {name}", about, kind=SpanKind.CLIENT):
            yield
    except BaseException as error:
        outcome = tracing.kind_of(error)
        raise
    finally:
        say = log.debug if way == "query" else log.info
        say("asked", call=way, name=name, workflow_id=workflow_id, outcome=outcome, ms=tracing.since(began))

"""Workflows in traces and logs.

An update is part of the trace of the request that asked, and what its change leads to goes on in that trace. What comes
of a timer, perhaps a year later, is a trace of its own (`on_its_own`), linked to the request that began it all.

A workflow is replayed, in any process: so the ids of its spans follow from its run, and a span is ended, and thereby
recorded, only where it is not being replayed. Nothing here is a command, so histories do not change.

Temporal's own OpenTelemetryInterceptor would keep one trace for as long as a workflow lives, draw its ids from the
workflow's random numbers, and write what errors say into spans. What it writes into headers, we write as well.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import structlog
from opentelemetry.trace import Link, Span, SpanKind
from temporalio import workflow
from temporalio.worker import (
    ContinueAsNewInput,
    ExecuteWorkflowInput,
    HandleSignalInput,
    HandleUpdateInput,
    Interceptor,
    StartActivityInput,
    StartChildWorkflowInput,
    StartLocalActivityInput,
    WorkflowInboundInterceptor,
    WorkflowInterceptorClassInput,
    WorkflowOutboundInterceptor,
)

from care import tracing
from care.calls import carrier_in, with_carrier
from care.temporal import ids_of

# Which run this is; and what is being done in it: an update, a signal, or something on its own.
_run: ContextVar[_Run] = ContextVar("run")
_doing: ContextVar[tracing.Carrier] = ContextVar("doing")


@contextmanager
def on_its_own(name: str) -> Iterator[None]:
    """What is due by the clock: no request waits for it."""
    if (run := _run.get(None)) is None:
        yield
        return
    # What was done last, if somebody asked for it, has made it due.
    links = tracing.links_to(run.begun, *([run.cause] if "came_from" not in run.cause else []))
    with run.scope(f"{workflow.info().workflow_type}.{name}", tracing.later(run.begun), SpanKind.INTERNAL, links):
        yield


def say(event: str, **more: str | int | None) -> None:
    """A line in the log, with the request that led to it; none while a history is replayed."""
    run = _run.get(None)
    workflow.logger.info(event, extra={**(tracing.logged(run.carrier()) if run else {}), **more})


class WorkflowTracing(Interceptor):
    """For a worker."""

    def workflow_interceptor_class(self, _input: WorkflowInterceptorClassInput) -> type[WorkflowInboundInterceptor]:
        # Our lines name their workflow by themselves.
        workflow.logger.workflow_info_on_message = workflow.logger.workflow_info_on_extra = False
        return _Run


class _Run(WorkflowInboundInterceptor):
    """One run. `begun` is the request that started it, `cause` what the run's own steps follow from by now."""

    def init(self, outbound: WorkflowOutboundInterceptor) -> None:
        self.begun = self.cause = tracing.Carrier()
        self._scopes = 0
        super().init(_Outbound(outbound, self))

    async def execute_workflow(self, input: ExecuteWorkflowInput) -> Any:  # noqa: A002
        self.begun = carrier_in(input.headers)
        _run.set(self)
        self._name_lines()
        # It may run for a year, so its span tells only that it began.
        links = tracing.links_to(self.begun) if "came_from" in self.begun else []
        span = self._begin(f"{workflow.info().workflow_type}.run", self.begun, SpanKind.SERVER, links, "run")
        self._end(span)
        self.cause = tracing.carrier_of(span, self.begun)
        return await super().execute_workflow(input)

    async def handle_signal(self, input: HandleSignalInput) -> None:  # noqa: A002
        """One that was typed into the Temporal Web UI begins a trace, linked to that of the workflow."""
        request = carrier_in(input.headers)
        _run.set(self)
        self._name_lines(request)
        links = [] if "traceparent" in request else tracing.links_to(self.begun)
        with self.scope(f"{workflow.info().workflow_type}.{input.signal}", request, SpanKind.SERVER, links):
            await super().handle_signal(input)

    async def handle_update_handler(self, input: HandleUpdateInput) -> Any:  # noqa: A002
        request = carrier_in(input.headers)
        _run.set(self)
        self._name_lines(request)
        with self.scope(f"{workflow.info().workflow_type}.{input.update}", request, SpanKind.SERVER, [], input.id):
            return await super().handle_update_handler(input)

    def carrier(self) -> tracing.Carrier:
        """For what is done here and now."""
        return _doing.get(self.cause)

    def follow(self) -> tracing.Carrier:
        """The same, for a step: what the run does next follows from what did it."""
        self.cause = self.carrier()
        return self.cause

    @contextmanager
    def scope(
        self, name: str, request: tracing.Carrier, kind: SpanKind, links: list[Link], key: str = ""
    ) -> Iterator[None]:
        """`key` tells it from the others of the run, by default its number. When a run is evicted it is not ended."""
        self._scopes += 1
        span = self._begin(name, request, kind, links, key or str(self._scopes))
        token = _doing.set(tracing.carrier_of(span, request))
        try:
            yield
        except Exception as error:
            if not workflow.is_failure_exception(error):
                raise  # a mistake of ours: the task is tried again, and the span with it
            tracing.failed(span, error)
            self._end(span)
            _doing.reset(token)
            raise
        self._end(span)
        _doing.reset(token)

    def _begin(self, name: str, request: tracing.Carrier, kind: SpanKind, links: list[Link], key: str) -> Span:
        info = workflow.info()
        about = {"temporal.workflow.id": info.workflow_id, "temporal.run.id": info.run_id}
        parent = tracing.context_of(request.get("traceparent"))
        ids = _ids(info.run_id, key)
        return tracing.begin(name, about, kind=kind, parent=parent, links=links, ids=ids, at=workflow.time_ns())

    def _end(self, span: Span) -> None:
        if not workflow.unsafe.is_replaying_history_events():
            span.end(workflow.time_ns())

    def _name_lines(self, request: tracing.Carrier | None = None) -> None:
        """Each handler has a context of its own, so nothing has to be taken back."""
        info = workflow.info()
        ids = tracing.logged(request or tracing.Carrier())
        structlog.contextvars.bind_contextvars(run_id=info.run_id, **ids_of(info.workflow_id), **ids)


class _Outbound(WorkflowOutboundInterceptor):
    def __init__(self, next: WorkflowOutboundInterceptor, run: _Run) -> None:  # noqa: A002
        super().__init__(next)
        self._run = run

    def start_activity(self, input: StartActivityInput) -> workflow.ActivityHandle[Any]:  # noqa: A002
        input.headers = with_carrier(input.headers, self._run.follow())
        return super().start_activity(input)

    def start_local_activity(self, input: StartLocalActivityInput) -> workflow.ActivityHandle[Any]:  # noqa: A002
        input.headers = with_carrier(input.headers, self._run.follow())
        return super().start_local_activity(input)

    async def start_child_workflow(
        self,
        input: StartChildWorkflowInput,  # noqa: A002
    ) -> workflow.ChildWorkflowHandle[Any, Any]:
        input.headers = with_carrier(input.headers, self._run.follow())
        return await super().start_child_workflow(input)

    def continue_as_new(self, input: ContinueAsNewInput) -> Any:  # noqa: A002
        input.headers = with_carrier(input.headers, tracing.later(self._run.begun))
        return super().continue_as_new(input)


def _ids(run_id: str, key: str) -> tracing.Ids:
    """Of a span, and of its trace if it begins one: the same wherever and however often the run is replayed."""
    told = hashlib.sha256(f"{run_id} {key}".encode()).digest()
    return tracing.Ids(trace=int.from_bytes(told[:16]), span=int.from_bytes(told[16:24]))

"""Activities in traces and logs: each try is a span below the workflow's, and one line when it has ended."""

from __future__ import annotations

import logging
import time
from typing import Any

import structlog
from opentelemetry.trace import SpanKind
from temporalio import activity
from temporalio.exceptions import ApplicationError
from temporalio.worker import ActivityInboundInterceptor, ExecuteActivityInput, Interceptor

from care import tracing
from care.calls import carrier_in
from care.temporal import ids_of

log = structlog.get_logger("activities")


class ActivityTracing(Interceptor):
    """For a worker."""

    def intercept_activity(self, next: ActivityInboundInterceptor) -> ActivityInboundInterceptor:  # noqa: A002
        activity.logger.logger.addFilter(_is_no_ending)
        return _Traced(next)


class _Traced(ActivityInboundInterceptor):
    async def execute_activity(self, input: ExecuteActivityInput) -> Any:  # noqa: A002
        info, carrier = activity.info(), carrier_in(input.headers)
        about: tracing.Attributes = {
            "temporal.workflow.id": info.workflow_id or "",
            "temporal.run.id": info.workflow_run_id or "",
            "temporal.activity.attempt": info.attempt,
            "temporal.activity.local": info.is_local,
            "temporal.task_queue": info.task_queue,
        }
        ids = {**ids_of(info.workflow_id or ""), **tracing.logged(carrier), "run_id": info.workflow_run_id or ""}
        links = tracing.links_to(carrier) if "traceparent" not in carrier else []
        parent = tracing.context_of(carrier.get("traceparent"))
        with (
            structlog.contextvars.bound_contextvars(activity=info.activity_type, attempt=info.attempt, **ids),
            tracing.span(info.activity_type, about, kind=SpanKind.SERVER, parent=parent, links=links),
        ):
            return await self._told(input)

    async def _told(self, input: ExecuteActivityInput) -> Any:  # noqa: A002
        log.debug("activity_begins", task_queue=activity.info().task_queue)
        began = time.monotonic()
        try:
            result = await super().execute_activity(input)
        except ApplicationError as error:
            # What is final was decided: a refusal, or no use in trying again.
            say = log.info if error.non_retryable else log.warning
            say("activity", outcome=tracing.kind_of(error), ms=tracing.since(began))
            raise
        except Exception as error:
            log.warning("activity", outcome=tracing.kind_of(error), ms=tracing.since(began), exc_info=error)
            raise
        except BaseException as error:
            log.info("activity", outcome=tracing.kind_of(error), ms=tracing.since(began))
            raise
        log.info("activity", outcome="done", ms=tracing.since(began))
        return result


def _is_no_ending(record: logging.LogRecord) -> bool:
    """The SDK tells of each failure as well; ours names the request, too."""
    return getattr(record, "__temporal_error_identifier", None) != "ActivityFailure"

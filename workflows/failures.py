"""What can go wrong between a caller and a workflow, as a CareError: the one place that knows Temporal's errors."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import TypeVar

import structlog
from temporalio.client import (
    WorkflowQueryFailedError,
    WorkflowQueryRejectedError,
    WorkflowUpdateFailedError,
    WorkflowUpdateHandle,
    WorkflowUpdateRPCTimeoutOrCancelledError,
)
from temporalio.exceptions import ApplicationError
from temporalio.service import RPCError, RPCStatusCode

from care.errors import BY_NAME, CareError, Unavailable

T = TypeVar("T")
log = structlog.get_logger("temporal")

# For the answer of an update that was asked for before, and may still be on its way.
_ANSWER = timedelta(seconds=20)
# The server or the way to it; everything else is a mistake of ours, and is not hidden behind "try again".
_TROUBLE = {
    RPCStatusCode.ABORTED,
    RPCStatusCode.CANCELLED,
    RPCStatusCode.DEADLINE_EXCEEDED,
    RPCStatusCode.FAILED_PRECONDITION,  # a query while no worker polls
    RPCStatusCode.RESOURCE_EXHAUSTED,
    RPCStatusCode.UNAVAILABLE,
    RPCStatusCode.INTERNAL,
    RPCStatusCode.UNKNOWN,  # "transport error": the server died while it answered
}
LATE = "This takes longer than usual. Nothing is lost; please try again in a moment."
UNREACHABLE = "A part of CARE cannot be reached at the moment. Please try again in a moment."


class Closed(Exception):
    """The workflow has ended, or there never was one."""


@asynccontextmanager
async def answered(within: timedelta) -> AsyncIterator[None]:
    """Bounds a call to a workflow, and turns what Temporal raises into the error that the workflow meant.

    Raises the workflow's own CareError, Closed, or Unavailable.
    """
    try:
        async with asyncio.timeout(within.total_seconds()):
            yield
    except WorkflowUpdateFailedError as error:
        meant = refusal(error)
        if meant is None:
            raise
        raise meant from error
    except WorkflowUpdateRPCTimeoutOrCancelledError as error:
        _reraise_if_cancelled(error)
        raise Unavailable(LATE) from error
    except TimeoutError as error:
        raise Unavailable(LATE) from error
    except WorkflowQueryRejectedError as error:
        raise Closed from error
    except WorkflowQueryFailedError as error:
        raise Unavailable(LATE) from error
    except RPCError as error:
        raise _by_status(error) from error


async def answered_before(update: WorkflowUpdateHandle[T]) -> T | None:
    """What an update answered that a caller asks for again; None if there never was one under this id.

    Raises the CareError that it was refused with, or Unavailable.
    """
    try:
        async with answered(_ANSWER):
            return await update.result()
    except Closed:
        return None


def refusal(error: BaseException) -> CareError | None:
    """The CareError inside a failure, as `care.temporal.refuse` packed it."""
    for cause in _causes(error):
        if isinstance(cause, ApplicationError) and cause.type in BY_NAME:
            return _unpack(BY_NAME[cause.type], cause)
    return None


def _unpack(kind: type[CareError], packed: ApplicationError) -> CareError:
    rule, fields = (*packed.details, None, None)[:2]
    return kind(packed.message, rule=rule, fields=fields)


def _causes(error: BaseException) -> Iterator[BaseException]:
    at: BaseException | None = error
    while at is not None:
        yield at
        at = at.__cause__


def _by_status(error: RPCError) -> BaseException:
    # The dev server says "already completed", the test server "not found": both with this status.
    if error.status is RPCStatusCode.NOT_FOUND:
        return Closed()
    if error.status in _TROUBLE:
        return Unavailable(UNREACHABLE)
    log.warning("temporal_refused", status=error.status.name, said=error.message)
    return error


def _reraise_if_cancelled(error: BaseException) -> None:
    """The SDK wraps a cancellation of our own task; whoever cancelled it must see it end."""
    task = asyncio.current_task()
    if task is not None and task.cancelling() and isinstance(error.__cause__, asyncio.CancelledError):
        raise error.__cause__

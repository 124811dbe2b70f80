"""What Temporal raises, and what a caller hears of it."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from temporalio.client import (
    WorkflowExecutionStatus,
    WorkflowQueryFailedError,
    WorkflowQueryRejectedError,
    WorkflowUpdateFailedError,
    WorkflowUpdateRPCTimeoutOrCancelledError,
)
from temporalio.exceptions import ApplicationError
from temporalio.service import RPCError, RPCStatusCode

from care.errors import NotEligible, Unavailable
from care.temporal import refuse
from workflows.failures import Closed, answered

SOON = timedelta(seconds=30)


def _rpc(status: RPCStatusCode) -> RPCError:
    return RPCError("as the server words it", status, b"")


@pytest.mark.parametrize(
    ("raised", "heard"),
    [
        (_rpc(RPCStatusCode.UNAVAILABLE), Unavailable),
        (_rpc(RPCStatusCode.DEADLINE_EXCEEDED), Unavailable),
        (_rpc(RPCStatusCode.RESOURCE_EXHAUSTED), Unavailable),
        (_rpc(RPCStatusCode.UNKNOWN), Unavailable),
        (_rpc(RPCStatusCode.NOT_FOUND), Closed),
        (WorkflowUpdateRPCTimeoutOrCancelledError(), Unavailable),
        (WorkflowQueryFailedError("no worker"), Unavailable),
        (WorkflowQueryRejectedError(WorkflowExecutionStatus.COMPLETED), Closed),
        (_rpc(RPCStatusCode.INVALID_ARGUMENT), RPCError),
        (WorkflowUpdateFailedError(ApplicationError("a bug", type="KeyError")), WorkflowUpdateFailedError),
    ],
    ids=lambda each: each.__name__ if isinstance(each, type) else type(each).__name__,
)
async def test_trouble_is_named_and_a_mistake_of_ours_is_not_hidden(raised: Exception, heard: type[Exception]) -> None:
    with pytest.raises(heard):
        async with answered(SOON):
            raise raised


async def test_a_refusal_arrives_as_it_was_raised() -> None:
    refused = NotEligible("The window has closed.", rule="window_closed", fields={"reason": "too late"})
    with pytest.raises(NotEligible) as caught:
        async with answered(SOON):
            raise WorkflowUpdateFailedError(refuse(refused))
    assert (caught.value.detail, caught.value.rule, caught.value.fields) == (
        refused.detail,
        refused.rule,
        refused.fields,
    )


async def test_an_answer_that_does_not_come_is_not_waited_for_for_ever() -> None:
    with pytest.raises(Unavailable, match="Nothing is lost"):
        async with answered(timedelta(milliseconds=10)):
            await asyncio.Event().wait()


async def test_whoever_stops_the_caller_sees_it_stop() -> None:
    async def as_the_sdk_does() -> None:
        async with answered(SOON):
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError as error:
                raise WorkflowUpdateRPCTimeoutOrCancelledError from error

    task = asyncio.create_task(as_the_sdk_does())
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task

"""Runs a LangGraph graph inside a workflow: the one module that knows Temporal's (experimental) LangGraph plugin."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping
from contextvars import ContextVar
from functools import lru_cache
from typing import TYPE_CHECKING, Any, cast

from temporalio import workflow
from temporalio.common import RetryPolicy
from temporalio.exceptions import ApplicationError, FailureError
from temporalio.plugin import SimplePlugin
from temporalio.worker import (
    Interceptor,
    StartActivityInput,
    StartLocalActivityInput,
    WorkflowInboundInterceptor,
    WorkflowInterceptorClassInput,
    WorkflowOutboundInterceptor,
)

from workflows.storing import ONCE_CALL

if TYPE_CHECKING:
    from langgraph.graph import StateGraph
    from langgraph.graph.state import CompiledStateGraph
    from temporalio.worker import Plugin

# The activities that are tried at hand, of the graph that runs.
_at_hand: ContextVar[Collection[str]] = ContextVar("at_hand", default=())


async def run_graph(name: str, state: dict[str, Any], at_hand: Collection[str] = ()) -> dict[str, Any]:
    """The final state of the graph that the worker registered as `name`. State is JSON; nodes are activities.

    Those named in `at_hand` are tried once within the workflow task, as local activities, which saves a way through the
    server and back (some 20 ms, and five events). What cannot be done so, for now or in a few seconds, is the patient
    activity that it else is. That is for what is quick, costs nothing, and may be done again: a worker that ends before
    the task does takes what it found with it.

    Raises FailureError when a node has failed for good.
    """
    # Late, so that a process which only starts workflows never loads langgraph.
    from temporalio.langgraph import graph

    # Not taken back: a run that is evicted ends in another context. Nothing else bears the names of a graph's nodes.
    _at_hand.set({f"{name}.{node}" for node in at_hand})
    result: dict[str, Any] = await _compiled(graph(name)).ainvoke(state)
    return result


@lru_cache(maxsize=8)
def _compiled(graph: StateGraph[Any, Any, Any, Any]) -> CompiledStateGraph[Any, Any, Any, Any]:
    """Once in a worker, and not for each run of it: reading the nodes' code takes 5 ms."""
    return graph.compile()


def graph_plugins(graphs: Mapping[str, StateGraph[Any, Any, Any, Any]]) -> list[Plugin]:
    """For a worker, or a replayer, of workflows that run these."""
    from temporalio.langgraph import LangGraphPlugin

    return [LangGraphPlugin(graphs=dict(graphs)), SimplePlugin("care.at-hand", interceptors=[_AtHand()])]


class _AtHand(Interceptor):
    def workflow_interceptor_class(self, _input: WorkflowInterceptorClassInput) -> type[WorkflowInboundInterceptor]:
        return _Inbound


class _Inbound(WorkflowInboundInterceptor):
    def init(self, outbound: WorkflowOutboundInterceptor) -> None:
        super().init(_Outbound(outbound))


class _Outbound(WorkflowOutboundInterceptor):
    """The plugin knows no local activities: those of nodes at hand are made ones here."""

    def start_activity(self, input: StartActivityInput) -> workflow.ActivityHandle[Any]:  # noqa: A002
        if input.activity not in _at_hand.get():
            return super().start_activity(input)
        return cast("workflow.ActivityHandle[Any]", asyncio.create_task(self._at_hand(input)))

    async def _at_hand(self, asked: StartActivityInput) -> Any:
        once = StartLocalActivityInput(
            activity=asked.activity,
            args=asked.args,
            activity_id=None,
            schedule_to_close_timeout=None,
            schedule_to_start_timeout=None,
            start_to_close_timeout=ONCE_CALL["start_to_close_timeout"],
            retry_policy=ONCE_CALL["retry_policy"],
            local_retry_threshold=None,
            cancellation_type=asked.cancellation_type,
            headers=asked.headers,
            summary=asked.summary,
            event_groups=asked.event_groups,
            arg_types=asked.arg_types,
            ret_type=asked.ret_type,
        )
        try:
            return await super().start_local_activity(once)
        except FailureError as error:
            if _is_final(error, asked.retry_policy):
                raise
        return await super().start_activity(asked)


def _is_final(error: FailureError, policy: RetryPolicy | None) -> bool:
    """Whether trying again is of no use, as the activity said or `policy` says."""
    final = (policy and policy.non_retryable_error_types) or ()
    return isinstance(error, ApplicationError) and (error.non_retryable or error.type in final)

"""Runs a LangGraph graph inside a workflow: the one module that knows Temporal's (experimental) LangGraph plugin."""

from __future__ import annotations

from typing import Any


async def run_graph(name: str, state: dict[str, Any]) -> dict[str, Any]:
    """The final state of the graph that the worker registered as `name`. State is JSON; nodes are activities.

    Raises ActivityError when a node has failed for good.
    """
    # Late, so that a process which only starts workflows never loads langgraph.
    from temporalio.langgraph import graph

    result: dict[str, Any] = await graph(name).compile().ainvoke(state)
    return result

"""The conversation graph: understand -> fetch_context -> one family of tools -> (word ->) compose.

A message that asks for several things goes from its family back to fetch_context, once for each part. State is JSON.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from langgraph.graph import END, START, StateGraph
from temporalio.common import RetryPolicy

from activities.graphs.conversation_nodes import ConversationNodes, TurnState
from care.errors import NotFound
from care.rules import dialogue

_SPOKEN = ("es", "hi")  # languages in which a wording can be checked
_OURS = ("local", "none")  # what understands without a hosted model

# What is not there will not be there on another try.
PATIENT = RetryPolicy(
    initial_interval=timedelta(milliseconds=200),
    maximum_interval=timedelta(seconds=5),
    non_retryable_error_types=[NotFound.__name__],
)
NODE: dict[str, Any] = {
    "execute_in": "activity",
    "start_to_close_timeout": timedelta(seconds=30),
    "schedule_to_close_timeout": timedelta(seconds=60),
    "retry_policy": PATIENT,
}
# What a turn leaves behind: half of it, of a turn that then failed, would stand in the place of the next one.
WRITTEN = NODE | {"schedule_to_close_timeout": timedelta(days=1)}


# Routes run in the workflow. Async, because LangGraph sends a plain function to a thread, which a workflow has not.
async def to_context_or_silence(state: TurnState) -> str:
    return "compose" if state["memory"]["handed_off"] else "fetch_context"


async def to_family(state: TurnState) -> str:
    family: str = state["reading"]["family"]
    return family


async def to_next_part_or_end(state: TurnState) -> str:
    """Without a hosted model there is no wording; what is English already needs none."""
    # Conversations that were recorded before there were parts know no step.
    if state.get("step") == "fetch_context":
        return "fetch_context"
    hosted = state["understood"]["model"] not in _OURS
    return "word" if hosted and state["memory"].get("language") in _SPOKEN else "compose"


def conversation_graph(nodes: ConversationNodes) -> StateGraph[TurnState, None, TurnState, TurnState]:
    graph = StateGraph(TurnState)
    graph.add_node("understand", nodes.understand, metadata=NODE)
    graph.add_node("fetch_context", nodes.fetch_context, metadata=NODE)
    graph.add_node("word", nodes.word, metadata=NODE)
    graph.add_node("compose", nodes.compose, metadata=WRITTEN)
    for family in dialogue.FAMILIES:
        graph.add_node(family, getattr(nodes, family), metadata=NODE)
        graph.add_conditional_edges(family, to_next_part_or_end, ["fetch_context", "word", "compose"])
    graph.add_edge(START, "understand")
    graph.add_conditional_edges("understand", to_context_or_silence, ["fetch_context", "compose"])
    graph.add_conditional_edges("fetch_context", to_family, list(dialogue.FAMILIES))
    graph.add_edge("word", "compose")
    graph.add_edge("compose", END)
    return graph

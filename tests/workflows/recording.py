"""Histories of workflows, recorded once and replayed by every later version of the code.

`CARE_RECORD=1 pytest tests/workflows` writes them anew: do that for new ones, and never for a replay that fails.

Workers of workflows with graphs keep no cache in tests: a workflow that a stopped worker leaves unfinished is collected
at some later time, and then the LangGraph plugin drops the graphs of whichever workflow runs at that moment.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from temporalio.api.history.v1 import HistoryEvent
from temporalio.client import WorkflowHandle, WorkflowHistory

HISTORIES = Path(__file__).parent / "histories"


async def record(handle: WorkflowHandle[Any, Any], name: str) -> None:
    if os.environ.get("CARE_RECORD"):
        history = await handle.fetch_history()
        save(json.loads(history.to_json()), name)


def save(history: dict[str, Any], name: str) -> None:
    content = _without(history, "identity")
    (HISTORIES / f"{name}.json").write_text(json.dumps(content, indent=1) + "\n")


def names(kind: str) -> list[str]:
    """All that are recorded of subscriptions, refunds or conversations."""
    return sorted(path.stem for path in HISTORIES.glob(f"{kind}-*.json"))


def recorded(name: str) -> WorkflowHistory:
    return WorkflowHistory.from_json(name, (HISTORIES / f"{name}.json").read_text())


def in_event(event: HistoryEvent) -> Iterator[str]:
    """The names of the update, signal, activity, local activity or patch that it tells of; and empty ones."""
    yield event.workflow_execution_update_accepted_event_attributes.accepted_request.input.name
    yield event.workflow_execution_signaled_event_attributes.signal_name
    yield event.activity_task_scheduled_event_attributes.activity_type.name
    marker = event.marker_recorded_event_attributes
    for part, name in (("data", "activity_type"), ("patch-data", "id")):
        for payload in marker.details[part].payloads if part in marker.details else ():
            yield json.loads(payload.data).get(name, "")


def _without(value: Any, name: str) -> Any:
    """Machine names have no place in a recording."""
    match value:
        case dict():
            return {key: _without(each, name) for key, each in value.items() if key != name}
        case list():
            return [_without(each, name) for each in value]
        case _:
            return value

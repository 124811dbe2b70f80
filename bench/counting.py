"""What work costs, counted by the servers themselves: events, Actions and bytes of histories, commands and documents of
MongoDB."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

from temporalio.api.enums.v1 import EventType
from temporalio.api.history.v1 import HistoryEvent
from temporalio.client import Client

from care.stores import Stores

# What Temporal Cloud bills, of what stands in a history (docs.temporal.io/evaluate/cloud/actions, read 2026-11-27).
# A continue-as-new is billed as the start of the next run; attributes that a start brings along are free.
_BILLED = {
    EventType.EVENT_TYPE_WORKFLOW_EXECUTION_STARTED,
    EventType.EVENT_TYPE_TIMER_STARTED,
    EventType.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED,
    EventType.EVENT_TYPE_UPSERT_WORKFLOW_SEARCH_ATTRIBUTES,
    EventType.EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED,
    EventType.EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_ACCEPTED,
}
_COMMANDS = ("find", "insert", "update", "delete", "findAndModify", "aggregate", "commitTransaction")


def actions(events: Sequence[HistoryEvent]) -> int:
    """Billable Actions. Queries, heartbeats and refused updates leave no event, and are not in it."""
    billed = sum(event.event_type in _BILLED and not _names_versions(event) for event in events)
    # All local activities of one workflow task are one Action.
    tasks = {
        event.marker_recorded_event_attributes.workflow_task_completed_event_id
        for event in events
        if event.event_type == EventType.EVENT_TYPE_MARKER_RECORDED
    }
    again = sum(
        max(0, event.activity_task_started_event_attributes.attempt - 1)
        for event in events
        if event.event_type == EventType.EVENT_TYPE_ACTIVITY_TASK_STARTED
    )
    return billed + len(tasks) + again


def _names_versions(event: HistoryEvent) -> bool:
    """Whether it is the search attribute that `workflow.patched` keeps, which is free."""
    upserted = event.upsert_workflow_search_attributes_event_attributes.search_attributes.indexed_fields
    return set(upserted) == {"TemporalChangeVersion"}


async def runs(client: Client, workflow_id: str) -> list[list[HistoryEvent]]:
    """The histories of a workflow, the oldest run first."""
    newest = await client.get_workflow_handle(workflow_id).fetch_history()
    begun = newest.events[0].workflow_execution_started_event_attributes
    found: list[list[HistoryEvent]] = []
    run_id = begun.first_execution_run_id or begun.original_execution_run_id
    while run_id:
        history = await client.get_workflow_handle(workflow_id, run_id=run_id).fetch_history()
        found.append(list(history.events))
        run_id = history.events[-1].workflow_execution_continued_as_new_event_attributes.new_execution_run_id
    return found


@dataclass(frozen=True)
class Cost:
    """Of one piece of work, or a sum or a difference of some. Bytes are those of protobuf, and of BSON."""

    events: float = 0
    actions: float = 0
    history_bytes: float = 0
    commands: float = 0
    written: float = 0  # documents that were inserted, updated or deleted
    documents: float = 0  # that stay
    document_bytes: float = 0

    def __sub__(self, before: Cost) -> Cost:
        return Cost(*(getattr(self, f.name) - getattr(before, f.name) for f in fields(Cost)))

    def __truediv__(self, pieces: float) -> Cost:
        return Cost(*(getattr(self, f.name) / pieces for f in fields(Cost)))


async def spent(client: Client, stores: Stores, workflow_ids: Sequence[str]) -> Cost:
    """By these workflows and the whole database, up to now. MongoDB counts all of its server: have one alone."""
    histories = [run for each in workflow_ids for run in await runs(client, each)]
    status = await stores.database.client.admin.command("serverStatus")
    counted = status["metrics"]
    size = await stores.database.command("dbStats")
    return Cost(
        events=sum(map(len, histories)),
        actions=sum(map(actions, histories)),
        history_bytes=sum(event.ByteSize() for run in histories for event in run),
        commands=sum(counted["commands"][name]["total"] for name in _COMMANDS),
        written=sum(counted["document"][what] for what in ("inserted", "updated", "deleted")),
        documents=size["objects"],
        document_bytes=size["dataSize"],
    )

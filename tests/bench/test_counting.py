"""Actions, counted by the rules of Temporal Cloud."""

from __future__ import annotations

import pytest
from temporalio.api.common.v1 import Payload, SearchAttributes
from temporalio.api.enums.v1 import EventType
from temporalio.api.history.v1 import (
    ActivityTaskStartedEventAttributes,
    HistoryEvent,
    MarkerRecordedEventAttributes,
    UpsertWorkflowSearchAttributesEventAttributes,
)

from bench.counting import Cost, actions


def of(name: str) -> HistoryEvent:
    return HistoryEvent(event_type=EventType.Value(f"EVENT_TYPE_{name}"))


def marker(task: int) -> HistoryEvent:
    recorded = MarkerRecordedEventAttributes(workflow_task_completed_event_id=task)
    return HistoryEvent(event_type=EventType.EVENT_TYPE_MARKER_RECORDED, marker_recorded_event_attributes=recorded)


def started(attempt: int) -> HistoryEvent:
    begun = ActivityTaskStartedEventAttributes(attempt=attempt)
    return HistoryEvent(
        event_type=EventType.EVENT_TYPE_ACTIVITY_TASK_STARTED, activity_task_started_event_attributes=begun
    )


def upserted(name: str) -> HistoryEvent:
    kept = UpsertWorkflowSearchAttributesEventAttributes(
        search_attributes=SearchAttributes(indexed_fields={name: Payload()})
    )
    return HistoryEvent(
        event_type=EventType.EVENT_TYPE_UPSERT_WORKFLOW_SEARCH_ATTRIBUTES,
        upsert_workflow_search_attributes_event_attributes=kept,
    )


@pytest.mark.parametrize(
    ("events", "billed"),
    [
        ([], 0),
        ([of("WORKFLOW_EXECUTION_STARTED"), of("WORKFLOW_TASK_SCHEDULED"), of("WORKFLOW_TASK_COMPLETED")], 1),
        ([of("TIMER_STARTED"), of("TIMER_FIRED")], 1),
        ([of("TIMER_STARTED"), of("TIMER_CANCELED"), of("TIMER_STARTED")], 2),
        ([of("ACTIVITY_TASK_SCHEDULED"), started(1), of("ACTIVITY_TASK_COMPLETED")], 1),
        ([of("ACTIVITY_TASK_SCHEDULED"), started(3), of("ACTIVITY_TASK_COMPLETED")], 3),
        ([marker(4), marker(4), marker(9)], 2),  # two of one workflow task are one
        ([upserted("CareNextDelivery"), upserted("TemporalChangeVersion")], 1),  # what a patch notes is free
        ([of("WORKFLOW_EXECUTION_UPDATE_ACCEPTED"), of("WORKFLOW_EXECUTION_UPDATE_COMPLETED")], 1),
        ([of("WORKFLOW_EXECUTION_SIGNALED")], 1),
        ([of("WORKFLOW_EXECUTION_CONTINUED_AS_NEW")], 0),  # the start of the next run is billed
    ],
)
def test_actions_are_those_that_are_billed(events: list[HistoryEvent], billed: int) -> None:
    assert actions(events) == billed


def test_costs_are_subtracted_and_divided_part_by_part() -> None:
    assert (Cost(10, 4, 300, 8, 6, 4, 200) - Cost(4, 2, 100, 2, 2, 2, 100)) / 2 == Cost(3, 1, 100, 3, 2, 1, 50)

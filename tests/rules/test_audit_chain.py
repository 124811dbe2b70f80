"""The chain of the audit record: whatever is changed, left out, put in or put elsewhere is found."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from care.models.audit import AuditEvent
from care.rules.audit_chain import BEGINNING, chained, first_fault

AT = datetime(2026, 11, 27, 9, tzinfo=UTC)


def record(length: int) -> list[AuditEvent]:
    events, before = [], BEGINNING
    for number in range(1, length + 1):
        event = AuditEvent(number=number, at=AT, act="case_claimed", by="amy", about=f"REF{number:03d}", hash="")
        events.append(event.model_copy(update={"hash": chained(event, before)}))
        before = events[-1].hash
    return events


def test_what_was_written_is_right_as_a_whole_and_from_any_line_on() -> None:
    events = record(4)
    assert first_fault([]) is None
    assert first_fault(events) is None
    assert first_fault(events[2:], before=events[1].hash, last=2) is None


@pytest.mark.parametrize(
    "change",
    [
        {"by": "bob"},
        {"about": "REF009"},
        {"act": "case_decided"},
        {"at": datetime(2026, 11, 28, tzinfo=UTC)},
        {"detail": {"amount": "9"}},
        {"hash": "f" * 64},
    ],
)
def test_a_changed_line_is_found(change: dict[str, object]) -> None:
    events = record(4)
    events[1] = events[1].model_copy(update=change)
    assert first_fault(events) == "Line 2 is not what was written, or what stood before it was changed."


def test_a_line_that_was_changed_with_its_hash_is_found_by_the_next() -> None:
    events = record(4)
    forged = events[1].model_copy(update={"by": "bob"})
    events[1] = forged.model_copy(update={"hash": chained(forged, events[0].hash)})
    assert first_fault(events) == "Line 3 is not what was written, or what stood before it was changed."


def test_lines_that_are_missing_doubled_or_swapped_are_found() -> None:
    first, second, third, fourth = record(4)
    assert first_fault([first, third, fourth]) == "Line 2 is missing."
    assert first_fault([second, third]) == "Line 1 is missing."
    assert first_fault([first, second, second, third]) == "Line 3 is missing."
    assert first_fault([first, third, second]) == "Line 2 is missing."

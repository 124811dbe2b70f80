"""The chain of the audit record: whatever is changed, left out, put in or put elsewhere is found."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

import pytest

from care.models.audit import AuditEvent, Head
from care.rules.audit_chain import BEGINNING, Check, chained

AT = datetime(2026, 11, 27, 9, tzinfo=UTC)
Stored = tuple[object, AuditEvent | None]


def record(length: int) -> list[AuditEvent]:
    events, before = [], BEGINNING
    for number in range(1, length + 1):
        event = AuditEvent(number=number, at=AT, act="case_claimed", by="amy", about=f"REF{number:03d}", hash="")
        events.append(event.model_copy(update={"hash": chained(event, before)}))
        before = events[-1].hash
    return events


def head(events: list[AuditEvent]) -> Head:
    return Head(number=events[-1].number, hash=events[-1].hash, at=events[-1].at)


def first_fault(lines: Iterable[AuditEvent | Stored], kept: Head | None = None) -> str | None:
    check = Check(kept)
    stored: list[Stored] = [each if isinstance(each, tuple) else (each.number, each) for each in lines]
    return next((fault for number, event in stored if (fault := check.line(number, event))), None)


def test_what_was_written_is_right_to_its_end() -> None:
    events, check = record(4), Check()
    assert [check.line(each.number, each) for each in events] == [None] * 4
    assert check.end(head(events)) is None
    assert check.last == head(events)
    assert Check().end(None) is None


@pytest.mark.parametrize(
    "change",
    [
        {"by": "bob"},
        {"about": "REF009"},
        {"act": "case_decided"},
        {"at": datetime(2026, 11, 28, tzinfo=UTC)},
        {"detail": {"amount": "9"}},
        {"once": "x"},
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


def test_lines_that_are_missing_doubled_swapped_or_put_in_are_found() -> None:
    first, second, third, fourth = record(4)
    assert first_fault([first, third, fourth]) == "Line 2 is missing."
    assert first_fault([second, third]) == "Line 1 is missing."
    assert first_fault([first, third, second]) == "Line 2 is missing."
    assert first_fault([first, second, second, third]) == "A line was put in behind line 2."
    assert first_fault([(0, first), first]) == "A line was put in behind line 0."
    assert first_fault([first, second, (2.5, second), third]) == "A line was put in behind line 2."
    assert first_fault([first, ("x", second), third]) == "A line was put in behind line 1."
    assert first_fault([first, (2, None), third]) == (
        "Line 2 is not what was written, or what stood before it was changed."
    )


@pytest.mark.parametrize(
    ("known", "fault"),
    [
        (None, "The head is missing: nobody can tell whether lines behind line 4 were cut off."),
        (Head(number=6, hash="x"), "Lines were cut off: the last is 4, and the head knows of 6."),
        (Head(number=2, hash="x"), "The head was set back to line 2: the last line is 4."),
        (Head(number=4, hash="x", at=AT), "The head does not fit line 4, the last."),
        (head(record(4)).model_copy(update={"at": None}), "The head does not fit line 4, the last."),
    ],
)
def test_the_head_knows_of_lines_that_were_cut_off(known: Head | None, fault: str) -> None:
    check = Check()
    for each in record(4):
        check.line(each.number, each)
    assert check.end(known) == fault


def test_a_record_that_was_forged_as_a_whole_is_found_by_a_hash_kept_elsewhere() -> None:
    events = record(4)
    kept = head(events[:3])
    assert first_fault(events, kept) is None
    forged, before = [], BEGINNING
    for each in events:
        line = each.model_copy(update={"by": "bob"})
        forged.append(line.model_copy(update={"hash": chained(line, before)}))
        before = forged[-1].hash
    assert first_fault(forged) is None
    assert first_fault(forged, kept) == (
        "Line 3 is not the one whose hash was kept: it or what stood before it was written anew."
    )
    shortened = Check(kept)
    for each in events[:2]:
        shortened.line(each.number, each)
    assert shortened.end(head(events[:2])) == "Lines were cut off: the last is 2, and the hash of line 3 was kept."

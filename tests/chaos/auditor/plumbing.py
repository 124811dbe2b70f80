"""What holds the rest together: evidence, the outbox, keys that are in flight, the audit record's chain."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from tests.chaos.asking import Record
from tests.chaos.auditor.shop import Document, Shop

_LATE = timedelta(minutes=2)


def wrong_with_plumbing(record: Record, before: Shop, after: Shop) -> Iterator[str]:
    yield from _calls(record, after)
    yield from _evidence(record, before, after)
    yield from _outbox(after)
    yield from _chain(after)


def _calls(record: Record, after: Shop) -> Iterator[str]:
    yield from record.wrong
    yield from (f"{call} was never answered: {call.tries[-3:]}" for call in record.unanswered)
    waiting = [each for each in after["idempotency"].values() if each["state"] == "in_flight"]
    if len(waiting) > len(record.unanswered):
        yield f"{len(waiting)} keys are still in flight, and every call was answered."
    for call, _ in record.of("POST", r"/order/cancel/\S+"):
        order = after["orders"].get(call.path.rpartition("/")[2])
        if call.done and (order is None or order["status"] != "cancelled"):
            yield f"{call}: it was to be cancelled, and is not."


def _evidence(record: Record, before: Shop, after: Shop) -> Iterator[str]:
    for call, _ in record.of("POST", "/evidence"):
        if not call.done:
            continue
        one, kept = call.answer["evidence_id"], after["evidence"].get(call.answer["evidence_id"])
        if kept is None or kept["customer_id"] != call.who:
            yield f"The file {one} was taken from {call.who} and is not there."
        elif after.hashes.get(one) != call.answer["sha256"]:
            yield f"The file {one} is not what was answered."
    for one in after.new("files.files", before):
        if one.partition(".")[0] not in after["evidence"]:
            yield f"The file {one} lies there, and no evidence names it."


def _outbox(after: Shop) -> Iterator[str]:
    now = datetime.now(UTC)
    for one, each in after["dispatches"].items():
        if each["status"] == "pending" and each["next_at"] + _LATE < now:
            yield f"{one} was due in the outbox at {each['next_at']}, and nobody sends it."
        told = each["notification_id"]
        if each["status"] == "sent" and told and told not in after["notifications"]:
            yield f"{one} was sent, and what it told of is not there."
    for one, each in after["notifications"].items():
        if each.get("undispatched"):
            yield f"The notice {one} was handed to no channel."


def _chain(after: Shop) -> Iterator[str]:
    before, lines = "0" * 64, sorted(after["audit"].values(), key=lambda each: each["_id"])
    for number, line in enumerate(lines, 1):
        if line["_id"] != number:
            yield f"The audit record has line {line['_id']} where line {number} belongs."
            return
        if line["hash"] != _hashed(line, before):
            yield f"Line {number} of the audit record is not what was written."
            return
        before = line["hash"]
    head = next(iter(after["audit_head"].values()), {"number": 0, "hash": "0" * 64})
    if (head["number"], head["hash"]) != (len(lines), before):
        yield f"The audit record ends with line {len(lines)}, and its head knows of {head['number']}."
    said = [each["once"] for each in after["audit"].values() if each["once"]]
    if len(said) != len(set(said)):
        yield "The audit record tells something twice that is told once."


def _hashed(line: Document, before: str) -> str:
    told = {name: each for name, each in line.items() if name not in ("_id", "hash")}
    told |= {"number": line["_id"], "at": line["at"].astimezone(UTC).isoformat(timespec="milliseconds")[:-6] + "Z"}
    text = json.dumps(told, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(f"{before}\n{text}".encode()).hexdigest()

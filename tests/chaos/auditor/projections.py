"""What lists show, held against what the workflows say: each that goes on has one that runs, and both are equal."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from temporalio.client import Client, WorkflowExecutionStatus, WorkflowQueryFailedError
from temporalio.service import RPCError

from tests.chaos.auditor.shop import Document, Shop

_RUNNING, _COMPLETED = WorkflowExecutionStatus.RUNNING, WorkflowExecutionStatus.COMPLETED
_SETTLED = {"paid", "rejected", "withdrawn", "expired"}
# What the desk owns of a case, and what only the database knows.
_BESIDE = {"claimed_by", "hold", "held_amount", "queue_at", "_id"}
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|\+00:00)")
_AT_ONCE = 16


async def wrong_with_projections(temporal: Client, before: Shop, after: Shop) -> list[str]:
    gate = asyncio.Semaphore(_AT_ONCE)

    async def one(kind: str, id_: str, stored: Document) -> list[str]:
        async with gate:
            return [each async for each in _differences(temporal, kind, id_, stored)]

    asked = [one(kind, id_, stored) for kind, id_, stored in _projections(before, after)]
    found = [each for differences in await asyncio.gather(*asked) for each in differences]
    return found + [each async for each in _unlisted(temporal, after)]


def _projections(before: Shop, after: Shop) -> Iterator[tuple[str, str, Document]]:
    for id_, each in after["subscriptions"].items():
        if id_ not in before["subscriptions"] or each["version"] != before["subscriptions"][id_]["version"]:
            yield "subscription", id_, each
    for id_, each in after.new("refunds", before).items():
        yield "refund", id_, each
    for id_, each in after.new("conversations", before).items():
        if "state" in each:  # else its first turn has failed, and nothing is remembered
            yield "conversation", id_, each["state"] | {"_id": id_}


def _goes_on(kind: str, stored: Document) -> bool:
    if kind == "conversation":
        return True
    return stored["status"] != "cancelled" if kind == "subscription" else stored["status"] not in _SETTLED


async def _differences(temporal: Client, kind: str, id_: str, stored: Document) -> AsyncIterator[str]:
    handle = temporal.get_workflow_handle(f"{kind}-{id_}")
    try:
        status = (await handle.describe()).status
        live: Document = await handle.query("state", result_type=dict, rpc_timeout=timedelta(seconds=30))
    except (RPCError, WorkflowQueryFailedError) as error:
        yield f"The workflow of {id_} cannot be asked: {error.message}."
        return
    expected = _RUNNING if _goes_on(kind, stored) else _COMPLETED
    if status is not expected:
        listed = "goes on" if expected is _RUNNING else "has ended"
        yield f"{id_} is listed as one that {listed}, and its workflow is {status and status.name}."
    for name in sorted((set(stored) & set(live)) - _BESIDE):
        if _plain(stored[name]) != _plain(live[name]):
            yield f"{id_} lists {name} as {_plain(stored[name])}, and its workflow says {_plain(live[name])}."
    if missing := set(live) - set(stored) - {f"{kind}_id"} - _BESIDE:
        yield f"{id_} lists nothing of {', '.join(sorted(missing))}."


async def _unlisted(temporal: Client, after: Shop) -> AsyncIterator[str]:
    running: dict[str, str] = {}
    async for each in temporal.list_workflows('ExecutionStatus = "Running"'):
        running[each.id] = each.workflow_type
    homes = {"subscription": "subscriptions", "refund": "refunds", "conversation": "conversations"}
    for workflow_id in running:
        kind, _, id_ = workflow_id.partition("-")
        if kind in homes and id_ not in after[homes[kind]]:
            yield f"The workflow {workflow_id} runs, and no list shows it."


def _plain(value: Any) -> Any:
    """In types that both write alike: times to the millisecond, in UTC."""
    match value:
        case datetime():
            return _instant(value)
        case str() if _TIME.fullmatch(value):
            return _instant(datetime.fromisoformat(value))
        case dict():
            return {key: _plain(each) for key, each in value.items()}
        case list():
            return [_plain(each) for each in value]
        case _:
            return value


def _instant(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="milliseconds")

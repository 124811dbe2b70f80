"""Looking for planted words in everything that a running CARE keeps, writes or sends."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import httpx
from google.protobuf.message import Message
from pymongo import MongoClient
from temporalio.api.common.v1 import Payload
from temporalio.client import Client

from care.tracing import Carrier
from tests.fakes.collector import Collector
from tests.running import CareUp

WORD = re.compile(rb"zq[a-z0-9]+?7k", re.IGNORECASE)
SEALED = b"binary/encrypted"


def in_database(running: CareUp) -> dict[str, set[str]]:
    """Where each word stands: "collection.field.field", whatever the field holds; GridFS among the collections."""
    found: dict[str, set[str]] = defaultdict(set)
    with MongoClient[dict[str, Any]](running.runtime["mongodb_uri"]) as client:
        database = client["care"]
        for name in database.list_collection_names():
            for document in database[name].find():
                for place, word in _words(document, name):
                    found[word].add(place)
    return found


def _words(value: Any, place: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for key, each in value.items():
            yield from ((f"{place}.<key>", word) for word in words(str(key).encode()))
            yield from _words(each, f"{place}.{key}")
    elif isinstance(value, list):
        for each in value:
            yield from _words(each, place)
    else:
        data = value if isinstance(value, bytes) else str(value).encode()
        yield from ((place, word) for word in words(data))


def words(data: bytes) -> set[str]:
    """As they are planted, whatever case they are written in."""
    return {found.decode().lower() for found in WORD.findall(data)}


def in_files(running: CareUp) -> dict[str, set[str]]:
    """By file: logs, what was printed, temporary files, Temporal's database; all but MongoDB's own files."""
    folder = running.data_dir.parent
    files = (each for each in folder.rglob("*") if each.is_file() and "mongodb" not in each.relative_to(folder).parts)
    found = {each.name: words(each.read_bytes()) for each in files}
    assert {"web.log", "worker.log", "temporal.log", "mongod.log", "output", "temporal.db"} <= found.keys()
    return {name: there for name, there in found.items() if there}


def slow_after(running: CareUp) -> int:
    """Milliseconds after which MongoDB logs an operation, with all that it writes."""
    with MongoClient[dict[str, Any]](running.runtime["mongodb_uri"]) as client:
        return int(client["admin"].command("profile", -1)["slowms"])


def in_metrics(running: CareUp) -> set[str]:
    return words(httpx.get(f"{running.runtime['web']}/metrics", timeout=60).raise_for_status().content)


async def in_temporal(running: CareUp) -> tuple[int, set[str]]:
    """How many workflows there are, and the words in their ids, search attributes, memos and events.

    Fails for a payload that is not sealed, and for one in which a word stands all the same.
    """
    client = await Client.connect(running.runtime["temporal_address"])  # without our keys
    found: set[str] = set()
    number = 0
    async for each in client.list_workflows():
        number += 1
        found |= words(each.raw_info.SerializeToString())
        handle = client.get_workflow_handle(each.id, run_id=each.run_id)
        async for event in handle.fetch_history_events():
            found |= words(event.SerializeToString())
            for path, payload in _payloads(event):
                sealed = payload.metadata["encoding"] == SEALED
                assert sealed or _is_of_the_sdk(payload) or _leads_back(path, payload), f"{each.id}: {path}"
    return number, found


def _payloads(message: Message, path: str = "") -> Iterator[tuple[str, Payload]]:
    """All but those of search attributes, which are ids and numbers."""
    if isinstance(message, Payload):
        yield path, message
        return
    for field, value in message.ListFields():
        for each in _each(field, value):
            if field.name != "search_attributes":
                yield from _payloads(each, f"{path}.{field.name}")


def _is_of_the_sdk(payload: Payload) -> bool:
    """Which step a marker stands for: a local activity's number and type, or a patch."""
    told = json.loads(payload.data)
    return isinstance(told, dict) and ("activity_type" in told or told.keys() == {"id", "deprecated"})


def _leads_back(path: str, payload: Payload) -> bool:
    """A header: which request, and which trace, something is part of. Ids, and nothing else."""
    told = json.loads(payload.data)
    ids = all(re.fullmatch(r"[A-Fa-f0-9-]+", value) for value in told.values())
    return ".header." in path and told.keys() <= Carrier.__annotations__.keys() and ids


def in_traces(collector: Collector) -> set[str]:
    """In all that was sent to it."""
    assert collector.raw
    return words(b"".join(collector.raw))


def _each(field: Any, value: Any) -> list[Message]:
    if field.message_type is None:
        return []
    if field.message_type.GetOptions().map_entry:
        return [each for each in value.values() if isinstance(each, Message)]
    return list(value) if field.is_repeated else [value]

"""What a stopped data directory of an older version holds, kept for the tests: documents, and histories of workflows.

`python -m tests.upgrade.keeping DATA_DIR NAME`, with the directory of tests.upgrade.planting's shop: documents go to
tests/upgrade/NAME.json, histories to tests/workflows/histories. All of it is our own demo data. Pictures are left out.
"""

from __future__ import annotations

import asyncio
import base64
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from bson import json_util
from google.protobuf.json_format import MessageToDict, ParseDict
from pymongo import MongoClient
from temporalio.api.common.v1 import Payload
from temporalio.client import Client

from care import embedded
from care.keyring import KeyRing
from care.payload_keys import DataKeys, RingKeys
from care.stores import open_stores
from care.temporal import EncryptionCodec
from tests.conftest import TEST_KEY
from tests.workflows.recording import save

HERE = Path(__file__).parent
_ASIDE = {"files.chunks", "sessions", "rates", "meters"}
# What runs in a shop that `planting` has filled.
KEPT = {
    "subscription-SUB009": "weekly",
    "subscription-SUB012": "every-20-seconds",
    "subscription-SUB013": "last-one",
    "refund-REF001": "in-review",
    "refund-REF003": "needs-evidence",
    "refund-REF007": "replacement",
    "conversation-CNV001": "proposal",
    "conversation-CNV003": "handed-over",
}


async def keep(data_dir: Path, name: str) -> None:
    ports = [embedded.free_port() for _ in range(3)]
    with tempfile.TemporaryFile() as log:
        servers = [
            subprocess.Popen(command, stdout=log, stderr=log)
            for command in (
                embedded.mongod_command(data_dir / "mongodb", ports[0]),
                embedded.temporal_command(data_dir / "temporal.db", ports[1], ports[2]),
            )
        ]
    try:
        await asyncio.gather(embedded.mongod_ready(ports[0]), embedded.temporal_ready(ports[1]))
        _documents(ports[0], HERE / f"{name}.json")
        await _histories(ports, data_dir, name)
    finally:
        for server in servers:
            server.terminate()
            server.wait(30)


def _documents(port: int, file: Path) -> None:
    with MongoClient[dict[str, Any]](embedded.mongodb_uri(port), tz_aware=True) as client:
        database = client["care"]
        found = {each: list(database[each].find()) for each in sorted(set(database.list_collection_names()) - _ASIDE)}
    lines = (f"{json.dumps(name)}: {json_util.dumps(documents)}" for name, documents in found.items() if documents)
    file.write_text("{\n" + ",\n".join(lines) + "\n}\n")


async def _histories(ports: list[int], data_dir: Path, name: str) -> None:
    """Of what was still running, sealed anew under the key of the tests."""
    client = await Client.connect(f"127.0.0.1:{ports[1]}")
    ring = KeyRing([base64.b64decode(json.loads((data_dir / "secrets.json").read_text())["encryption_key"])])
    async with open_stores(embedded.mongodb_uri(ports[0]), "care", indexes=False) as stores:
        opener, sealer = (
            EncryptionCodec(DataKeys(stores.data_keys, ring)),
            EncryptionCodec(RingKeys(KeyRing([TEST_KEY]))),
        )
        for workflow_id, what in KEPT.items():
            history = await client.get_workflow_handle(workflow_id).fetch_history()
            content = await _sealed_anew(json.loads(history.to_json()), opener, sealer)
            kind, _, _ = workflow_id.partition("-")
            save(content, f"{kind}-{name}-{what}")


async def _sealed_anew(value: Any, opener: EncryptionCodec, sealer: EncryptionCodec) -> Any:
    match value:
        case {"metadata": {"encryption-key-id": _}}:
            opened = await opener.decode([ParseDict(value, Payload())])
            return MessageToDict((await sealer.encode(opened))[0])
        case dict():
            return {key: await _sealed_anew(each, opener, sealer) for key, each in value.items()}
        case list():
            return [await _sealed_anew(each, opener, sealer) for each in value]
        case _:
            return value


if __name__ == "__main__":
    asyncio.run(keep(Path(sys.argv[1]), sys.argv[2]))

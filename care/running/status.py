"""What runs in a data directory and whether it is healthy; and how to stop it."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from care.errors import SetupError
from care.running.datadir import DataDir
from care.running.probe import http_status, listens

STOP_SECONDS = 90.0


async def status(data: DataDir) -> dict[str, Any]:
    """`running`, `healthy`, the addresses, and for each part its process and whether it answers. No passwords."""
    owner, runtime = data.owner(), data.running()
    if owner is None or runtime is None:
        return {"running": owner is not None, "healthy": False, "pid": owner and owner["pid"], "parts": {}}
    answers = await _answers(runtime)
    parts = {
        name: {"pid": pid, "alive": _alive(pid), "healthy": _alive(pid) and answers[name]}
        for name, pid in runtime["pids"].items()
    }
    addresses = {name: runtime[name] for name in ("web", "temporal_ui", "temporal_address", "mongodb_uri", "pid")}
    return {"running": True, "healthy": all(p["healthy"] for p in parts.values()), **addresses, "parts": parts}


async def _answers(runtime: dict[str, Any]) -> dict[str, bool]:
    mongodb = urlsplit(runtime["mongodb_uri"])
    live, ready, temporal, mongod = await asyncio.gather(
        http_status(f"{runtime['web']}/healthz"),
        http_status(f"{runtime['web']}/readyz"),
        http_status(runtime["temporal_ui"]),
        listens(mongodb.hostname or "", mongodb.port or 0),
    )
    # Nobody but the servers can see a worker: /readyz asks them.
    return {"mongod": mongod, "temporal": temporal is not None, "worker": ready == 200, "web": live == 200}


def _alive(pid: int) -> bool:
    """One that has ended and that nobody has collected yet is not."""
    try:
        os.kill(pid, 0)
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except ProcessLookupError:
        return False
    except FileNotFoundError:  # gone in between, or a system without /proc
        return not Path("/proc/self").exists()


def down(data: DataDir) -> int:
    """Stop the `care up` that holds this directory and wait for its end. Returns its process id. Raises SetupError."""
    owner = data.owner()
    if owner is None or not owner["pid"]:
        raise SetupError(f"Nothing runs in {data.path}.")
    pid: int = owner["pid"]
    os.kill(pid, signal.SIGTERM)
    deadline = time.monotonic() + STOP_SECONDS
    while data.owner() is not None or _alive(pid):  # it lets go of the directory a moment before it ends
        if time.monotonic() > deadline:
            raise SetupError(f"CARE (process {pid}) did not stop within {STOP_SECONDS:.0f} s; see {data.logs}.")
        time.sleep(0.1)
    return pid

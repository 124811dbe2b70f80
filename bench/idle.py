"""What `care up` weighs and does when nothing happens.

The yardstick of each process is a bare one of its kind: the two servers, a worker of Temporal with one workflow, a web
process with one empty page, and a Python that waits.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench import Figure, bare
from bench.servers import cpu_seconds, megabytes, servers
from bench.shop import keyed
from bench.workers import several
from care import embedded
from care.running.datadir import DataDir

SETTLE = 15.0  # seconds until memory and wake-ups are those of an idle system
WATCH = 10.0  # seconds over which idle wake-ups and CPU are counted
PARTS = ("mongod", "temporal", "worker", "web")
ITSELF = "care up itself"


@dataclass(frozen=True)
class _Idle:
    """MB, voluntary context switches a second, and per cent of a core."""

    weight: float
    switches: float
    busy: float


def idle(care: Path, folder: Path) -> list[Figure]:
    """Of the `care up` that runs on the directory `care`; the bare processes run beside it, in `folder`."""
    runtime = DataDir(care).running() or {}
    with _bare(folder) as others:
        time.sleep(SETTLE)
        theirs = _watched(others)
        ours = _watched({**runtime["pids"], ITSELF: runtime["pid"]})
    weights = [sum(found[part].weight for part in PARTS) for found in (ours, theirs)]
    return [
        *(Figure(f"memory, {name}", it.weight, "MB", theirs[name].weight) for name, it in ours.items()),
        Figure("memory, the four processes", weights[0], "MB", weights[1], "< 900"),
        *(Figure(f"idle switches, {name}", it.switches, "1/s", theirs[name].switches) for name, it in ours.items()),
        *(Figure(f"idle CPU, {name}", it.busy, "% of a core", theirs[name].busy) for name, it in ours.items()),
    ]


@contextmanager
def _bare(folder: Path) -> Iterator[dict[str, int]]:
    with servers(folder) as both:
        settings = keyed(mongodb_uri=both.mongodb_uri, temporal_address=both.temporal_address, task_queue="bare")
        modules = [bare.command(os.devnull), ["bench.bare_web", str(embedded.free_port())]]
        with several(modules, settings, folder) as [worker, web], _waiting() as itself:
            yield {**both.pids, "worker": worker, "web": web, ITSELF: itself}


@contextmanager
def _waiting() -> Iterator[int]:
    code = "import asyncio; asyncio.run(asyncio.Event().wait())"
    process = subprocess.Popen([sys.executable, "-c", code])
    try:
        yield process.pid
    finally:
        process.kill()
        process.wait(60)


def _watched(pids: Mapping[str, int]) -> dict[str, _Idle]:
    before = {name: (_switches(pid), cpu_seconds(pid)) for name, pid in pids.items()}
    time.sleep(WATCH)
    return {
        name: _Idle(
            megabytes(pid),
            (_switches(pid) - before[name][0]) / WATCH,
            100 * (cpu_seconds(pid) - before[name][1]) / WATCH,
        )
        for name, pid in pids.items()
    }


def _switches(pid: int) -> int:
    """Voluntary context switches of all its threads so far."""
    found = 0
    for status in Path(f"/proc/{pid}/task").glob("*/status"):
        lines = status.read_text().splitlines()
        found += int(next(line for line in lines if line.startswith("voluntary_ctxt")).split()[1])
    return found

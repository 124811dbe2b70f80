"""How long `care up` takes to be ready, and what it weighs when nothing happens.

The yardstick: the two bare servers, started together, until each answers; and their memory.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench import Figure
from bench.servers import megabytes, servers
from care import embedded
from care.running.datadir import DataDir

SETTLE = 15.0  # seconds until memory and wake-ups are those of an idle system
WATCH = 10.0  # seconds over which idle wake-ups and CPU are counted
PARTS = ("mongod", "temporal", "worker", "web")
_TICKS = os.sysconf("SC_CLK_TCK")


def boot() -> list[Figure]:
    with tempfile.TemporaryDirectory(prefix="care-bench-") as folder:
        bare_cold, bare_warm, bare_weight = _bare(Path(folder) / "bare")
        return [*_care(Path(folder) / "care", bare_cold, bare_warm, bare_weight), *_imports()]


def _bare(folder: Path) -> tuple[float, float, dict[str, float]]:
    """Seconds to ready on new data and on old, and MB of each server when idle."""
    with servers(folder) as new:
        pass
    with servers(folder) as old:
        time.sleep(SETTLE)
        return new.seconds, old.seconds, {name: megabytes(pid) for name, pid in old.pids.items()}


def _care(folder: Path, bare_cold: float, bare_warm: float, bare_weight: dict[str, float]) -> list[Figure]:
    folder.mkdir()
    with up(folder) as cold:
        pass
    with up(folder) as warm:
        time.sleep(SETTLE)
        runtime = DataDir(folder).running() or {}
        pids: dict[str, int] = {**runtime["pids"], "care up itself": runtime["pid"]}
        weights = {name: megabytes(pid) for name, pid in pids.items()}
        before = {name: _activity(pid) for name, pid in pids.items()}
        time.sleep(WATCH)
        after = {name: _activity(pid) for name, pid in pids.items()}
    wakes = {name: (after[name][0] - before[name][0]) / WATCH for name in pids}
    busy = {name: 100 * (after[name][1] - before[name][1]) / _TICKS / WATCH for name in pids}
    return [
        Figure("ready, new data directory with demo", cold, "s", bare_cold, "< 12"),
        Figure("ready, same directory again", warm, "s", bare_warm, "< 12"),
        *(Figure(f"memory, {name}", weight, "MB", bare_weight.get(name)) for name, weight in weights.items()),
        Figure("memory, the four processes", sum(weights[p] for p in PARTS), "MB", sum(bare_weight.values()), "< 900"),
        *(Figure(f"idle switches, {name}", wake, "1/s") for name, wake in wakes.items()),
        *(Figure(f"idle CPU, {name}", percent, "% of a core") for name, percent in busy.items()),
    ]


@contextmanager
def up(folder: Path) -> Iterator[float]:
    """Seconds until `care up --detach` returned; stopped at the end."""
    care = [sys.executable, "-P", "-m", "care.cli"]
    began = time.monotonic()
    up = [*care, "up", "--detach", "--data-dir", str(folder), "--port", str(embedded.free_port())]
    subprocess.run(up, check=True, stdout=subprocess.DEVNULL)
    try:
        yield time.monotonic() - began
    finally:
        subprocess.run([*care, "down", "--data-dir", str(folder)], check=True, stdout=subprocess.DEVNULL)


def _imports() -> list[Figure]:
    bare = _seconds("import temporalio.worker, fastapi, nicegui, langgraph.graph")
    return [
        Figure("import, worker", _seconds("import worker"), "s", bare),
        Figure("import, web", _seconds("import api.main"), "s", bare),
        Figure("import, command line", _seconds("import care.cli"), "s", _seconds("import typer")),
    ]


def _seconds(code: str) -> float:
    def once() -> float:
        began = time.monotonic()
        subprocess.run([sys.executable, "-P", "-c", code], check=True)
        return time.monotonic() - began

    return min(once() for _ in range(3))


def _activity(pid: int) -> tuple[int, int]:
    """Voluntary context switches of all its threads so far, and clock ticks of CPU."""
    switches = 0
    for status in Path(f"/proc/{pid}/task").glob("*/status"):
        lines = status.read_text().splitlines()
        switches += int(next(line for line in lines if line.startswith("voluntary_ctxt")).split()[1])
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return switches, int(fields[11]) + int(fields[12])

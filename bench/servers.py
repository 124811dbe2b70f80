"""The two bare servers, on free ports and new data, for the benchmarks that need no whole `care up`."""

from __future__ import annotations

import asyncio
import os
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from care import embedded

_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Servers:
    """`seconds` is what they took to answer."""

    seconds: float
    pids: dict[str, int]
    mongodb_uri: str
    temporal_address: str


@contextmanager
def servers(folder: Path) -> Iterator[Servers]:
    """Both, ready; stopped at the end. What lies in `folder` is kept."""
    (folder / "mongodb").mkdir(parents=True, exist_ok=True)
    ports = [embedded.free_port() for _ in range(3)]
    began = time.monotonic()
    commands = {
        "mongod": embedded.mongod_command(folder / "mongodb", ports[0]),
        "temporal": embedded.temporal_command(folder / "temporal.db", ports[1], ports[2]),
    }
    with _running(commands) as pids:
        asyncio.run(_both_ready(ports[0], ports[1]))
        yield Servers(time.monotonic() - began, pids, embedded.mongodb_uri(ports[0]), f"127.0.0.1:{ports[1]}")


@contextmanager
def database(folder: Path) -> Iterator[str]:
    """The address of a MongoDB alone; stopped at the end."""
    (folder / "mongodb").mkdir(parents=True, exist_ok=True)
    port = embedded.free_port()
    with _running({"mongod": embedded.mongod_command(folder / "mongodb", port)}):
        asyncio.run(embedded.mongod_ready(port))
        yield embedded.mongodb_uri(port)


@contextmanager
def _running(commands: dict[str, list[str]]) -> Iterator[dict[str, int]]:
    quiet = subprocess.DEVNULL
    running = {name: subprocess.Popen(command, stdout=quiet, stderr=quiet) for name, command in commands.items()}
    try:
        yield {name: process.pid for name, process in running.items()}
    finally:
        for process in running.values():
            process.terminate()
            process.wait(60)


def megabytes(pid: int) -> float:
    """Resident memory. Pages shared between processes count in each: the sum says too much rather than too little."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith("VmRSS:")).split()[1]) / 1024


def cpu_seconds(pid: int) -> float:
    """Seconds of CPU that the process has taken so far, on all cores."""
    ticks = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11:13]
    return sum(map(int, ticks)) / _TICKS


async def _both_ready(mongod: int, temporal: int) -> None:
    await asyncio.gather(embedded.mongod_ready(mongod), embedded.temporal_ready(temporal))

"""How long `care up` takes to be ready, on new data and on old, and how long each part takes to be loaded.

The yardsticks take turns with it: the two bare servers, started together, until each answers; and the import of the
libraries that a part stands on.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench import Figure, of_rounds
from bench.idle import idle
from bench.servers import servers
from care import embedded

ROUNDS = 3
_PATIENCE = 300.0  # seconds
# What is imported, and what of it would be without CARE.
PARTS = {
    "worker": ("worker", "temporalio.worker, temporalio.langgraph, motor.motor_asyncio"),
    "web": ("api.main", "temporalio.client, motor.motor_asyncio, fastapi, nicegui"),
    "command line": ("care.cli", "typer"),
}


def boot() -> list[Figure]:
    with tempfile.TemporaryDirectory(prefix="care-bench-") as folder:
        care, bare = Path(folder) / "care", Path(folder) / "bare"
        rounds = [_readiness(care / str(n), bare / str(n)) for n in range(ROUNDS)]
        cold, bare_cold, warm, bare_warm = (list(each) for each in zip(*rounds, strict=True))
        return [
            of_rounds("ready, new data directory with demo", cold, "s", bare_cold, "< 12"),
            of_rounds("ready, same directory again", warm, "s", bare_warm, "< 12"),
            *(_imported(part, *modules) for part, modules in PARTS.items()),
            *_idle(care / "0", bare / "0"),
        ]


def _readiness(care: Path, bare: Path) -> tuple[float, float, float, float]:
    """Of `care up` and of the bare servers, on new data; then the same on what there is now."""
    care.mkdir(parents=True)
    return ready(care), both_ready(bare), ready(care), both_ready(bare)


def ready(folder: Path) -> float:
    """Seconds of a `care up`."""
    with up(folder) as seconds:
        return seconds


def both_ready(folder: Path) -> float:
    """Seconds of the bare servers, on the data of a `care up` or of their own."""
    with servers(folder) as both:
        return both.seconds


@contextmanager
def up(folder: Path) -> Iterator[float]:
    """Seconds until `care up --detach` returned; stopped at the end."""
    care = [sys.executable, "-P", "-m", "care.cli"]
    began = time.monotonic()
    up = [*care, "up", "--detach", "--data-dir", str(folder), "--port", str(embedded.free_port())]
    subprocess.run(up, check=True, stdout=subprocess.DEVNULL, timeout=_PATIENCE)
    try:
        yield time.monotonic() - began
    finally:
        down = [*care, "down", "--data-dir", str(folder)]
        subprocess.run(down, check=True, stdout=subprocess.DEVNULL, timeout=_PATIENCE)


def _imported(part: str, ours: str, theirs: str) -> Figure:
    """Both once more than is counted: the first time, their files may not be in memory yet."""
    rounds = [(_seconds(f"import {ours}"), _seconds(f"import {theirs}")) for _ in range(ROUNDS + 1)]
    product, bare = zip(*rounds[1:], strict=True)
    return of_rounds(f"import, {part}", list(product), "s", list(bare))


def _seconds(code: str) -> float:
    began = time.monotonic()
    subprocess.run([sys.executable, "-P", "-c", code], check=True)
    return time.monotonic() - began


def _idle(care: Path, bare: Path) -> list[Figure]:
    with up(care):
        return idle(care, bare)

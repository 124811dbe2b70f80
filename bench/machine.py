"""Where and with what something was measured."""

from __future__ import annotations

import os
import platform
import subprocess
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from care import embedded


def described() -> dict[str, str]:
    """The day, the machine and the versions, by name."""
    return {
        "measured": f"{datetime.now(UTC):%Y-%m-%d}",
        "cores": str(len(os.sched_getaffinity(0))),
        "processor": _processor(),
        "memory": f"{os.sysconf('SC_PAGE_SIZE') * os.sysconf('SC_PHYS_PAGES') / 1e9:.0f} GB",
        "load before": f"{os.getloadavg()[0]:.1f}",
        "python": platform.python_version(),
        "temporal": _first_line([embedded.temporal_binary(), "--version"]).removeprefix("temporal version "),
        "mongod": _first_line([embedded.mongod_binary(), "--version"]).removeprefix("db version "),
        **{name: version(name) for name in ("temporalio", "pymongo")},
    }


def _processor() -> str:
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), platform.machine())


def _first_line(command: list[str]) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()[0]

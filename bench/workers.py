"""Worker processes beside the benchmark: CARE's own, and what one would run without it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from care.settings import Settings


@contextmanager
def several(
    modules: list[list[str]], settings: Settings, folder: Path, more: dict[str, str] | None = None
) -> Iterator[list[int]]:
    """A process for each (`python -m` with its arguments): their ids. `more` joins their environment."""
    with ExitStack() as stack:
        yield [stack.enter_context(_process(each, settings, folder, more or {})) for each in modules]


@contextmanager
def _process(module: list[str], settings: Settings, folder: Path, more: dict[str, str]) -> Iterator[int]:
    given = {
        "CARE_MONGODB_URI": settings.mongodb_uri,
        "CARE_MONGODB_DATABASE": settings.mongodb_database,
        "CARE_TEMPORAL_ADDRESS": settings.temporal_address,
        "CARE_TASK_QUEUE": settings.task_queue,
        "CARE_ENCRYPTION_KEY": settings.encryption_key.get_secret_value(),
        "CARE_SECRET_KEY": settings.secret_key.get_secret_value(),
        # A key would leave the local model away, and a worker without it is another one.
        "GROQ_API_KEY": "",
        "CARE_GROQ_API_KEY": "",
        "PYTHONPATH": str(Path(__file__).parents[1]),
        **more,
    }
    command = [sys.executable, "-P", "-m", *module]
    quiet = subprocess.DEVNULL
    process = subprocess.Popen(command, cwd=folder, env=os.environ | given, stdout=quiet, stderr=quiet)
    try:
        yield process.pid
    finally:
        process.terminate()
        process.wait(60)

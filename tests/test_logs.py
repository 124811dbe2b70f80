"""What a process logs, as whoever runs it reads it."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pytest

BEGIN = """
import structlog
from care import logs

log = structlog.get_logger("worker")  # as modules do, before anybody has said how to log
logs.to_stderr()  # as each command of the command line begins
logs.configure({level!r}, "worker")
log.info("audit", number=7)
log.warning("too late")
"""


def logged(level: str) -> list[dict[str, Any]]:
    done = subprocess.run([sys.executable, "-c", BEGIN.format(level=level)], capture_output=True, text=True, check=True)
    return [json.loads(line) for line in done.stderr.splitlines()]


@pytest.mark.parametrize(
    ("level", "events"), [("debug", ["audit", "too late"]), ("info", ["audit", "too late"]), ("warning", ["too late"])]
)
def test_what_the_command_line_starts_logs_at_the_level_that_was_set(level: str, events: list[str]) -> None:
    assert [line["event"] for line in logged(level)] == events

"""`care up --detach`: the same command in a session of its own; this one waits until it is ready."""

from __future__ import annotations

import subprocess
import sys
import time

from care.errors import SetupError
from care.running.datadir import UP_LOG, DataDir


def up_detached(data: DataDir, arguments: list[str]) -> dict[str, object]:
    """Returns what runtime.json says once all is ready. Raises SetupError with the reason if it does not come up."""
    data.make()
    log = data.logs / UP_LOG
    with log.open("wb") as output:
        process = subprocess.Popen(  # noqa: S603  our own program
            [sys.executable, "-P", "-m", "care.cli", "up", *arguments],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    while process.poll() is None:
        runtime = data.running()
        if runtime and runtime["pid"] == process.pid:
            return runtime
        time.sleep(0.1)
    lines = log.read_text(errors="replace").splitlines() or [f"it ended with exit code {process.returncode}"]
    raise SetupError(lines[-1].removeprefix("care: "))

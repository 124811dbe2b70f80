"""A whole `care up` as a user starts it, for the tests that need all of it; and a client that signs in to it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

from care.embedded import free_port

PATIENCE = 120.0  # seconds; a bound against hanging for ever, not an expectation


def environment(**more: str) -> dict[str, str]:
    """A plain one: a developer's own keys and settings must not decide a test."""
    kept = {
        name: os.environ[name]
        for name in ("PATH", "PYTHONPATH", "HOME", "XDG_CACHE_HOME", "LANG")
        if name in os.environ
    }
    return kept | more


def care(*arguments: str, cwd: Path, **more: str) -> subprocess.CompletedProcess[str]:
    """Runs the command line to its end."""
    return subprocess.run(
        [sys.executable, "-P", "-m", "care.cli", *arguments],
        cwd=cwd,
        env=environment(**more),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )


def alive(pid: int) -> bool:
    """Whether the process runs; one that ended and was not yet collected does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


class CareUp:
    """`output` is everything that it printed, on both streams."""

    def __init__(self, data_dir: Path, port: int, process: subprocess.Popen[bytes], log: Path) -> None:
        self.data_dir = data_dir
        self.port = port
        self.process = process
        self._log = log

    @property
    def output(self) -> str:
        return self._log.read_text()

    @property
    def runtime(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads((self.data_dir / "runtime.json").read_text())
        return found

    def log(self, part: str) -> str:
        """What "web", "worker" or another part has logged so far."""
        return (self.data_dir / "logs" / f"{part}.log").read_text()

    def until(self, words: str, *, after: int = 0) -> str:
        """The first line with these words beyond the first `after` characters of the output."""
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            for line in self.output[after:].splitlines():
                if words in line:
                    return line
            assert self.process.poll() is None, f"care up ended before it said {words!r}:\n{self.output}"
            time.sleep(0.05)
        raise AssertionError(f"care up never said {words!r}:\n{self.output}")

    def until_ready(self) -> None:
        """Until the web process, the servers and a worker all answer again."""
        deadline = time.monotonic() + PATIENCE
        while not self._is_ready():
            assert time.monotonic() < deadline, f"not ready again:\n{self.output}"
            time.sleep(0.1)

    def _is_ready(self) -> bool:
        try:
            return httpx.get(f"{self.runtime['web']}/readyz", timeout=10).status_code == 200
        except httpx.TransportError:
            return False

    def account(self, role: str, number: int = 0) -> dict[str, Any]:
        accounts: list[dict[str, Any]] = self.runtime["accounts"]
        return [found for found in accounts if found["role"] == role][number]

    @contextmanager
    def signed_in(self, role: str, number: int = 0) -> Iterator[httpx.Client]:
        """An HTTP client with a token of the demo account."""
        account = self.account(role, number)
        with httpx.Client(base_url=self.runtime["web"], timeout=60) as client:
            form = {"username": account["email"], "password": account["password"]}
            token = client.post("/auth/token", data=form).raise_for_status().json()["access_token"]
            client.headers["Authorization"] = f"Bearer {token}"
            yield client

    def stop(self) -> int:
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(PATIENCE)


@contextmanager
def care_up(folder: Path, *arguments: str, **settings: str) -> Iterator[CareUp]:
    """Ready when this yields. The data directory is `folder/data`; what is there is kept."""
    folder.mkdir(parents=True, exist_ok=True)
    port, log = free_port(), folder / "output"
    command = [sys.executable, "-P", "-m", "care.cli", "up", "--port", str(port), "--data-dir", str(folder / "data")]
    with log.open("wb") as output:
        process = subprocess.Popen(
            [*command, *arguments],
            cwd=folder,
            env=environment(**settings),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    running = CareUp(folder / "data", port, process, log)
    try:
        running.until("CARE is ready: ")
        yield running
    finally:
        if process.poll() is None:
            running.stop()

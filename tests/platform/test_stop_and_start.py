"""A life of several starts on one data directory: what is kept, and that nobody is left behind."""

from __future__ import annotations

import json
import os
import signal
import time
from collections.abc import Iterable
from pathlib import Path

from care.embedded import free_port
from tests.running import PATIENCE, CareUp, alive, care, care_up


def gone(pids: Iterable[int]) -> bool:
    """Whether all have ended, within the bound."""
    deadline = time.monotonic() + PATIENCE
    while any(alive(pid) for pid in pids):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def subscriptions(running: CareUp) -> list[dict[str, object]]:
    with running.signed_in("customer") as client:
        found = client.get(f"/subscriptions/{running.account('customer')['customer_id']}").raise_for_status()
        return sorted(found.json()["items"], key=lambda one: str(one["subscription_id"]))


def test_what_was_there_before_a_stop_is_there_after_the_next_start(tmp_path: Path) -> None:
    with care_up(tmp_path) as first:
        before, runtime = subscriptions(first), first.runtime
        assert first.stop() == 0
        assert not [pid for pid in runtime["pids"].values() if alive(pid)]
        assert not (first.data_dir / "runtime.json").exists()
    with care_up(tmp_path) as second:
        assert subscriptions(second) == before
        assert second.runtime["accounts"] == runtime["accounts"]
        assert second.runtime["temporal_ui"] == runtime["temporal_ui"]
        one = before[0]["subscription_id"]
        with second.signed_in("admin") as client:  # asks the workflow itself
            assert client.get(f"/subscription/{one}").json()["status"] == "active"
        pids = second.runtime["pids"].values()
        os.kill(second.process.pid, signal.SIGKILL)
        second.process.wait()
        assert gone(pids), "a child outlived its parent"


def test_detached_it_answers_until_down(tmp_path: Path) -> None:
    started = care("up", "--detach", "--no-demo", "--port", str(free_port()), cwd=tmp_path)
    assert started.returncode == 0, started.stderr
    runtime = json.loads((tmp_path / ".care" / "runtime.json").read_text())
    try:
        assert started.stdout.endswith(f"CARE is ready: {runtime['web']}\n")
        assert runtime["accounts"] == []
    finally:
        stopped = care("down", cwd=tmp_path)
    assert stopped.returncode == 0, stopped.stderr
    assert not [pid for pid in [runtime["pid"], *runtime["pids"].values()] if alive(pid)]


def test_a_detached_start_that_fails_says_why(tmp_path: Path) -> None:
    failed = care("up", "--detach", "--port", str(free_port()), cwd=tmp_path, CARE_TOKEN_SECONDS="soon")
    assert failed.returncode == 1
    assert "CARE_TOKEN_SECONDS" in failed.stderr
    assert "Traceback" not in failed.stderr

"""The supervisor, with real processes: who dies is named and comes back, and nobody stays behind."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from care.errors import SetupError
from care.running import supervisor as module
from care.running.supervisor import Part, Supervisor

SLEEP = "import time; time.sleep(60)"
STUBBORN = f"import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf', flush=True); {SLEEP}"


class Heard:
    """Keeps what the supervisor says, and lets a test wait for it."""

    def __init__(self) -> None:
        self.sentences: list[str] = []
        self._more = asyncio.Event()

    def say(self, text: str) -> None:
        self.sentences.append(text)
        self._more.set()

    async def until(self, words: str) -> str:
        async with asyncio.timeout(30):
            while not (found := [s for s in self.sentences if words in s]):
                self._more.clear()
                await self._more.wait()
        return found[-1]


@pytest.fixture
def heard() -> Heard:
    return Heard()


@pytest.fixture
async def children(heard: Heard, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Supervisor]:
    monkeypatch.setattr(module, "FIRST_PAUSE", 0.01)
    supervisor = Supervisor(heard.say, lambda: heard.say("process ids changed"))
    yield supervisor
    await supervisor.stop()


def part(folder: Path, code: str, *, name: str = "worker", patience: float = 10) -> Part:
    return Part(name, [sys.executable, "-c", code], folder / "logs" / f"{name}.log", patience=patience)


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


async def until_logged(started: Part, words: str) -> None:
    async with asyncio.timeout(30):
        while words not in started.log.read_text():  # noqa: ASYNC110  another process writes it
            await asyncio.sleep(0.02)


async def test_a_child_that_is_killed_is_named_with_its_log_and_comes_back(
    children: Supervisor, heard: Heard, tmp_path: Path
) -> None:
    await children.start(part(tmp_path, SLEEP))
    first = children.pids()["worker"]
    children.ready = True
    os.kill(first, signal.SIGKILL)
    sentence = await heard.until("worker died")
    await heard.until("process ids changed")
    assert "SIGKILL" in sentence
    assert "logs/worker.log" in sentence
    assert alive(children.pids()["worker"])
    assert children.pids()["worker"] != first


async def test_the_pause_before_a_new_start_doubles(heard: Heard, tmp_path: Path) -> None:
    pauses: list[float] = []

    async def note(seconds: float) -> None:
        pauses.append(seconds)
        await asyncio.sleep(0)

    children = Supervisor(heard.say, lambda: None, note)
    children.ready = True
    await children.start(part(tmp_path, "raise SystemExit(3)"))
    await heard.until("in 30 s")
    await children.stop()
    assert pauses[:6] == [1, 2, 4, 8, 16, 30]


async def test_a_child_that_cannot_start_ends_the_start_with_its_own_last_sentence(
    children: Supervisor, tmp_path: Path
) -> None:
    await children.start(part(tmp_path, "raise SystemExit('care: Set CARE_SECRET_KEY.')"))
    with pytest.raises(
        SetupError, match=r"worker does not start \(exit code 1\): Set CARE_SECRET_KEY; see .*worker.log"
    ):
        await asyncio.wait_for(children.failure(), 30)


async def test_stopping_ends_the_last_one_started_first(heard: Heard, tmp_path: Path) -> None:
    order = tmp_path / "order"
    children = Supervisor(heard.say, lambda: None)
    for name in ("mongod", "web"):
        tell = f"open({str(order)!r}, 'a').write('{name} ')"
        handle = f"signal.signal(signal.SIGTERM, lambda *_: ({tell}, sys.exit())); print('listens', flush=True)"
        started = part(tmp_path, f"import signal, sys; {handle}; {SLEEP}", name=name)
        await children.start(started)
        await until_logged(started, "listens")
    pids = children.pids().values()
    await children.stop()
    assert order.read_text() == "web mongod "
    assert not [pid for pid in pids if alive(pid)]


async def test_a_child_that_does_not_listen_is_killed(heard: Heard, tmp_path: Path) -> None:
    children = Supervisor(heard.say, lambda: None)
    stubborn = part(tmp_path, STUBBORN, patience=0.2)
    await children.start(stubborn)
    await until_logged(stubborn, "deaf")
    pid = children.pids()["worker"]
    await children.stop()
    assert not alive(pid)


async def test_a_large_log_is_put_aside_at_the_next_start(children: Supervisor, tmp_path: Path) -> None:
    noisy = part(tmp_path, SLEEP)
    noisy.log.parent.mkdir()
    noisy.log.write_bytes(b"x" * (module.MAX_LOG + 1))
    await children.start(noisy)
    assert noisy.log.stat().st_size == 0
    assert (tmp_path / "logs" / "worker.log.1").stat().st_size == module.MAX_LOG + 1

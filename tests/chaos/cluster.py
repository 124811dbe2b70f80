"""A deployment on this machine, without `care up`: several workers and web processes, as docs/operations.md says.

Each is a process of its own with its own links to MongoDB and Temporal, so that every one of them can be killed, and
every link cut, while the others go on. All is synchronous: the cluster runs in its processes and in a thread.
"""

from __future__ import annotations

import asyncio
import base64
import os
import secrets
import signal
import subprocess
import sys
import sysconfig
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx

from care import embedded
from care.embedded import free_port
from care.running import tether
from care.running.probe import http_status
from care.seeding.demo import load_demo
from care.settings import Settings, read
from care.stores import open_stores
from tests.chaos.links import Link, Network
from tests.running import PATIENCE, environment

DATABASE = "care"
# What it runs ends with whoever ran it, so nothing of a cluster outlives tests that were killed.
_TETHER = Path(tether.__file__)
CARE = (sys.executable, "-P", "-m", "care.cli")
_FAKETIME = Path(sysconfig.get_path("purelib"), "libfaketime/vendor/libfaketime/src/libfaketime.so.1")


class Process:
    """One process of the cluster; it may be started, ended and started again. Its log is kept over all its lives."""

    def __init__(
        self,
        name: str,
        command: Sequence[str],
        folder: Path,
        given: Mapping[str, str],
        ready: Callable[[Process], bool],
    ) -> None:
        self.name = name
        self.command = list(command)
        self.environment = dict(given)
        self.log = folder / f"{name}.log"
        self.links: dict[str, Link] = {}
        self.url = ""
        self._folder = folder
        self._ready = ready
        self._began = 0
        self._wanted = False
        self._process: subprocess.Popen[bytes] | None = None

    def __repr__(self) -> str:
        return self.name

    @property
    def pid(self) -> int:
        assert self._process, f"{self} was never started"
        return self._process.pid

    @property
    def alive(self) -> bool:
        return self._process is not None and self._process.poll() is None

    @property
    def fallen(self) -> bool:
        """It ended by itself; one that was killed or stopped has not."""
        return self._wanted and not self.alive

    @property
    def said(self) -> str:
        """What it has logged since its last start."""
        return self.log.read_bytes()[self._began :].decode(errors="replace")

    def start(self) -> None:
        """Does nothing to one that runs. See `until_ready`."""
        self._wanted = True
        if self.alive:
            return
        with self.log.open("ab") as log:
            self._began = log.tell()
            self._process = subprocess.Popen(
                [sys.executable, str(_TETHER), str(os.getpid()), *self.command],
                cwd=self._folder,
                env=environment(**self.environment),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                process_group=0,
            )

    def until_ready(self) -> None:
        deadline = time.monotonic() + 2 * PATIENCE
        while not self._ready(self):
            assert self.alive, f"{self} ended:\n{self.said[-4000:]}"
            assert time.monotonic() < deadline, f"{self} was never ready:\n{self.said[-4000:]}"
            time.sleep(0.1)

    def signal(self, number: signal.Signals) -> None:
        os.kill(self.pid, number)

    def kill(self) -> None:
        """SIGKILL; returns when it is gone."""
        self._wanted = False
        if self._process and self.alive:
            os.killpg(self.pid, signal.SIGKILL)
            self._process.wait()

    def stop(self, seconds: float = PATIENCE) -> int:
        """SIGTERM; returns how it ended. Kills it after `seconds`, and fails then."""
        assert self._process
        self._wanted = False
        if self.alive:
            self.signal(signal.SIGTERM)
        try:
            return self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.kill()
            raise AssertionError(f"{self} did not end in {seconds} s:\n{self.said[-4000:]}") from None


class Cluster:
    """`folder` keeps logs and data; `mongodb_folder` may lie on a disk of its own. `settings` go to every process.

    The wall clock of each process whose name begins with one of `clocks` can be moved (`set_clock`): "worker", "web".
    Those of the servers cannot: Temporal asks the kernel itself, and mongod asks so often that it would come to a halt.
    A process with such a clock must start no children, as one that takes photos does: libfaketime holds a lock
    while it is forked, and hangs.
    """

    def __init__(
        self,
        folder: Path,
        *,
        workers: int = 2,
        webs: int = 2,
        mongodb_folder: Path | None = None,
        clocks: tuple[str, ...] = (),
        settings: Mapping[str, str] | None = None,
    ) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.network = Network()
        self.accounts: list[dict[str, Any]] = []
        self._clocks = clocks
        self._ports = {name: free_port() for name in ("mongodb", "temporal", "temporal_ui")}
        data = mongodb_folder or folder / "mongodb"
        data.mkdir(exist_ok=True)
        self.mongod = self._server("mongod", embedded.mongod_command(data, self._ports["mongodb"]), self._mongod_ready)
        command = embedded.temporal_command(folder / "temporal.db", self._ports["temporal"], self._ports["temporal_ui"])
        self.temporal = self._server("temporal", command, self._temporal_ready)
        # As docs/operations.md says, "Several machines".
        self.settings = {
            "CARE_SECRET_KEY": secrets.token_urlsafe(48),
            "CARE_ENCRYPTION_KEY": base64.b64encode(secrets.token_bytes(32)).decode(),
            "CARE_TEMPORAL_UI_URL": f"http://127.0.0.1:{self._ports['temporal_ui']}",
            "CARE_ALLOW_SUBDAILY": "1",
            **(settings or {}),
        }
        self.workers: list[Process] = []
        self.webs: list[Process] = []
        for _ in range(workers):
            self.add_worker()
        for _ in range(webs):
            self.add_web()

    @property
    def mongodb_uri(self) -> str:
        """Past the links, for whoever looks on."""
        return embedded.mongodb_uri(self._ports["mongodb"])

    @property
    def temporal_address(self) -> str:
        return f"127.0.0.1:{self._ports['temporal']}"

    @property
    def processes(self) -> list[Process]:
        return [self.mongod, self.temporal, *self.workers, *self.webs]

    def read_settings(self) -> Settings:
        """Those of the cluster for code of the product in the test's own process, past the links."""
        given = {name.removeprefix("CARE_").lower(): value for name, value in self.settings.items()}
        return read(**given, mongodb_uri=self.mongodb_uri, temporal_address=self.temporal_address)

    def urls(self) -> list[str]:
        """Of the web processes; whether one of them answers is seen by asking it."""
        return [web.url for web in self.webs]

    def account(self, role: str, number: int = 0) -> dict[str, Any]:
        return [found for found in self.accounts if found["role"] == role][number]

    @contextmanager
    def signed_in(self, role: str, number: int = 0, *, web: int = 0) -> Iterator[httpx.Client]:
        """A client of one of the web processes with a token of the demo account."""
        account = self.account(role, number)
        with httpx.Client(base_url=self.webs[web].url, timeout=60) as client:
            form = {"username": account["email"], "password": account["password"]}
            token = client.post("/auth/token", data=form).raise_for_status().json()["access_token"]
            client.headers["Authorization"] = f"Bearer {token}"
            yield client

    def add_worker(self, *, care: Sequence[str] = CARE, **given: str) -> Process:
        """Not started yet. `care` is how its code is run, `given` more of its environment."""
        process = self._process(f"worker-{len(self.workers) + 1}", [*care, "worker"], _worker_ready, given)
        self.workers.append(process)
        return process

    def add_web(self, *, care: Sequence[str] = CARE, **given: str) -> Process:
        port = free_port()
        given = {"CARE_PUBLIC_URL": f"http://127.0.0.1:{port}", **given}
        process = self._process(f"web-{len(self.webs) + 1}", [*care, "serve", "--port", str(port)], _web_ready, given)
        process.url = f"http://127.0.0.1:{port}"
        self.webs.append(process)
        return process

    def link(self, process: Process, name: str, to_port: int) -> Link:
        """One more link of a process, say to a model server; it has to be told of the address before it starts."""
        process.links[name] = self.network.link(to_port)
        return process.links[name]

    def set_clock(self, process: Process, seconds: float) -> None:
        """Its wall clock is that much ahead of the machine's, within a second. Its monotonic clock runs on."""
        _write_clock(self._clock(process.name), seconds)

    def start(self, *, demo: bool = True) -> None:
        """All of it; the demo shop and its accounts are loaded before care's own processes start."""
        for server in (self.mongod, self.temporal):
            server.start()
        for server in (self.mongod, self.temporal):
            server.until_ready()
        if demo:
            self.accounts = self.network.run(self._demo())
        self.restore()

    def restore(self) -> None:
        """Every link is whole, every clock right, and whoever is not there is started; returns when all are ready."""
        for process in self.processes:
            for link in process.links.values():
                link.mend()
        for process in (*self.workers, *self.webs):
            self.set_clock(process, 0)
        for group in ([self.mongod, self.temporal], [*self.workers, *self.webs]):
            for process in group:
                process.start()
            for process in group:
                process.until_ready()

    def start_the_fallen(self) -> None:
        """As a supervisor does, who knows nothing of why; returns at once."""
        for process in self.processes:
            if process.fallen:
                process.start()

    def close(self) -> None:
        for process in reversed(self.processes):
            process.kill()
        self.network.close()

    def _server(self, name: str, command: list[str], ready: Callable[[Process], bool]) -> Process:
        return Process(name, command, self.folder, {}, ready)

    def _process(
        self, name: str, command: list[str], ready: Callable[[Process], bool], given: Mapping[str, str]
    ) -> Process:
        process = Process(name, command, self.folder, {}, ready)
        mongodb = self.link(process, "mongodb", self._ports["mongodb"])
        temporal = self.link(process, "temporal", self._ports["temporal"])
        process.environment = {
            **self.settings,
            # Else the driver would leave the link for the address that the replica set tells it.
            "CARE_MONGODB_URI": f"mongodb://127.0.0.1:{mongodb.port}/?directConnection=true",
            "CARE_MONGODB_DATABASE": DATABASE,
            "CARE_TEMPORAL_ADDRESS": f"127.0.0.1:{temporal.port}",
            **self._faketime(name),
            **given,
        }
        return process

    def _clock(self, name: str) -> Path:
        return self.folder / f"{name}.clock"

    def _faketime(self, name: str) -> dict[str, str]:
        if not name.startswith(self._clocks):
            return {}
        _write_clock(self._clock(name), 0)
        return {
            "LD_PRELOAD": str(_FAKETIME),
            "FAKETIME_TIMESTAMP_FILE": str(self._clock(name)),
            "FAKETIME_CACHE_DURATION": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
            "NO_FAKE_STAT": "1",
        }

    def _mongod_ready(self, _: Process) -> bool:
        return self.network.run(_answers(embedded.mongod_ready(self._ports["mongodb"], seconds=15)))

    def _temporal_ready(self, _: Process) -> bool:
        return self.network.run(_answers(embedded.temporal_ready(self._ports["temporal"], seconds=15)))

    async def _demo(self) -> list[dict[str, Any]]:
        async with open_stores(self.mongodb_uri, DATABASE) as stores:
            return [account.model_dump(mode="json") for account in await load_demo(stores, now=datetime.now(UTC))]


@contextmanager
def cluster(folder: Path, **how: Any) -> Iterator[Cluster]:
    """Started, with the demo shop, when this yields; nothing of it is left at the end. `how` is that of Cluster."""
    made = Cluster(folder, **how)
    try:
        made.start()
        yield made
    finally:
        made.close()


async def _answers(waiting: Any) -> bool:
    try:
        await waiting
    except TimeoutError:
        return False
    return True


def _worker_ready(process: Process) -> bool:
    return '"event": "ready"' in process.said


def _web_ready(process: Process) -> bool:
    return asyncio.run(http_status(f"{process.url}/readyz", seconds=10)) == 200


def _write_clock(file: Path, seconds: float) -> None:
    """At once, so that nobody reads half of it."""
    new = file.with_suffix(".new")
    new.write_text(f"{seconds:+.3f}")
    new.replace(file)

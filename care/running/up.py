"""`care up`: the whole product on this machine, as children of one small process.

mongod and temporal start together; `care.running.prepare` waits for them, makes the replica set and loads the demo;
worker and web start as soon as both servers answer.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from collections.abc import Coroutine, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from care import embedded
from care.errors import SetupError
from care.running.datadir import DataDir, port_is_free, write_private
from care.running.errand import READY, Errand
from care.running.probe import http_status
from care.running.supervisor import Part, Supervisor

START_SECONDS = 120.0
IMPATIENT = 1.0
_STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@dataclass(frozen=True)
class Options:
    """`demo`: None keeps what was chosen when the directory was new. `host` is what the web process listens on, and
    `public_url` what people type, where that is not this machine."""

    data_dir: Path
    port: int = 8080
    host: str = "127.0.0.1"
    public_url: str = ""
    demo: bool | None = None
    reset: bool = False


class Display(Protocol):
    """How a person follows: `step` is what happens now, `say` a sentence to keep, `ready` the addresses."""

    def step(self, text: str) -> None: ...
    def say(self, text: str) -> None: ...
    def ready(self, runtime: dict[str, Any]) -> None: ...


async def up(options: Options, display: Display) -> None:
    """Runs until SIGINT or SIGTERM. Raises SetupError if it cannot start; no child is left in any case."""
    web = f"http://127.0.0.1:{options.port}"
    data = DataDir(options.data_dir)
    with closing(data.lock(web)):
        if not port_is_free(options.port):
            raise SetupError(
                f"Port {options.port} is taken by another program: stop that, or choose another port, "
                f"for example `care up --port {options.port + 1}`."
            )
        data.runtime.unlink(missing_ok=True)  # left behind if the last one was killed
        if options.reset:
            data.empty()
        await _Stack(data, web, options, display).run()


class _Stack:
    def __init__(self, data: DataDir, web: str, options: Options, display: Display) -> None:
        self._data = data
        self._web = web
        self._options = options
        self._display = display
        self._ports = data.ports()
        self._children = Supervisor(display.say, self._publish)

    async def run(self) -> None:
        stop = asyncio.Event()
        self._on_signals(stop)
        try:
            await _first(self._boot(), self._children.failure(), stop.wait())
            if self._children.ready:
                await stop.wait()
        finally:
            self._display.step("Stopping")
            self._data.runtime.unlink(missing_ok=True)
            await self._children.stop()
            self._display.step("")

    def _on_signals(self, stop: asyncio.Event) -> None:
        loop, asked_at = asyncio.get_running_loop(), [0.0]

        def asked(number: signal.Signals) -> None:
            # A second Ctrl-C means now. One moment later it may be the same one: `make` passes signals on.
            if stop.is_set() and number == signal.SIGINT and loop.time() > asked_at[0] + IMPATIENT:
                self._children.kill()
            asked_at[0] = asked_at[0] or loop.time()
            stop.set()

        for number in _STOP_SIGNALS:
            if number != signal.SIGHUP or signal.getsignal(number) is not signal.SIG_IGN:  # nohup stays nohup
                loop.add_signal_handler(number, asked, number)

    async def _boot(self) -> None:
        try:
            async with asyncio.timeout(START_SECONDS) as patience:
                await self._start(patience)
        except TimeoutError:
            raise SetupError(f"CARE was not ready after {START_SECONDS:.0f} s; see {self._data.logs}.") from None
        self._children.ready = True
        self._publish()
        self._display.ready(self._runtime())

    async def _start(self, patience: asyncio.Timeout) -> None:
        self._display.step("Starting MongoDB and Temporal")
        self._data.mongodb.mkdir(exist_ok=True)
        await self._children.start(self._mongod())
        await self._children.start(self._temporal())
        async with Errand(self._prepare()) as prepare:
            while (step := await prepare.line()) != READY:
                self._display.step(step)
                patience.reschedule(asyncio.get_running_loop().time() + START_SECONDS)  # a migration may take its time
            self._display.step("Starting worker and web")
            await self._children.start(self._care("worker"))
            where = ("--host", self._options.host, "--port", str(self._options.port))
            await self._children.start(self._care("web", "serve", *where))
            while step := await prepare.line():
                self._display.step(step)
        self._display.step("Waiting for worker and web")
        while await http_status(f"{self._web}/readyz") != 200:  # noqa: ASYNC110  it cannot set an event of ours
            await asyncio.sleep(0.15)

    def _mongod(self) -> Part:
        return self._part("mongod", embedded.mongod_command(self._data.mongodb, self._ports["mongodb"]))

    def _temporal(self) -> Part:
        ports = self._ports["temporal"], self._ports["temporal_ui"]
        codec = f"{self._options.public_url or self._web}/codec"
        command = embedded.temporal_command(self._data.temporal_db, *ports, codec_endpoint=codec)
        return self._part("temporal", command)

    def _prepare(self) -> Part:
        demo = self._data.wants_demo(self._options.demo)
        command = [
            sys.executable,
            "-P",
            "-m",
            "care.running.prepare",
            str(self._data.path),
            "--demo" if demo else "--no-demo",
        ]
        return self._part("prepare", command, self._environment())

    def _care(self, name: str, *arguments: str) -> Part:
        keys = json.loads(self._data.secrets.read_text())
        environment = self._environment() | {f"CARE_{name.upper()}": key for name, key in keys.items()}
        environment["CARE_KEYS_FILE"] = str(self._data.secrets.absolute())
        return self._part(name, [sys.executable, "-P", "-m", "care.cli", *(arguments or (name,))], environment)

    def _part(self, name: str, command: list[str], environment: Mapping[str, str] | None = None) -> Part:
        return Part(name, command, self._data.logs / f"{name}.log", environment or {})

    def _environment(self) -> dict[str, str]:
        """What our own children connect to, over whatever else the environment or `.env` says."""
        return {
            "CARE_MONGODB_URI": embedded.mongodb_uri(self._ports["mongodb"]),
            "CARE_TEMPORAL_ADDRESS": f"127.0.0.1:{self._ports['temporal']}",
            "CARE_TEMPORAL_UI_URL": f"http://127.0.0.1:{self._ports['temporal_ui']}",
            "CARE_TEMPORAL_NAMESPACE": "default",
            "CARE_TEMPORAL_API_KEY": "",
            "CARE_TEMPORAL_TLS": "0",
            **{f"CARE_TEMPORAL_TLS_{file}": "" for file in ("CERT", "KEY", "CA", "SERVER_NAME")},
            "CARE_PUBLIC_URL": self._options.public_url or self._web,
        }

    def _runtime(self) -> dict[str, Any]:
        connections = self._environment()
        return {
            "web": self._web,
            "temporal_ui": connections["CARE_TEMPORAL_UI_URL"],
            "temporal_address": connections["CARE_TEMPORAL_ADDRESS"],
            "mongodb_uri": connections["CARE_MONGODB_URI"],
            "pid": os.getpid(),
            "pids": self._children.pids(),
            "accounts": self._data.demo_accounts(),
        }

    def _publish(self) -> None:
        if self._children.ready:
            write_private(self._data.runtime, self._runtime())


async def _first(*awaitables: Coroutine[Any, Any, Any]) -> None:
    """Waits for the first to end, cancels the others, and raises what it raised."""
    tasks = [asyncio.create_task(a) for a in awaitables]
    done, others = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    for task in others:
        task.cancel()
    await asyncio.wait(tasks)
    for task in done:
        task.result()

"""`care serve`: one web process, API and portal."""

from __future__ import annotations

import asyncio
import importlib
import socket
from types import FrameType
from typing import Any

import structlog
import uvicorn

from care import logs, tracing_setup
from care.errors import SetupError
from care.migrating import refuse_unmigrated
from care.process import keep_what_is_loaded
from care.production import refuse_unsafe
from care.running.connections import Bounds, Connection, Socket
from care.settings import Settings

_LONGEST_MESSAGE = 1024 * 1024  # bytes that a page may send over its socket at once
# What is under way at the end may finish: a chat's stream, an upload. Open pages are told at once, and reconnect to
# whoever serves next. `care up` waits 15 seconds.
STOP_SECONDS = 12

log = structlog.get_logger("web")


def serve(settings: Settings, host: str, port: int) -> None:
    """Runs until SIGINT or SIGTERM; a second one ends at once. Raises SetupError if it cannot start.

    The portal keeps pages in memory: more processes need sticky sessions, and uvicorn's own workers are no way to it.
    """
    settings.signing_key()
    settings.key_ring()
    refuse_unsafe(settings)
    _refuse_taken(host, port)
    logs.configure(settings.log_level, "web")
    end_tracing = tracing_setup.configure(settings, "web")
    app = importlib.import_module("api.main").create_app(settings)  # by name: care imports no route
    try:
        asyncio.run(refuse_unmigrated(settings))
        _Server(configured(app, settings, host=host, port=port), app.state, settings.drain_seconds).run()
    except SystemExit:  # how uvicorn says that the application did not start; the log has the cause
        raise SetupError(
            "The web process could not start: check with `care doctor` that MongoDB can be reached."
        ) from None
    finally:
        end_tracing()


def configured(app: Any, settings: Settings, bounds: Bounds | None = None, **how: Any) -> uvicorn.Config:
    """uvicorn as CARE runs it; `bounds` are for tests."""
    bounds = bounds or Bounds(settings.max_connections)
    return uvicorn.Config(
        app,
        http=type("Connection", (Connection,), {"bounds": bounds}),
        ws=type("Socket", (Socket,), {"bounds": bounds}),
        ws_max_size=_LONGEST_MESSAGE,
        # A forged X-Forwarded-For counts for nothing: it is believed of these proxies alone.
        proxy_headers=bool(settings.trusted_proxies),
        forwarded_allow_ips=settings.trusted_proxies,
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_keep_alive=bounds.idle,
        timeout_graceful_shutdown=STOP_SECONDS,
        **how,
    )


class _Server(uvicorn.Server):
    """uvicorn looks ten times a second whether it should stop. Here the signal says so, and an idle process rests.

    For `drain` seconds after the first signal all is served as before, but for /readyz.
    """

    def __init__(self, config: uvicorn.Config, state: Any, drain: float) -> None:
        super().__init__(config)
        self._state = state
        self._drain = drain
        self._loop: asyncio.AbstractEventLoop | None = None
        self._asked = asyncio.Event()

    async def main_loop(self) -> None:
        self._loop = asyncio.get_running_loop()
        keep_what_is_loaded()
        while not await self.on_tick(0):  # keeps the Date header right, too
            try:
                async with asyncio.timeout(1):
                    await self._asked.wait()
            except TimeoutError:
                continue

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        if self._loop is None:  # still starting: nobody is served yet
            super().handle_exit(sig, frame)
        else:
            self._captured_signals.append(sig)
            self._loop.call_soon_threadsafe(self._told, self._loop)

    def _told(self, loop: asyncio.AbstractEventLoop) -> None:
        if self._state.draining:
            self.force_exit = True
            self._end()
        else:
            self._state.draining = True
            log.info("draining", seconds=self._drain)
            loop.call_later(self._drain, self._end)

    def _end(self) -> None:
        self.should_exit = True
        self._asked.set()


def _refuse_taken(host: str, port: int) -> None:
    try:
        socket.create_server((host, port)).close()
    except OSError as error:
        raise SetupError(
            f"Cannot listen on {host}:{port} ({error.strerror}): choose another with --host and --port."
        ) from None

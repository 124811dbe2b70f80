"""A data directory: what lies in it, the lock that one `care up` holds, and runtime.json while it runs.

Plain files and nothing heavy, so that `care up` itself stays small.
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import socket
from contextlib import closing
from pathlib import Path
from typing import IO, Any

from care.errors import SetupError

_CONTENTS = (
    "mongodb",
    "temporal.db*",
    "accounts.json",
    "secrets.json",
    "keys.lock",
    "up.json",
    "runtime.json",
    "logs/*",
)
UP_LOG = "up.log"
_SERVERS = ("mongodb", "temporal", "temporal_ui")


class DataDir:
    """The paths below one directory. Nothing is made before it is locked."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.mongodb = path / "mongodb"
        self.temporal_db = path / "temporal.db"
        self.logs = path / "logs"
        self.runtime = path / "runtime.json"
        self.accounts = path / "accounts.json"
        self.secrets = path / "secrets.json"
        self._choices = path / "up.json"  # what a restart keeps: the ports, and whether there is demo data
        self._lock = path / "lock"

    def make(self) -> None:
        """The directory and its logs, for its owner only. Raises SetupError if that cannot be."""
        try:
            self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
            self.logs.mkdir(exist_ok=True)
        except OSError as error:
            raise SetupError(f"{self.path} cannot be used as data directory: {error.strerror}.") from None

    def lock(self, web: str) -> IO[str]:
        """The lock, held until the file is closed or the process ends. Raises SetupError if somebody else holds it."""
        self.make()
        file = self._lock.open("a+")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.close()
            raise SetupError(self._who_runs()) from None
        file.truncate(0)
        file.write(json.dumps({"pid": os.getpid(), "web": web}))
        file.flush()
        return file

    def _who_runs(self) -> str:
        other = self.owner() or {"pid": "?", "web": "?"}
        return (
            f"CARE already runs on {self.path} (process {other['pid']}, {other['web']}): "
            f"use that one, or stop it with `care down --data-dir {self.path}`."
        )

    def owner(self) -> dict[str, Any] | None:
        """`{"pid", "web"}` of the `care up` that holds this directory, None if nobody does."""
        try:
            file = self._lock.open()
        except FileNotFoundError:
            return None
        with closing(file):
            try:
                fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                found: dict[str, Any] = json.loads(file.read() or "{}")
                return {"pid": 0, "web": "", **found}
        return None

    def empty(self) -> None:
        """Delete what CARE put here, and nothing else: the directory may have been named by mistake."""
        for path in (found for pattern in _CONTENTS for found in self.path.glob(pattern)):
            if path.name == UP_LOG:
                continue  # this very process may be writing it
            if path.is_dir():
                shutil.rmtree(path)
            else:
                path.unlink()

    def wants_demo(self, asked: bool | None) -> bool:
        """What was asked for now, else what was chosen when the directory was new, else yes."""
        chosen = asked if asked is not None else bool(self._read(self._choices).get("demo", True))
        self._keep(demo=chosen)
        return chosen

    def ports(self) -> dict[str, int]:
        """Ports for the embedded servers: the last start's where they are free, so that bookmarks stay good."""
        last = self._read(self._choices).get("ports", {})
        held = [_bind(last.get(name, 0)) for name in _SERVERS]
        ports = {name: s.getsockname()[1] for name, s in zip(_SERVERS, held, strict=True)}
        for s in held:
            s.close()
        self._keep(ports=ports)
        return ports

    def demo_accounts(self) -> list[dict[str, Any]]:
        """`{"email", "password", "role", "customer_id"}` of each demo account."""
        found = self._read(self.accounts, [])
        return list(found)

    def running(self) -> dict[str, Any] | None:
        """What runtime.json says, None if nothing is ready here."""
        return self._read(self.runtime) or None

    def _keep(self, **choices: Any) -> None:
        write_private(self._choices, self._read(self._choices) | choices)

    @staticmethod
    def _read(path: Path, default: Any = None) -> Any:
        try:
            return json.loads(path.read_text())
        except FileNotFoundError:
            return {} if default is None else default


def write_private(path: Path, content: Any) -> None:
    """Whole or not at all, even if the power fails, and readable by its owner only."""
    draft = path.with_name(f".{path.name}.new")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        json.dump(content, file, indent=2)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
    directory = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(directory)
    finally:
        os.close(directory)


def port_is_free(port: int) -> bool:
    """Whether a server could listen on this loopback port now."""
    with socket.socket() as s:
        s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            s.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


def _bind(port: int) -> socket.socket:
    """Bound to this port, or to any free one: held until all are chosen, so that no two are the same."""
    s = socket.socket()
    s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        s.bind(("127.0.0.1", port))
    except OSError:
        s.bind(("127.0.0.1", 0))
    return s

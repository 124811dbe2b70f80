"""Lines of the audit record that nobody waits long for: a sign-in must not hang because many write to the record."""

from __future__ import annotations

import asyncio
from typing import Any

import structlog

from care.models.audit import Act
from care.stores.audit import AuditStore

# Whoever does it is not signed in yet, and may be anybody.
ANYBODY = "anybody"
_PATIENCE = 1.0  # seconds that an act waits for its line; the line is written all the same
_FAREWELL = 10.0  # seconds for what is still to be written when the process ends

log = structlog.get_logger("recording")


class Recording:
    def __init__(self, audit: AuditStore) -> None:
        self._audit = audit
        self._under_way: set[asyncio.Task[None]] = set()

    async def note(self, act: Act, *, by: str, about: str = "", **detail: Any) -> None:
        """Never raises: the act is done, and what could not be written is told in the log."""
        await asyncio.wait({self.begin(act, by=by, about=about, **detail)}, timeout=_PATIENCE)

    def begin(self, act: Act, *, by: str, about: str = "", **detail: Any) -> asyncio.Task[None]:
        """The same, where not even the time that it takes may tell anything."""
        task = asyncio.create_task(self._append(act, by, about, detail))
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)
        return task

    async def settle(self) -> None:
        """Until what is under way is written, but not for ever: for the end of the process."""
        if self._under_way:
            await asyncio.wait(self._under_way, timeout=_FAREWELL)

    async def _append(self, act: Act, by: str, about: str, detail: dict[str, Any]) -> None:
        try:
            await self._audit.append(act, by=by, about=about, **detail)
        except Exception:  # whatever it is, the sign-in goes on
            log.exception("not_recorded", act=act)

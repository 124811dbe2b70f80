"""A short-lived child: `care up` lets it do what needs heavy libraries, and stays small itself."""

from __future__ import annotations

import asyncio
from types import TracebackType
from typing import Self

from care.errors import SetupError
from care.running.supervisor import Part, end, ending, last_words, spawn

READY = "Servers answer"  # the line after which worker and web may start


class Errand:
    """Runs a part once. Its lines on stdout tell how far it is; its last one on stderr, why it failed."""

    def __init__(self, part: Part) -> None:
        self._part = part
        self._process: asyncio.subprocess.Process

    async def __aenter__(self) -> Self:
        self._process = await spawn(self._part, listen=True)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, e: BaseException | None, t: TracebackType | None
    ) -> None:
        await end(self._process, self._part.patience)

    async def line(self) -> str:
        """The next line; "" when it has done all. Raises SetupError if it failed."""
        assert self._process.stdout  # noqa: S101  spawned with a pipe
        found = (await self._process.stdout.readline()).decode().strip()
        if not found and (code := await self._process.wait()) != 0:
            what = last_words(self._part) or f": {self._part.name} failed ({ending(code)})"
            raise SetupError(f"CARE cannot start{what}; see {self._part.log}.")
        return found

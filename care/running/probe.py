"""Small looks at servers from outside, over plain sockets: no client library is loaded for them."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from urllib.parse import urlsplit


async def http_status(url: str, *, seconds: float = 5) -> int | None:
    """The status code of a GET, None if nobody answers in time."""
    parts = urlsplit(url)
    request = f"GET {parts.path or '/'} HTTP/1.1\r\nHost: {parts.netloc}\r\nConnection: close\r\n\r\n"
    line = await _ask(parts.hostname or "", parts.port or 80, request.encode(), seconds)
    words = line.split()
    return int(words[1]) if len(words) > 1 and words[0].startswith(b"HTTP/") and words[1].isdigit() else None


async def listens(host: str, port: int, *, seconds: float = 2) -> bool:
    """Whether a TCP connection is taken."""
    return await _ask(host, port, None, seconds) != b"refused"


async def _ask(host: str, port: int, request: bytes | None, seconds: float) -> bytes:
    try:
        async with asyncio.timeout(seconds):
            reader, writer = await asyncio.open_connection(host, port)
            try:
                if request is None:
                    return b""
                writer.write(request)
                return await reader.readline()
            finally:
                writer.close()
                with suppress(OSError):
                    await writer.wait_closed()
    except (OSError, TimeoutError):
        return b"refused"

"""How large a request may be. Counted as it arrives: a header can lie, or be missing."""

from __future__ import annotations

from fastapi import HTTPException
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.problems import response_to
from care.errors import TooLarge

_LIMIT = 1024 * 1024
# A multipart body is a little larger than the file in it.
_ENVELOPE = 64 * 1024


class BodyLimit:
    """1 MB, and for a file `evidence_bytes` with its multipart envelope."""

    def __init__(self, app: ASGIApp, *, evidence_bytes: int) -> None:
        self._app = app
        self._file_limit = evidence_bytes + _ENVELOPE

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        limit = self._file_limit if _takes_a_file(scope["path"]) else _LIMIT
        if _announced(scope) > limit:
            await _refusal(limit)(scope, receive, send)
            return
        arrived = 0

        async def counting() -> Message:
            nonlocal arrived
            message = await receive()
            arrived += len(message.get("body", b""))
            if arrived > limit:
                raise _TooLong
            return message

        try:
            await self._app(scope, counting, send)
        except _TooLong:
            await _refusal(limit)(scope, receive, send)


class _TooLong(HTTPException):
    """An HTTPException, because FastAPI lets no other error out of the reading of a body."""

    def __init__(self) -> None:
        super().__init__(413, "The request is too large.")


def _takes_a_file(path: str) -> bool:
    return path == "/evidence" or (path.startswith("/ui/_nicegui/") and "/upload/" in path)


def _announced(scope: Scope) -> int:
    length = Headers(scope=scope).get("content-length", "0")
    return int(length) if length.isdecimal() else 0


def _refusal(limit: int) -> ASGIApp:
    return response_to(TooLarge(f"The request is too large: at most {limit // 1024} kB are taken here."))

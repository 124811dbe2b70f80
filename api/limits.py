"""How large a request may be, and how long it may take. Counted as it comes: a header can lie, or be missing."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from fastapi import HTTPException
from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.problems import plain_response, response_to
from care.errors import Invalid, TooLarge
from care.rules.bulk import too_many_fields, too_much_json

_LIMIT = 1024 * 1024
# A multipart body is a little larger than the file in it.
_ENVELOPE = 64 * 1024
_ADDRESS = 8 * 1024
_HEADERS = 32 * 1024
_MOST_HEADERS = 100


class HeadLimit:
    """The address with its query, and the headers. What is packed is not unpacked: it may grow a thousandfold."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        refusal = _head_refusal(scope) if scope["type"] == "http" else None
        await (refusal or self._app)(scope, receive, send)


def _head_refusal(scope: Scope) -> Response | None:
    if len(scope.get("raw_path") or scope["path"]) + len(scope["query_string"]) > _ADDRESS:
        return plain_response(414, f"The address is too long: at most {_ADDRESS // 1024} kB are taken.", _CLOSE)
    headers = scope["headers"]
    if len(headers) > _MOST_HEADERS or sum(len(name) + len(value) for name, value in headers) > _HEADERS:
        detail = f"At most {_MOST_HEADERS} headers of {_HEADERS // 1024} kB together are taken."
        return plain_response(431, detail, _CLOSE)
    if Headers(scope=scope).get("content-encoding", "identity").lower() != "identity":
        return plain_response(415, "Please send the body as it is: no Content-Encoding is taken.", _CLOSE)
    return None


@dataclass(frozen=True)
class Patience:
    """Seconds: between two pieces of a body, and for all of it. 20 MB on a phone with a bad line take minutes."""

    piece: float = 20.0
    whole: float = 600.0


class BodyLimit:
    """1 MB, and for a file `evidence_bytes` with its multipart envelope; and no longer than one has patience."""

    def __init__(self, app: ASGIApp, *, evidence_bytes: int, patience: Patience | None = None) -> None:
        self._app = app
        self._file_limit = evidence_bytes + _ENVELOPE
        self._patience = patience or Patience()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        limit = self._file_limit if _takes_a_file(scope["path"]) else _LIMIT
        if _announced(scope) > limit:
            await _too_large(limit)(scope, receive, send)
            return
        clock = asyncio.get_running_loop().time
        ends_at = clock() + self._patience.whole
        arrived, waiting = 0, True

        async def counting() -> Message:
            nonlocal arrived, waiting
            if not waiting:  # the body is there; what may still come is that the client hangs up
                return await receive()
            try:
                async with asyncio.timeout(min(self._patience.piece, ends_at - clock())):
                    message = await receive()
            except TimeoutError:
                raise _TooSlow from None
            waiting = message.get("more_body", False)
            arrived += len(message.get("body", b""))
            if arrived > limit:
                raise _TooLong
            return message

        try:
            await self._app(scope, counting, send)
        except _TooLong:
            await _too_large(limit)(scope, receive, send)
        except _TooSlow as slow:
            await plain_response(slow.status_code, slow.detail, slow.headers)(scope, receive, send)


class BulkLimit:
    """What a small body may be made of: JSON that nests deeply, or a form of many fields, costs more than its bytes."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        kind = Headers(scope=scope).get("content-type", "") if scope["type"] == "http" else ""
        check = too_much_json if "json" in kind else too_many_fields if "urlencoded" in kind else None
        if check is None:
            await self._app(scope, receive, send)
            return
        try:
            body = await _read(receive)
        except HTTPException as error:
            await plain_response(error.status_code, error.detail, error.headers)(scope, receive, send)
            return
        if body is None:
            return
        if refusal := check(body):
            await response_to(Invalid(refusal, fields={"body": refusal}))(scope, receive, send)
            return
        whole: Message | None = {"type": "http.request", "body": body}

        async def again() -> Message:
            nonlocal whole
            message, whole = whole, None
            return message or await receive()

        await self._app(scope, again, send)


async def _read(receive: Receive) -> bytes | None:
    """The whole body; None if the client has hung up."""
    body, more = bytearray(), True
    while more:
        message = await receive()
        if message["type"] != "http.request":
            return None
        body += message.get("body", b"")
        more = message.get("more_body", False)
    return bytes(body)


# What of the request has not been read must not be taken for the next one.
_CLOSE = {"Connection": "close"}


class _TooLong(HTTPException):
    """An HTTPException, because FastAPI lets no other error out of the reading of a body."""

    def __init__(self) -> None:
        super().__init__(413, "The request is too large.", _CLOSE)


class _TooSlow(HTTPException):
    def __init__(self) -> None:
        super().__init__(408, "The request took too long to arrive. Please try again.", _CLOSE)


def _takes_a_file(path: str) -> bool:
    return path == "/evidence" or (path.startswith("/ui/_nicegui/") and "/upload/" in path)


def _announced(scope: Scope) -> int:
    length = Headers(scope=scope).get("content-length", "0")
    return int(length) if length.isdecimal() else 0


def _too_large(limit: int) -> ASGIApp:
    error = TooLarge(f"The request is too large: at most {limit // 1024} kB are taken here.", headers=_CLOSE)
    return response_to(error)

"""`Idempotency-Key` on creating calls: the same key and body is answered once and replayed, never acted on twice."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Awaitable, Callable, Coroutine
from typing import Annotated, Any

from fastapi import Depends, Header, Request, Response
from fastapi.routing import APIRoute

from api.deps import Viewer, admitted, services
from api.problems import MEDIA_TYPE, response_to
from care.errors import CareError

REPLAYED = "Idempotent-Replayed"
_HEADER = "Idempotency-Key"
_LONGEST = 255
Key = Annotated[
    str | None,
    Header(alias=_HEADER, min_length=1, max_length=_LONGEST, description="Makes the call safe to repeat for a day."),
]


async def once(request: Request, viewer: Viewer, key: Key = None) -> str | None:
    """What makes the call itself repeatable, should its first try have died half-way; None without a key."""
    return None if key is None else _digest(f"{_scope(viewer.email, request)} {key}".encode())


Once = Annotated[str | None, Depends(once)]


class RepeatableRoute(APIRoute):
    """A route whose answers are kept under the caller's key."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        answer = super().get_route_handler()

        async def handler(request: Request) -> Response:
            return await repeatable(request, lambda: answer(request))

        return handler


async def repeatable(request: Request, answer: Callable[[], Awaitable[Response]]) -> Response:
    """The answer, or the one that is kept under the caller's key, by account and address.

    Kept is what was decided: success, or a refusal. Bad input and trouble on our side leave the key free.
    """
    key = request.headers.get(_HEADER, "")
    # Absent, or for the parameter's own check to refuse.
    if request.method != "POST" or not 0 < len(key) <= _LONGEST:
        return await answer()
    viewer = await admitted(request)
    scope = _scope(viewer.email, request)
    kept = services(request).stores.idempotency
    replay = await kept.begin(scope, key, await _fingerprint(request))
    if replay is not None:
        return _response(replay.status, replay.body)
    try:
        response = await _decided(answer)
    except BaseException:
        await kept.abandon(scope, key)
        raise
    body = bytes(response.body)
    customer_id = viewer.customer_id or request.path_params.get("customer_id") or _whose(body)
    await kept.finish(scope, key, response.status_code, body, customer_id=customer_id)
    return response


def _whose(body: bytes) -> str | None:
    """The customer whom an answer names, to be forgotten with them."""
    answer = json.loads(body or b"null")
    return answer.get("customer_id") if isinstance(answer, dict) else None


async def _decided(answer: Callable[[], Awaitable[Response]]) -> Response:
    try:
        return await answer()
    except CareError as error:
        if error.status in (401, 403, 429) or error.status >= 500:
            raise
        return response_to(error)


async def _fingerprint(request: Request) -> str:
    """A hash of the body. The boundary of a multipart body is drawn anew for each try, so it does not count."""
    body = await request.body()
    _, _, boundary = request.headers.get("content-type", "").partition("boundary=")
    mark = boundary.partition(";")[0].strip('" ').encode("latin-1")
    return _digest(body.replace(mark, b"") if mark else body)


def _response(status: int, body: bytes) -> Response:
    media_type = MEDIA_TYPE if status >= 400 else "application/json"
    return Response(body, status, headers={REPLAYED: "true"}, media_type=media_type)


def _scope(email: str, request: Request) -> str:
    return f"{email} {request.method} {request.url.path}"


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()

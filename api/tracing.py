"""Each request has an id, a trace, and one line in the log when it is answered; an act on a page has an id, too."""

from __future__ import annotations

import re
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from ipaddress import ip_address, ip_network

import structlog
from opentelemetry import trace
from opentelemetry.trace import SpanKind
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from care import tracing
from care.running.connections import PEER

_NOTES = "care.notes"
_METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}
# Asked every few seconds by machines, or a dozen times for each page: of use to nobody who reads a log.
_QUIET = ("/healthz", "/readyz", "/metrics", "/ui/_nicegui", "/ui/static", "/ui/favicon")

log = structlog.get_logger("requests")


class Traced:
    """Around everything, as pure ASGI. The id of a request is the caller's own, if it sent one as `X-Request-ID`.

    Only hexadecimal digits and dashes, such as a UUID: nobody's name or address gets into a log that way. A trace goes
    on only if one of the `trusted` proxies says so: others could have us record as many as they like.
    """

    def __init__(self, app: ASGIApp, trusted: str) -> None:
        self._app = app
        self._trusted = [ip_network(each.strip()) for each in trusted.split(",")] if trusted else []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        given = Headers(scope=scope).get("x-request-id", "")
        request_id = given if re.fullmatch(r"[A-Fa-f0-9-]{1,64}", given) else uuid.uuid4().hex
        with structlog.contextvars.bound_contextvars(request_id=request_id):
            if scope["type"] == "http":
                await self._answered(request_id, scope, receive, send)
            else:  # a page's socket is open for hours: what is done over it is traced act by act
                await self._app(scope, receive, send)

    async def _answered(self, request_id: str, scope: Scope, receive: Receive, send: Send) -> None:
        notes: dict[str, str] = {}
        scope[_NOTES], began, status = notes, time.monotonic(), 0
        method = method_of(scope)
        quiet = scope["path"].startswith(_QUIET)

        async def sending(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)["X-Request-ID"] = request_id
            await send(message)

        about = {"http.request.method": method, "care.request_id": request_id}
        parent = tracing.context_of(self._traceparent(scope))
        served = tracing.span(method, about, kind=SpanKind.SERVER, parent=parent)
        with nullcontext(trace.INVALID_SPAN) if quiet else served as span:
            try:
                await self._app(scope, receive, sending)
            finally:
                route = notes.get("route") or route_of(scope)
                span.update_name(f"{method} {route}")
                span.set_attributes({"http.route": route, "http.response.status_code": status})
                if status >= 500:
                    span.set_status(trace.StatusCode.ERROR)
                level = "debug" if quiet and status < 500 else _level(status)
                ms = tracing.since(began)
                getattr(log, level)("request", method=method, status=status, ms=ms, **{**notes, "route": route})

    def _traceparent(self, scope: Scope) -> str | None:
        peer = scope.get(PEER, "")
        known = bool(peer) and any(ip_address(peer) in each for each in self._trusted)
        return Headers(scope=scope).get("traceparent") if known else None


def _level(status: int) -> str:
    """503 says that a part of CARE is away, which is known and passes; what else is our fault must be looked at. Where
    no answer began, nobody waited for one."""
    return "info" if status < 500 else "warning" if status == 503 else "error"


def note(scope: Scope, **more: str | None) -> None:
    """For the line that tells of this request: ids, and words of ours."""
    scope.get(_NOTES, {}).update({name: value for name, value in more.items() if value})


def request_id() -> str:
    """Of the request, or of what is done on a page, that is being answered here; empty where there is none."""
    return str(structlog.contextvars.get_contextvars().get("request_id", ""))


@contextmanager
def act(page: str) -> Iterator[None]:
    """Something that a person does on an open page (its pattern): it comes over a socket, and no request is made."""
    with (
        structlog.contextvars.bound_contextvars(request_id=uuid.uuid4().hex),
        tracing.span(f"act {page}", {"http.route": page}, kind=SpanKind.SERVER, parent=tracing.context_of(None)),
    ):
        yield


def method_of(scope: Scope) -> str:
    """One of the standard's; whatever else a caller thinks of is "other"."""
    return scope["method"] if scope["method"] in _METHODS else "other"


def route_of(scope: Scope) -> str:
    """A pattern: what was asked for may be a link that works without a sign-in, or hold a name."""
    if scope.get("root_path") or scope["path"].startswith("/ui"):
        return "/ui"
    return str(getattr(scope.get("route"), "path", "unmatched"))

"""What stands around every request, as pure ASGI: safe headers, paths without cookies, the last resort."""

from __future__ import annotations

import structlog
from starlette.datastructures import MutableHeaders
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.problems import plain_response
from api.security import CODEC

log = structlog.get_logger()

_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    # Answers of the API are data: nothing in them may be run or loaded. Pages set their own.
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Cache-Control": "no-store",
}
_A_YEAR = "max-age=31536000"


class SafeHeaders:
    """Sets what a route or page has not set itself."""

    def __init__(self, app: ASGIApp, *, https: bool) -> None:
        self._app = app
        self._headers = _HEADERS | ({"Strict-Transport-Security": _A_YEAR} if https else {})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self._headers.items():
                    headers.setdefault(name, value)
            await send(message)

        await self._app(scope, receive, sending if scope["type"] == "http" else send)


class Cookieless:
    """Hides cookies from paths whose address is the permission: nothing there acts for whoever is signed in."""

    def __init__(self, app: ASGIApp, *, below: tuple[str, ...]) -> None:
        self._app = app
        self._below = below

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"].startswith(self._below):
            scope = {**scope, "headers": [header for header in scope["headers"] if header[0] != b"cookie"]}
        await self._app(scope, receive, send)


class TemporalUi:
    """Lets pages of the Temporal Web UI call what opens payloads for them, with the portal's session."""

    def __init__(self, app: ASGIApp, *, origin: str) -> None:
        self._app = app
        self._answering = CORSMiddleware(
            app,
            allow_origins=[origin],
            allow_methods=["POST"],
            allow_headers=["Authorization", "Content-Type", "X-Namespace"],
            allow_credentials=True,
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        asked = scope["type"] == "http" and scope["path"].startswith(CODEC)
        await (self._answering if asked else self._app)(scope, receive, send)


class LastResort:
    """An error that nothing else answers: logged with its trace, answered without a word of it."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        started = False

        async def sending(message: Message) -> None:
            nonlocal started
            started = started or message["type"] == "http.response.start"
            await send(message)

        try:
            await self._app(scope, receive, sending)
        except ClientDisconnect:
            log.info("client_gone")
        except Exception:
            if scope["type"] != "http" or started:
                raise
            route = getattr(scope.get("route"), "path", "unmatched")
            log.exception("request_failed", method=scope["method"], route=route)
            answer = plain_response(
                500, "Something went wrong on our side, and has been logged. Please try again later."
            )
            await answer(scope, receive, send)

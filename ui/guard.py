"""What stands before every portal page and its socket: sign-in, origin, safe headers."""

from __future__ import annotations

from urllib.parse import urlsplit

from nicegui.version import __version__ as nicegui_version
from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse, RedirectResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ui.session import LOGIN

# NiceGUI compiles Vue templates in the browser: it needs inline scripts and eval. Nothing comes from elsewhere.
_CSP = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; media-src 'self' blob:; font-src 'self' data:; connect-src 'self'; object-src 'none'; "
    "base-uri 'self'; form-action 'self'; frame-ancestors 'none'"
)
_HEADERS = {
    "Content-Security-Policy": _CSP,
    "X-Frame-Options": "DENY",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "geolocation=(), microphone=(), payment=(), usb=()",
}
_FILES = (f"/_nicegui/{nicegui_version}/", "/static/")


class Guard:
    """Pure ASGI, inside the parent's session middleware and around the whole portal."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        path = scope["path"].removeprefix(scope.get("root_path", "")) or "/"
        headers = Headers(scope=scope)
        if path.startswith("/_nicegui_ws"):
            await self._socket(scope, receive, send, headers)
        elif path.startswith(_FILES):
            await self._app(scope, receive, _with({"Cache-Control": "public, max-age=31536000, immutable"}, send))
        elif not _signed_in(scope):
            await RedirectResponse(LOGIN, 303)(scope, receive, _with(_HEADERS, send))
        elif _changes(scope) and not _same_origin(headers):
            await PlainTextResponse("Sent from another site.", 403)(scope, receive, send)
        else:
            await self._app(scope, receive, _with({**_HEADERS, "Cache-Control": "no-store"}, send))

    async def _socket(self, scope: Scope, receive: Receive, send: Send, headers: Headers) -> None:
        """NiceGUI itself takes a socket from any origin, signed in or not."""
        if _signed_in(scope) and _same_origin(headers):
            await self._app(scope, receive, send)
        elif scope["type"] == "websocket":
            await receive()
            await send({"type": "websocket.close", "code": 4403})
        else:
            await PlainTextResponse("Not allowed.", 403)(scope, receive, send)


def _signed_in(scope: Scope) -> bool:
    return bool(scope.get("session", {}).get("email"))


def _changes(scope: Scope) -> bool:
    return scope["type"] == "http" and scope["method"] not in ("GET", "HEAD", "OPTIONS")


def _same_origin(headers: Headers) -> bool:
    origin = headers.get("origin")
    return origin is None or urlsplit(origin).netloc == headers.get("host")


def _with(extra: dict[str, str], send: Send) -> Send:
    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in extra.items():
                headers[name] = value
        await send(message)

    return sending

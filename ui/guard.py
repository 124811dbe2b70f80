"""What stands before every portal page and its socket: sign-in, origin, whose page it is."""

from __future__ import annotations

import re
from urllib.parse import parse_qs

from nicegui import Client
from nicegui.version import __version__ as nicegui_version
from starlette.requests import HTTPConnection
from starlette.responses import PlainTextResponse, RedirectResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from ui.headers import guarded, with_headers
from ui.session import LOGIN, same_origin

_FILES = (f"/_nicegui/{nicegui_version}/", "/static/")
_KEPT = {
    "Cache-Control": "public, max-age=31536000, immutable",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
}
# Where an open page takes files: /_nicegui/client/{client_id}/upload/{element_id}
_OF_A_PAGE = re.compile(r"/_nicegui/client/([^/]+)/")


class Guard:
    """Pure ASGI, inside the parent's session middleware and around the whole portal."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        path = scope["path"].removeprefix(scope.get("root_path", "")) or "/"
        if path.startswith("/_nicegui_ws"):
            await self._socket(scope, receive, send)
        elif path.startswith(_FILES):
            await self._app(scope, receive, with_headers(_KEPT, send))
        elif not _signed_in(scope):
            await RedirectResponse(LOGIN, 303)(scope, receive, guarded(send))
        elif _changes(scope) and not same_origin(HTTPConnection(scope)):
            await PlainTextResponse("Sent from another site.", 403)(scope, receive, send)
        elif (page := _OF_A_PAGE.match(path)) and not _owns(scope, page[1]):
            await PlainTextResponse("Not your page.", 403)(scope, receive, send)
        else:
            await self._app(scope, receive, guarded(send))

    async def _socket(self, scope: Scope, receive: Receive, send: Send) -> None:
        """NiceGUI itself takes a socket from any origin, signed in or not, for any open page."""
        page = parse_qs(scope["query_string"].decode("latin-1")).get("client_id", [""])[0]
        if _signed_in(scope) and same_origin(HTTPConnection(scope)) and _owns(scope, page):
            await self._app(scope, receive, send)
        elif scope["type"] == "websocket":
            await receive()
            await send({"type": "websocket.close", "code": 4403})
        else:
            await PlainTextResponse("Not allowed.", 403)(scope, receive, send)


def _signed_in(scope: Scope) -> bool:
    return bool(scope.get("session", {}).get("session_id"))


def _changes(scope: Scope) -> bool:
    return scope["type"] == "http" and scope["method"] not in ("GET", "HEAD", "OPTIONS")


def _owns(scope: Scope, page: str) -> bool:
    """Whether this open page was built for this very sign-in. One that is gone is nobody's, and harms nobody."""
    client = Client.instances.get(page)
    return client is None or client.request.session.get("session_id") == HTTPConnection(scope).session["session_id"]

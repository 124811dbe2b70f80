"""Which host a request may be for: the one of CARE_PUBLIC_URL, or this very machine.

A name that somebody else points at us, or a forged Host header, is as good as ours nowhere: not in the check of where a
form came from, and not in an address that we answer with.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from api.problems import plain_response
from care.production import is_loopback

# Asked by those who know a process by its own address. What they answer depends on no host.
_OF_ANY_HOST = {"/healthz", "/readyz", "/metrics"}


class KnownHosts:
    """`public_url` is what people type into their browser."""

    def __init__(self, app: ASGIApp, *, public_url: str) -> None:
        self._app = app
        self._ours = _name(urlsplit(public_url).netloc)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket") or scope["path"] in _OF_ANY_HOST or self._known(scope):
            await self._app(scope, receive, send)
        elif scope["type"] == "websocket":
            await receive()
            await send({"type": "websocket.close", "code": 4403})
        else:
            refusal = plain_response(421, "This host is not ours: CARE_PUBLIC_URL names the one that is.")
            await refusal(scope, receive, send)

    def _known(self, scope: Scope) -> bool:
        asked = [_name(host) for host in Headers(scope=scope).getlist("host")]
        return bool(asked) and all(name == self._ours or is_loopback(name) for name in asked)


def _name(host: str) -> str:
    """Without port, in small letters; empty for what is no host."""
    try:
        return urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return ""

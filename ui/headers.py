"""What a page may load and run, told to the browser with each answer (Content Security Policy).

What else every answer says stands in api.middleware.
"""

from __future__ import annotations

import re
import secrets

from starlette.datastructures import MutableHeaders
from starlette.types import Message, Send

# Scripts run from our files, or where this very answer has written them (the nonce): none that a text smuggles in, no
# `onclick`, no `javascript:` address. NiceGUI compiles Vue's templates and its handlers in the browser, which needs
# eval, and therefore no Trusted Types; Vue and Quasar set styles. Nothing comes from elsewhere.
_CSP = (
    "default-src 'self'; script-src 'self' 'nonce-{nonce}' 'unsafe-eval'; script-src-attr 'none'; "
    "style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; media-src 'self' blob:; font-src 'self' data:; "
    "connect-src 'self'; frame-src 'none'; object-src 'none'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'"
)
_SCRIPT = re.compile(rb"<script(?=[\s>])")


def with_headers(extra: dict[str, str], send: Send) -> Send:
    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            _set(message, extra)
        await send(message)

    return sending


def guarded(send: Send) -> Send:
    """For a page: its scripts get the nonce that its policy names. What people wrote is escaped by NiceGUI before."""
    nonce = secrets.token_urlsafe(16)
    headers = {"Content-Security-Policy": _CSP.format(nonce=nonce), "Cache-Control": "no-store"}
    marked = f'<script nonce="{nonce}"'.encode()
    start: Message | None = None
    page = bytearray()

    async def sending(message: Message) -> None:
        nonlocal start
        if message["type"] == "http.response.start":
            _set(message, headers)
            if MutableHeaders(scope=message).get("content-type", "").startswith("text/html"):
                start = message  # its length is known once the page is whole
                return
        elif start is not None:
            page.extend(message.get("body", b""))
            if message.get("more_body"):
                return
            body = _SCRIPT.sub(marked, bytes(page))
            _set(start, {"Content-Length": str(len(body))})
            await send(start)
            message = {"type": "http.response.body", "body": body}
        await send(message)

    return sending


def _set(start: Message, headers: dict[str, str]) -> None:
    told = MutableHeaders(scope=start)
    for name, value in headers.items():
        told[name] = value

"""Holds callers to their rates before anything is done for them, and bounds what one of them has open at once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.pages import page
from api.problems import response_to
from api.rates import Rates, Taken
from api.security import account_of
from care.errors import TooMany
from care.language import language_of, wishes
from care.rules.rates import BY_ADDRESS, Family, counted_address, family_of
from care.settings import Settings

_TRY_AGAIN_LATER = 1013  # a close code of WebSockets
_TOLD = ("retry-after", "ratelimit", "ratelimit-policy")


class Throttle:
    """Pure ASGI, inside the session middleware: who is signed in is counted by account, everybody else by address.

    Requests, streams and sockets of one caller that are open in this process count together.
    """

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self._app = app
        self._settings = settings
        self._open: Counter[str] = Counter()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        family = family_of(scope.get("method", "GET"), scope["path"]) if scope["type"] != "lifespan" else None
        if family is None:
            await self._app(scope, receive, send)
            return
        try:
            client = scope.get("client")  # a server need not know it
            address = counted_address(client[0] if client else "")
            rates: Rates = scope["app"].state.services.rates
            await rates.take(Family.ADDRESS, address)
            account = account_of(HTTPConnection(scope), self._settings)
            who = address if family in BY_ADDRESS else account or address
            taken = await rates.take(family, who)
            with self._opened(account or address):
                if scope["type"] == "websocket":
                    await self._app(scope, _counting(rates, address, receive), send)
                else:
                    await self._app(scope, receive, _telling(taken, send))
        except TooMany as error:
            await _refuse(error, scope, receive, send)

    @contextmanager
    def _opened(self, who: str) -> Iterator[None]:
        if self._open[who] >= self._settings.max_open:
            raise TooMany("Too much of yours is open at once. Please wait until some of it has ended.")
        self._open[who] += 1
        try:
            yield
        finally:
            self._open[who] -= 1
            if not self._open[who]:
                del self._open[who]


def _counting(rates: Rates, address: str, receive: Receive) -> Receive:
    """Each message of a socket counts as a request would; one too many ends the socket."""

    async def received() -> Message:
        message = await receive()
        try:
            await rates.take(Family.ADDRESS, address)
        except TooMany:
            return {"type": "websocket.disconnect", "code": _TRY_AGAIN_LATER}
        return message

    return received


def _telling(taken: Taken, send: Send) -> Send:
    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in taken.headers.items():
                headers.setdefault(name, value)  # a refusal of what is done tells its own
        await send(message)

    return sending


async def _refuse(error: TooMany, scope: Scope, receive: Receive, send: Send) -> None:
    """A problem to programs, a page to people; a socket is closed."""
    if scope["type"] == "websocket":
        await send({"type": "websocket.close", "code": _TRY_AGAIN_LATER})
        return
    answer = response_to(error)
    if scope["path"].startswith(("/ui/", "/skip/")):
        language = language_of(wishes(None, Headers(scope=scope).get("accept-language", "")))
        shown = page(language.text(error.title), language.retold(error.detail), lang=language.code, status=error.status)
        shown.headers.update({name: answer.headers[name] for name in _TOLD if name in answer.headers})
        answer = shown
    await answer(scope, receive, send)

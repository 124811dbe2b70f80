"""Posting to the shop's own systems, and only there: an address is checked again each time, after it is resolved."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Mapping
from ipaddress import ip_address
from typing import Protocol

import httpx

from care.models.dispatch import Attempt
from care.rules.dispatching import GONE
from care.rules.public_addresses import is_public, refusal

SECONDS = 15.0  # from the look-up of the name to the answer's status


class Poster(Protocol):
    async def post(self, url: str, headers: Mapping[str, str], body: bytes) -> Attempt:
        """Never raises for what the other side does: it stands in the answer."""
        ...


class HttpPoster:
    """Keeps no connection, follows no redirect, uses no proxy of the environment, and reads no answer's body."""

    def __init__(self, *, production: bool, seconds: float = SECONDS) -> None:
        self._production = production
        self._seconds = seconds
        self._tls = httpx.create_ssl_context()

    async def post(self, url: str, headers: Mapping[str, str], body: bytes) -> Attempt:
        try:
            async with asyncio.timeout(self._seconds):
                host = await allowed_host(url, production=self._production)
                if host is None:
                    return Attempt(delivered=False, reason="forbidden_address")
                return _meaning(await self._status(httpx.URL(url), host, headers, body))
        except (TimeoutError, httpx.TimeoutException):
            return Attempt(delivered=False, reason="timeout")
        except (httpx.HTTPError, OSError, ValueError):
            return Attempt(delivered=False, reason="unreachable")

    async def _status(self, url: httpx.URL, host: str, headers: Mapping[str, str], body: bytes) -> int:
        """Connects to the address that was checked; the certificate must still be that of the name."""
        named = {**headers, "host": url.netloc.decode("ascii")}
        async with (
            httpx.AsyncClient(
                verify=self._tls, trust_env=False, follow_redirects=False, timeout=self._seconds
            ) as client,
            client.stream(
                "POST",
                url.copy_with(host=host),
                headers=named,
                content=body,
                extensions={"sni_hostname": url.raw_host.decode("ascii")},
            ) as answer,
        ):
            return answer.status_code


async def allowed_host(url: str, *, production: bool) -> str | None:
    """The host to connect to, in production as an address; None if web hooks may not go to any address behind its name.

    Raises OSError or ValueError for a name that cannot be resolved.
    """
    if refusal(url, production=production):
        return None
    try:
        host, port = (parsed := httpx.URL(url)).raw_host.decode("ascii"), parsed.port or 443
    except httpx.InvalidURL:
        return None
    if not production:
        return host
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    addresses = [str(each[4][0]) for each in found]
    if not addresses or not all(is_public(ip_address(address)) for address in addresses):
        return None
    return addresses[0]


def _meaning(status: int) -> Attempt:
    if 200 <= status < 300:
        return Attempt(delivered=True, code=status)
    reason = {GONE: "gone"}.get(status, "redirect" if 300 <= status < 400 else "status")
    return Attempt(delivered=False, code=status, reason=reason, final=status == GONE)

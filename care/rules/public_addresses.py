"""Where web hooks may go: in production to https addresses on the open internet, never into the shop's own network."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from urllib.parse import urlsplit

# IPv6 that carries an IPv4 address along: what it leads to cannot be told from here.
_TUNNELS = tuple(map(ip_network, ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32")))


def refusal(url: str, *, production: bool) -> str | None:
    """What is wrong with `url` as a web hook's address, as far as can be told without resolving it."""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return "is not an address"
    if not host or parts.scheme not in ("http", "https") or any(ord(c) <= 32 or ord(c) == 127 for c in url):
        return "is not an http or https address"
    if parts.username is not None or parts.fragment:
        return "must have no user, password or fragment"
    if not production:
        return None
    if parts.scheme != "https":
        return "must be https in production"
    try:
        literal = ip_address(host)
    except ValueError:
        return "must not be on this machine" if host == "localhost" or host.endswith(".localhost") else None
    return None if is_public(literal) else "must not be in a private network"


def is_public(address: IPv4Address | IPv6Address) -> bool:
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped:
            return is_public(address.ipv4_mapped)
        if any(address in tunnel for tunnel in _TUNNELS):
            return False
    return address.is_global and not address.is_multicast

"""How often somebody may do what: the families of requests, and who is counted."""

from __future__ import annotations

import re
from enum import StrEnum
from ipaddress import IPv6Address, ip_address, ip_network


class Family(StrEnum):
    """What is counted together. The value is the name of the policy in the `RateLimit` headers."""

    SIGN_IN = "sign-in"
    LINKS = "links"
    CHAT = "chat"
    CREATE = "create"
    UPLOAD = "upload"
    UPLOAD_BYTES = "upload-bytes"
    # All that has no family of its own.
    CALLS = "calls"
    # Everything that comes from one address, whoever it is.
    ADDRESS = "address"


# Before anybody is known, and so that one address cannot try many accounts or tokens.
BY_ADDRESS = {Family.SIGN_IN, Family.LINKS}

_UNCOUNTED = re.compile(r"/(healthz|readyz|metrics)|/docs/files/.*|/ui/(static|_nicegui/[0-9][^/]*)/.*")
_FAMILIES = [
    (re.compile(r"/(auth/(token|password)|ui/(sign-in|forgot|reset|oidc))(/.*)?"), Family.SIGN_IN),
    (re.compile(r"/chat/.*"), Family.CHAT),
    (re.compile(r"/evidence"), Family.UPLOAD),
    (
        re.compile(
            r"/(subscription|refund|webhooks|tokens|subscription/(resubscribe|order-now)/.*|refund/evidence/.*)"
        ),
        Family.CREATE,
    ),
    (re.compile(r"/order/(items|payment)/.*"), Family.CREATE),
]


def family_of(method: str, path: str) -> Family | None:
    """The family that a request counts in; None for files of the portal and for what watches over the process."""
    if _UNCOUNTED.fullmatch(path):
        return None
    if path.startswith("/skip/"):
        return Family.LINKS
    if method == "POST":
        return next((family for pattern, family in _FAMILIES if pattern.fullmatch(path)), Family.CALLS)
    return Family.CALLS


def counted_address(host: str) -> str:
    """The address that is counted for a client: of IPv6 its /64, which one household or machine has for itself."""
    try:
        address = ip_address(host)
    except ValueError:
        return "unknown"
    if isinstance(address, IPv6Address):
        return str(address.ipv4_mapped or ip_network((address.packed[:8] + bytes(8), 64)))
    return str(address)


def pause(seconds: int) -> str:
    """The sentence for whoever has to wait so long."""
    if seconds <= 5:
        return "That was too much at once. Please try again in a few seconds."
    if seconds <= 120:
        return f"That was too much at once. Please try again in {seconds} seconds."
    minutes, hours = -(-seconds // 60), -(-seconds // 3600)
    if seconds <= 2 * 3600:
        return f"That was too much at once. Please try again in {minutes} minutes."
    return f"That was too much for one day. Please try again in {hours} hours."

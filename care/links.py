"""Signed links that work without a sign-in: one skips the one delivery that it names, until it is due; another sets a
new password, once. And what tells a browser again in which somebody was signed in before.

A token is a JWT (HS256) with an audience of its own, so that no access token opens a link and no link signs anybody in.
It names a subscription and an occurrence, a request or a hash, and never a person.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt

from care.errors import Gone, NotFound
from care.settings import Settings

_ALGORITHM = "HS256"
_SKIP, _RESET, _DEVICE = "skip", "reset", "device"  # the audiences
DEVICE_KNOWN_FOR = timedelta(days=180)


@dataclass(frozen=True)
class SkipPermit:
    """What a token allows: to skip this occurrence (a local date), and to take that back."""

    subscription_id: str
    key: str


class Links:
    """Makes and reads links. Raises SetupError where the settings hold no signing key."""

    def __init__(self, settings: Settings) -> None:
        self._address = settings.public_url.rstrip("/")
        self._key = settings.signing_key()

    def skip(self, subscription_id: str, key: str, due: datetime) -> str | None:
        """The address that skips the delivery `key` until it is `due`; None for a recurrence faster than daily.

        The same delivery has the same address, however often it is asked for.
        """
        if "T" in key:
            return None
        return f"{self._address}/skip/{self._signed(_SKIP, subscription_id, due, occurrence=key)}"

    def read_skip(self, token: str) -> SkipPermit:
        """Raises Gone once the delivery is due, NotFound for a token that is not one of ours."""
        try:
            claims = self._claims(token, _SKIP, "occurrence")
        except jwt.ExpiredSignatureError:
            raise Gone("This link was good until the delivery was due. It has expired.") from None
        except jwt.PyJWTError:
            raise NotFound("This link is not one of ours, or a part of it is missing.") from None
        return SkipPermit(claims["sub"], claims["occurrence"])

    def reset(self, reset_id: str, expires_at: datetime) -> str:
        """The address of the page that sets a new password. Made when it is sent: it is kept nowhere."""
        return f"{self._address}/ui/reset/{self._signed(_RESET, reset_id, expires_at)}"

    def read_reset(self, token: str) -> str:
        """The request that it answers. Raises Gone for a token that is over or not one of ours."""
        try:
            return str(self._claims(token, _RESET)["sub"])
        except jwt.PyJWTError:
            raise Gone("This link has expired or is not whole. Please ask for a new one.") from None

    def device(self, who: str, now: datetime) -> str:
        """For a browser in which `who`, a hash, has just signed in."""
        return self._signed(_DEVICE, who, now + DEVICE_KNOWN_FOR, jti=secrets.token_urlsafe(12))

    def read_device(self, token: str, who: str) -> str:
        """A name for the browser; empty for one that does not know `who`."""
        try:
            claims = self._claims(token, _DEVICE)
        except jwt.PyJWTError:
            return ""
        return str(claims.get("jti", "")) if claims["sub"] == who else ""

    def _signed(self, audience: str, subject: str, expires_at: datetime, **more: str) -> str:
        claims = {"aud": audience, "sub": subject, "exp": expires_at.astimezone(UTC), **more}
        return jwt.encode(claims, self._key, algorithm=_ALGORITHM)

    def _claims(self, token: str, audience: str, *more: str) -> dict[str, Any]:
        options: Any = {"require": ["aud", "sub", "exp", *more]}
        found: dict[str, Any] = jwt.decode(
            token, self._key, algorithms=[_ALGORITHM], audience=audience, options=options
        )
        return found

    def is_live(self, address: str) -> bool:
        """Whether the link still opens what it was made for."""
        try:
            self.read_skip(address.rpartition("/")[2])
        except (Gone, NotFound):
            return False
        return True

"""Signed links that work without a sign-in: whoever holds one may skip the one delivery that it names, until it is due.

A token is a JWT (HS256) with an audience of its own, so that no access token opens a link and no link signs anybody in.
It names a subscription and an occurrence, and never a person.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

import jwt

from care.errors import Gone, NotFound
from care.settings import Settings

_ALGORITHM = "HS256"
_AUDIENCE = "skip"


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
        claims = {"aud": _AUDIENCE, "sub": subscription_id, "occurrence": key, "exp": due.astimezone(UTC)}
        return f"{self._address}/skip/{jwt.encode(claims, self._key, algorithm=_ALGORITHM)}"

    def read_skip(self, token: str) -> SkipPermit:
        """Raises Gone once the delivery is due, NotFound for a token that is not one of ours."""
        required = ["aud", "sub", "occurrence", "exp"]
        try:
            claims = jwt.decode(
                token, self._key, algorithms=[_ALGORITHM], audience=_AUDIENCE, options={"require": required}
            )
        except jwt.ExpiredSignatureError:
            raise Gone("This link was good until the delivery was due. It has expired.") from None
        except jwt.PyJWTError:
            raise NotFound("This link is not one of ours, or a part of it is missing.") from None
        return SkipPermit(claims["sub"], claims["occurrence"])

    def is_live(self, address: str) -> bool:
        """Whether the link still opens what it was made for."""
        try:
            self.read_skip(address.rpartition("/")[2])
        except (Gone, NotFound):
            return False
        return True

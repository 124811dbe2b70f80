"""Refresh tokens: random, shown once, and known to the store by hashes alone."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass

from care.models.session import Session
from care.stores.sessions import Family


@dataclass(frozen=True)
class RefreshToken:
    """Three parts: which sign-in; a secret of all of its tokens, by which one that was used before is told from one
    that was made up; and the secret of this one."""

    session_id: str
    family: str
    own: str

    @classmethod
    def of(cls, session: Session) -> RefreshToken:
        return cls(session.session_id, secrets.token_urlsafe(24), secrets.token_urlsafe(24))

    @classmethod
    def read(cls, token: str) -> RefreshToken | None:
        """None for what is none."""
        parts = token.split(".")
        return cls(*parts) if len(parts) == 3 and token.isascii() else None

    def renewed(self) -> RefreshToken:
        return RefreshToken(self.session_id, self.family, secrets.token_urlsafe(24))

    @property
    def hashes(self) -> Family:
        """Random as they are, they need no slow hash."""
        return Family(_sha256(self.family), _sha256(self.own))

    def __str__(self) -> str:
        return f"{self.session_id}.{self.family}.{self.own}"


def _sha256(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()

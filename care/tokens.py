"""Tokens of the shop's own systems: made, shown once, and looked up by their hash."""

from __future__ import annotations

import hashlib
import secrets
from datetime import UTC, datetime, timedelta

import structlog

from care.errors import Unauthenticated
from care.models.token import Machine, NewToken, ServiceToken, TokenWish
from care.stores import Stores

# By this, scanners for leaked secrets find one.
PREFIX = "care_"
_BYTES = 32


async def make_token(stores: Stores, wish: TokenWish, *, by: str) -> NewToken:
    """Its secret is in the answer and nowhere else. Raises Conflict if there is or was a token of this name."""
    secret, now = PREFIX + secrets.token_urlsafe(_BYTES), datetime.now(UTC)
    token = ServiceToken(
        name=wish.name,
        scopes=sorted(set(wish.scopes)),
        created_at=now,
        created_by=by,
        expires_at=now + timedelta(days=wish.days),
    )
    await stores.tokens.add(token, _hashed(secret))
    return NewToken(**token.model_dump(), token=secret)


async def bearer_of(stores: Stores, secret: str) -> Machine:
    """Raises Unauthenticated for a token that is unknown, expired or revoked."""
    now = datetime.now(UTC)
    token = await stores.tokens.find(_hashed(secret))
    if token is None or token.revoked_at or token.expires_at <= now:
        raise Unauthenticated("This service token is unknown, has expired or was revoked.")
    if token.used_at is None or token.used_at.date() < now.date():
        await stores.tokens.used(token.name, now)
    structlog.contextvars.bind_contextvars(token=token.name)
    return Machine(email=f"token:{token.name}", scopes=frozenset(token.scopes))


def _hashed(secret: str) -> str:
    """Plain SHA-256: nobody guesses 256 random bits, so nothing has to make guessing slow."""
    return hashlib.sha256(secret.encode()).hexdigest()

"""Who asks: access tokens (JWT, HS256) for programs, the signed session cookie for the portal's pages."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import jwt
from fastapi import Request
from pydantic import ValidationError

from care.errors import Unauthenticated
from care.models.customer import Principal
from care.settings import Settings
from care.tokens import PREFIX

_ALGORITHM = "HS256"
_ISSUER = "care"
_CARRIED = ("role", "customer_id", "generation")
_SAFE_METHODS = {"GET", "HEAD"}


def issue_token(settings: Settings, principal: Principal) -> str:
    """A signed token that says who its bearer is for `settings.token_seconds`."""
    issued = datetime.now(UTC)
    claims = {
        "iss": _ISSUER,
        "sub": principal.email,
        "role": principal.role.value,
        "customer_id": principal.customer_id,
        "generation": principal.generation,
        "iat": issued,
        "exp": issued + timedelta(seconds=settings.token_seconds),
    }
    return jwt.encode(claims, settings.signing_key(), algorithm=_ALGORITHM)


def read_token(settings: Settings, token: str) -> Principal:
    """Raises Unauthenticated for a token that is expired, forged or not one of ours."""
    try:
        claims = jwt.decode(
            token,
            settings.signing_key(),
            algorithms=[_ALGORITHM],
            issuer=_ISSUER,
            options={"require": ["exp", "iat", "iss", "sub"]},
        )
        return Principal(email=claims["sub"], **{name: claims[name] for name in _CARRIED})
    except (jwt.PyJWTError, ValidationError, KeyError):
        raise Unauthenticated("Your sign-in has expired or is not valid. Please sign in again.") from None


def principal_of(request: Request, settings: Settings) -> Principal:
    """The bearer of the request's token, else of its session. Raises Unauthenticated.

    The session counts for reading only: a cookie travels with requests that other sites make, a token does not.
    """
    header = request.headers.get("authorization")
    if header is not None:
        scheme, _, token = header.partition(" ")
        if scheme.lower() != "bearer":
            raise Unauthenticated("Send `Authorization: Bearer` with a token from POST /auth/token.")
        return read_token(settings, token.strip())
    session = session_principal(request) if request.method in _SAFE_METHODS else None
    if session is None:
        raise Unauthenticated("Sign in first: POST /auth/token gives a token.")
    return session


def service_token(request: Request) -> str | None:
    """What the request says is a token of one of the shop's own systems."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" and token.strip().startswith(PREFIX) else None


def session_principal(request: Request) -> Principal | None:
    """Whoever signed in to the portal in this browser (ui.session writes it)."""
    session = request.session
    try:
        return Principal(email=session["email"], **{name: session[name] for name in _CARRIED})
    except (KeyError, ValidationError):
        return None

"""Who asks: access tokens (JWT, HS256) for programs, the signed session cookie for the portal's pages."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import jwt
from fastapi import Request
from pydantic import ValidationError
from starlette.requests import HTTPConnection

from care.errors import Unauthenticated
from care.models.customer import Principal
from care.settings import Settings
from care.tokens import PREFIX

_ALGORITHM = "HS256"
_ISSUER = "care"
_CARRIED = ("role", "customer_id", "session_id")
_SAFE_METHODS = {"GET", "HEAD"}
# What a page of the Temporal Web UI calls, and no other page: it is no GET, and yet changes nothing.
CODEC = "/codec/"
_CODEC_CALLS = {f"{CODEC}decode", f"{CODEC}encode"}


def issue_token(settings: Settings, principal: Principal) -> str:
    """A signed token that says who its bearer is for `settings.token_seconds`, while their sign-in lasts."""
    issued = datetime.now(UTC)
    claims = {
        "iss": _ISSUER,
        "sub": principal.email,
        "role": principal.role.value,
        "customer_id": principal.customer_id,
        "session_id": principal.session_id,
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
            # Of another web process, whose clock is ahead, it may come from the future.
            options={"require": ["exp", "iat", "iss", "sub"], "verify_iat": False},
        )
        return Principal(email=claims["sub"], **{name: claims[name] for name in _CARRIED})
    except (jwt.PyJWTError, ValidationError, KeyError):
        raise Unauthenticated("Your sign-in has expired or is not valid. Please sign in again.") from None


def principal_of(request: Request, settings: Settings) -> Principal:
    """The bearer of the request's token, else of its session. Raises Unauthenticated.

    The session counts for reading only: a cookie travels with requests that other sites make, a token does not. The
    Temporal Web UI reads by POST; there it counts from that origin's pages alone.
    """
    if "authorization" in request.headers:
        token = _bearer_token(request)
        if token is None:
            raise Unauthenticated("Send `Authorization: Bearer` with a token from POST /auth/token.")
        return read_token(settings, token)
    reads = request.method in _SAFE_METHODS or _is_from_temporal_ui(request, settings)
    session = session_principal(request) if reads else None
    if session is None:
        raise Unauthenticated("Sign in first: POST /auth/token gives a token.")
    return session


def temporal_ui_origin(settings: Settings) -> str:
    """As browsers name it in the header `Origin`; empty where there is no Temporal Web UI."""
    url = urlsplit(settings.temporal_ui_url)
    default = {"http": 80, "https": 443}.get(url.scheme)
    port = "" if url.port in (None, default) else f":{url.port}"
    return f"{url.scheme}://{url.hostname}{port}" if url.hostname else ""


def _is_from_temporal_ui(request: Request, settings: Settings) -> bool:
    origin = temporal_ui_origin(settings)
    return request.url.path in _CODEC_CALLS and bool(origin) and request.headers.get("origin") == origin


def service_token(request: HTTPConnection) -> str | None:
    """What the request says is a token of one of the shop's own systems."""
    token = _bearer_token(request)
    return token if token and token.startswith(PREFIX) else None


def _bearer_token(asked: HTTPConnection) -> str | None:
    scheme, _, token = asked.headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else None


def same_origin(asked: HTTPConnection) -> bool:
    """False when a page of another site has sent it. A client that names neither site nor origin is no browser, and
    passes."""
    site, origin = asked.headers.get("sec-fetch-site"), asked.headers.get("origin")
    if site not in (None, "same-origin", "none"):
        return False
    return origin is None or urlsplit(origin).netloc == asked.headers.get("host")


def account_of(asked: HTTPConnection, settings: Settings) -> str | None:
    """Whose token or session it is, as it says itself: to count by, not to let anybody in.

    A service token is not looked up for this. Who makes up new ones is held by the limit of their address.
    """
    if secret := service_token(asked):
        return f"token {secret}"
    if token := _bearer_token(asked):
        with suppress(Unauthenticated):
            return read_token(settings, token).email
    # Without a cookie the session is not even looked at: an answer does not depend on it then, nor says so in `Vary`.
    principal = session_principal(asked) if asked.cookies else None
    return principal.email if principal else None


def session_principal(request: HTTPConnection) -> Principal | None:
    """Whoever signed in to the portal in this browser (ui.session writes it)."""
    session = request.session
    try:
        return Principal(email=session["email"], **{name: session[name] for name in _CARRIED})
    except (KeyError, ValidationError):
        return None

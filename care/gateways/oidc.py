"""Signing in through another provider: OpenID Connect with discovery, code flow, PKCE (S256), state and nonce.

What the provider publishes is asked for anew each time: its keys change, and sign-ins are few.
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import httpx2  # what Authlib asks with
from authlib.integrations.base_client import OAuthError
from authlib.integrations.httpx_client import AsyncOAuth2Client
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from joserfc.jws import JWSRegistry

from care.errors import SetupError, Unauthenticated, Unavailable
from care.models.sign_in import Attempt
from care.settings import Settings

CALLBACK = "/ui/oidc/callback"
_SECONDS = 5.0
_PATIENCE = timedelta(minutes=10)  # for signing in over there
_LEEWAY = 60  # seconds that their clock may differ from ours
# Signatures by a private key alone: "none" proves nothing, and an HMAC could be made with the provider's public key.
_ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512"]
_NEEDED = ("issuer", "authorization_endpoint", "token_endpoint", "jwks_uri")


class Provider:
    """`name` is what people call it."""

    def __init__(self, settings: Settings) -> None:
        """Raises SetupError if a part is missing."""
        secret = settings.oidc_client_secret
        if not (settings.oidc_client_id and secret and secret.get_secret_value()):
            raise SetupError("Set CARE_OIDC_CLIENT_ID and CARE_OIDC_CLIENT_SECRET too, or leave out CARE_OIDC_ISSUER.")
        self.name = settings.oidc_name
        self._issuer = settings.oidc_issuer.rstrip("/")
        self._client_id, self._secret = settings.oidc_client_id, secret.get_secret_value()
        self._callback = settings.public_url.rstrip("/") + CALLBACK

    async def begin(self, now: datetime) -> tuple[str, Attempt]:
        """Where to send the browser, and what to keep meanwhile. Raises Unavailable."""
        attempt = Attempt(
            state=secrets.token_urlsafe(32),
            nonce=secrets.token_urlsafe(32),
            verifier=secrets.token_urlsafe(48),
            ends=now + _PATIENCE,
        )
        async with self._asked() as (client, published):
            address, _ = client.create_authorization_url(
                published["authorization_endpoint"],
                state=attempt.state,
                code_verifier=attempt.verifier,
                nonce=attempt.nonce,
            )
        return address, attempt

    async def finish(self, attempt: Attempt, answer: Mapping[str, str], now: datetime) -> str | None:
        """The e-mail address that the provider vouches for, None if it vouches for none.

        `answer` is the query of the callback. Raises Unauthenticated for an answer or a token that is not good, and
        Unavailable.
        """
        if now >= attempt.ends or not hmac.compare_digest(answer.get("state", "").encode(), attempt.state.encode()):
            raise _refused()
        if "error" in answer or not answer.get("code"):
            raise _refused()
        async with self._asked() as (client, published):
            if answer.get("iss", published["issuer"]) != published["issuer"]:  # RFC 9207: another provider's answer
                raise _refused()
            try:
                token = await client.fetch_token(
                    published["token_endpoint"],
                    grant_type="authorization_code",
                    code=answer["code"],
                    code_verifier=attempt.verifier,
                )
                keys = await _keys(client, published)
                claims = self._read(str(token.get("id_token", "")), keys, published["issuer"], attempt, token)
            except (OAuthError, JoseError):
                raise _refused() from None
        return vouched_for(claims)

    async def check(self) -> str | None:
        """None if the provider answers with all that is needed, else what is wrong, in a word."""
        try:
            async with self._asked() as (client, published):
                await _keys(client, published)
        except (Unavailable, JoseError):
            return "cannot be reached, or answers with something else"
        return None

    @asynccontextmanager
    async def _asked(self) -> AsyncIterator[tuple[Any, dict[str, Any]]]:
        """A client, and what the provider publishes of itself. Raises Unavailable, also for what is asked inside."""
        try:
            async with AsyncOAuth2Client(
                self._client_id,
                self._secret,
                scope="openid email",
                redirect_uri=self._callback,
                code_challenge_method="S256",
                timeout=_SECONDS,
            ) as client:
                published = await _json(client, f"{self._issuer}/.well-known/openid-configuration")
                self._check_published(published)
                if "client_secret_basic" not in published.get("token_endpoint_auth_methods_supported", _BASIC):
                    client.token_endpoint_auth_method = "client_secret_post"  # noqa: S105  a scheme, not a secret
                yield client, published
        except (httpx2.HTTPError, ValueError) as error:
            raise Unavailable("The other sign-in cannot be reached just now.") from error

    def _check_published(self, published: Mapping[str, Any]) -> None:
        """Raises ValueError."""
        if any(not isinstance(published.get(name), str) for name in _NEEDED):
            raise ValueError("a part is missing")
        if published["issuer"].rstrip("/") != self._issuer:
            raise ValueError("another issuer")
        if any(urlsplit(published[name]).scheme != urlsplit(self._issuer).scheme for name in _NEEDED):
            raise ValueError("an address without TLS")

    def _read(
        self, id_token: str, keys: KeySet, issuer: str, attempt: Attempt, token: Mapping[str, Any]
    ) -> dict[str, Any]:
        """The claims of a token that the provider has signed, for us, for this attempt, lately. Raises JoseError."""
        registry = JWSRegistry(algorithms=_ALGORITHMS, strict_check_header=False)
        signed = jwt.decode(id_token, keys, algorithms=_ALGORITHMS, registry=registry)
        wanted = {
            "iss": {"essential": True, "value": issuer},
            "aud": {"essential": True, "value": self._client_id},
            "nonce": {"essential": True, "value": attempt.nonce},
        }
        about = {"client_id": self._client_id, "nonce": attempt.nonce, "access_token": token.get("access_token")}
        claims = CodeIDToken(signed.claims, signed.header, wanted, about)
        claims.validate(leeway=_LEEWAY)
        return dict(claims)


_BASIC = ("client_secret_basic",)  # what a provider takes that does not say


def vouched_for(claims: Mapping[str, Any]) -> str | None:
    """The address in the claims of a token, if the provider says that it has verified it."""
    email = claims.get("email")
    return email if isinstance(email, str) and email and claims.get("email_verified") is True else None


async def _keys(client: Any, published: Mapping[str, Any]) -> KeySet:
    """Those that can have signed. Raises httpx2.HTTPError, ValueError, JoseError."""
    keys = (await _json(client, published["jwks_uri"])).get("keys")
    if not isinstance(keys, list) or not all(isinstance(key, dict) for key in keys):
        raise ValueError("no keys")
    return KeySet.import_key_set({"keys": [key for key in keys if key.get("kty") in ("RSA", "EC")]})


async def _json(client: Any, address: str) -> dict[str, Any]:
    """Raises httpx2.HTTPError, ValueError."""
    answer = await client.request("GET", address, withhold_token=True)
    answer.raise_for_status()
    found = answer.json()
    if not isinstance(found, dict):
        raise ValueError("no object")  # noqa: TRY004  what the caller takes for nonsense
    return found


def _refused() -> Unauthenticated:
    return Unauthenticated("The other sign-in was not completed.")

"""A sign-in through another provider, while the browser is there."""

from __future__ import annotations

from care.models.common import Model, Utc


class Attempt(Model):
    """What the browser's session keeps: `state` ties the answer to this browser, `nonce` the provider's token to this
    attempt, and `verifier` proves at the provider that the code was asked for here (PKCE)."""

    state: str
    nonce: str
    verifier: str
    ends: Utc

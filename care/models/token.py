"""Tokens of the shop's own systems: what a scope lets them do, and who their bearer is."""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias, get_args

from pydantic import Field

from care.models.common import Body, Model, Utc
from care.models.customer import Principal, Role

# There is none for what only people do: rulings and their queue's claims, accounts, policy, web hooks, tokens.
Scope: TypeAlias = Literal[
    "catalogue:read",
    "customers:read",
    "customers:write",
    "orders:read",
    "orders:write",
    "subscriptions:read",
    "subscriptions:write",
    "refunds:read",
    "refunds:write",
    "evidence:read",
    "evidence:write",
    "notifications:read",
    "notifications:write",
    "analytics:read",
    "chat",
]
SCOPES: tuple[Scope, ...] = get_args(Scope)
TokenName = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,39}$", description="Like warehouse or web-shop-2.")]


class TokenWish(Body):
    """Body of `POST /tokens`."""

    name: TokenName
    scopes: list[Scope] = Field(min_length=1, max_length=len(SCOPES))
    days: int = Field(default=365, ge=1, le=3650, description="How long it is good for.")


class ServiceToken(Model):
    """A token as it is kept: the secret itself is not. `used_at` is when it was used first on the last such UTC day."""

    name: TokenName
    scopes: list[Scope]
    created_at: Utc
    created_by: str
    expires_at: Utc
    used_at: Utc | None = None
    revoked_at: Utc | None = None


class NewToken(ServiceToken):
    """With the secret, which is shown this once."""

    token: str


class Machine(Principal):
    """The bearer of a service token: sees any customer as the staff do, and calls what its scopes name, nothing else.

    `email` is "token:NAME", which no account can have: idempotency keys, limits and logs know the token by it.
    """

    role: Literal[Role.AGENT] = Role.AGENT
    scopes: frozenset[Scope]

"""Signing in."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Form

from api.deps import PUBLIC, Serving
from api.problems import problem_responses
from api.security import issue_token
from care.models.common import Model

router = APIRouter(tags=["sign in"], responses=problem_responses(400, 401, 405, 413, 422, 503))


class Token(Model):
    """`expires_in` in seconds."""

    access_token: str
    token_type: Literal["bearer"] = "bearer"  # noqa: S105  a scheme, not a secret
    expires_in: int


@router.post("/auth/token", dependencies=[PUBLIC])
async def token(
    serving: Serving,
    username: Annotated[str, Form(max_length=254)],
    password: Annotated[str, Form(max_length=1024)],
    grant_type: Annotated[Literal["password"] | None, Form()] = None,
) -> Token:
    """A token for an e-mail address and a password (OAuth2 password form)."""
    principal = await serving.sign_in(username, password)
    return Token(access_token=issue_token(serving.settings, principal), expires_in=serving.settings.token_seconds)

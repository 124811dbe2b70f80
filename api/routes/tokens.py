"""Service tokens: what the shop's own systems sign in with. For administrators."""

from __future__ import annotations

from fastapi import APIRouter

from api.deps import PAGE, Cursor, Limit, Serving, Viewer, admins
from api.problems import ERRORS
from care.models.common import Page
from care.models.token import NewToken, ServiceToken, TokenWish
from care.tokens import make_token

# Not a RepeatableRoute: answers kept for a replay would keep the secret, too. The name makes the call safe to repeat.
router = APIRouter(prefix="/tokens", tags=["service tokens"], responses=ERRORS)


@router.post("", status_code=201, dependencies=[admins()])
async def make(body: TokenWish, viewer: Viewer, serving: Serving) -> NewToken:
    """A token that lets a program do what its scopes name, for any customer. It is shown only here."""
    return await make_token(serving.stores, body, by=viewer.email)


@router.get("", dependencies=[admins()])
async def tokens(serving: Serving, limit: Limit = PAGE, cursor: Cursor = None) -> Page[ServiceToken]:
    """Newest first, with those that were revoked or have expired."""
    return await serving.stores.tokens.page(limit=limit, cursor=cursor)


@router.delete("/{name}", status_code=204, dependencies=[admins()])
async def revoke(name: str, viewer: Viewer, serving: Serving) -> None:
    """It opens nothing from now on. It stays in the list, and its name is not given again."""
    await serving.stores.tokens.revoke(name, by=viewer.email)

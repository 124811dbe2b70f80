"""Signing in and staying so, one's own password, and where one is signed in."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Form, Request, Response
from pydantic import Field

from api.deps import PAGE, PUBLIC, Cursor, Limit, Services, Serving, Viewer, signed_in
from api.problems import ERRORS, problem_responses
from api.security import issue_token, read_token
from care.errors import Invalid, Unauthenticated
from care.language import language_of, wishes
from care.models.common import Body, Model, Page, Utc
from care.models.customer import Email
from care.models.session import Door
from care.rules.accounts import LONGEST_PASSWORD
from care.rules.devices import device_of
from care.signing_in import SignedIn

router = APIRouter(tags=["sign in"], responses=problem_responses(400, 401, 405, 413, 422, 429, 503))
_SIGNED_IN = ERRORS | problem_responses(429)
Secret = Annotated[str, Form(max_length=1024)]
Typed = Annotated[str, Field(max_length=LONGEST_PASSWORD)]


class Token(Model):
    """`expires_in` and `refresh_expires_in` in seconds."""

    access_token: str
    token_type: Literal["bearer"] = "bearer"  # noqa: S105  a scheme, not a secret
    expires_in: int
    refresh_token: str
    refresh_expires_in: int


class ChangePassword(Body):
    current: Typed
    new: Typed


class ForgottenPassword(Body):
    email: Email


class ResetPassword(Body):
    """`token` is what the address in the mail ends with."""

    token: str = Field(max_length=1024)
    password: Typed


class SessionView(Model):
    """`current` is the one that asks; `used_at` is right to five minutes."""

    session_id: str
    door: Door
    device: str
    created_at: Utc
    used_at: Utc
    expires_at: Utc
    current: bool


@router.post("/auth/token", dependencies=[PUBLIC])
async def token(
    request: Request,
    serving: Serving,
    username: Annotated[str, Form(max_length=254)] = "",
    password: Secret = "",
    refresh_token: Secret = "",
    grant_type: Annotated[Literal["password", "refresh_token"], Form()] = "password",
) -> Token:
    """A token for an e-mail address and a password (OAuth2 password form), or for a refresh token."""
    if grant_type == "refresh_token":
        return await refresh(serving, refresh_token)
    if missing := [name for name, sent in (("username", username), ("password", password)) if not sent]:
        raise Invalid("Some of the input cannot be used; see `errors`.", fields=dict.fromkeys(missing, "is needed"))
    device = device_of(request.headers.get("user-agent", ""))
    return _token(serving, await serving.signing_in.with_password(username, password, Door.API, device))


@router.post("/auth/refresh", dependencies=[PUBLIC])
async def refresh(
    serving: Serving,
    refresh_token: Secret,
    grant_type: Annotated[Literal["refresh_token"], Form()] = "refresh_token",
) -> Token:
    """New tokens for a refresh token, which counts once: sent again, it ends the sign-in that it came from."""
    return _token(serving, await serving.signing_in.refresh(refresh_token))


@router.post("/auth/revoke", dependencies=[PUBLIC], response_class=Response)
async def revoke(serving: Serving, token: Annotated[str, Form(max_length=4096)]) -> Response:
    """Ends the sign-in of a refresh or access token (RFC 7009). One that is worth nothing is answered alike."""
    try:
        principal = read_token(serving.settings, token)
    except Unauthenticated:
        await serving.signing_in.revoke(token)
    else:
        await serving.signing_in.sign_out(principal)
    return Response()


@router.post("/auth/password", dependencies=[signed_in()], status_code=204, responses=_SIGNED_IN)
async def change_password(body: ChangePassword, viewer: Viewer, serving: Serving) -> None:
    """Changes one's own password. Whoever else is signed in to the account no longer is."""
    await serving.own_password.change(viewer, body.current, body.new)


@router.post(
    "/auth/password/forgot",
    dependencies=[PUBLIC],
    status_code=202,
    response_class=Response,
    responses=problem_responses(409),
)
async def forgot_password(request: Request, body: ForgottenPassword, serving: Serving) -> Response:
    """Sends a mail with a link that sets a new password, if this is the address of an account."""
    language = language_of(wishes(None, request.headers.get("accept-language", "")))
    await serving.own_password.ask(body.email, language.code)
    return Response(status_code=202)


@router.post("/auth/password/reset", dependencies=[PUBLIC], status_code=204, responses=problem_responses(409, 410))
async def reset_password(body: ResetPassword, serving: Serving) -> None:
    """Sets a new password by the token from the mail, and ends all sign-ins of the account."""
    await serving.own_password.reset(body.token, body.password)


@router.get("/auth/sessions", dependencies=[signed_in()], responses=_SIGNED_IN)
async def sessions(viewer: Viewer, serving: Serving, limit: Limit = PAGE, cursor: Cursor = None) -> Page[SessionView]:
    """Where one's account is signed in, newest first."""
    page = await serving.stores.sessions.page(viewer.email, limit=limit, cursor=cursor)
    views = [SessionView(**each.model_dump(), current=each.session_id == viewer.session_id) for each in page.items]
    return Page(items=views, next=page.next)


@router.post("/auth/sessions/end/{session_id}", dependencies=[signed_in()], status_code=204, responses=_SIGNED_IN)
async def end_session(session_id: str, viewer: Viewer, serving: Serving) -> None:
    """Signs out there. `others` ends all but the one that asks."""
    if session_id == "others":
        await serving.signing_in.end_others(viewer)
    else:
        await serving.signing_in.end(viewer, session_id)


def _token(serving: Services, who: SignedIn) -> Token:
    return Token(
        access_token=issue_token(serving.settings, who.principal),
        expires_in=serving.settings.token_seconds,
        refresh_token=who.refresh_token,
        refresh_expires_in=who.seconds_left,
    )

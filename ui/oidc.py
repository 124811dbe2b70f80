"""Signing in through another provider: there, and back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response
from pydantic import ValidationError

from api.deps import LOST, PUBLIC, Services
from api.security import same_origin
from care.errors import Forbidden, Unauthenticated, Unavailable
from care.models.sign_in import Attempt
from care.rules.devices import device_of
from ui.session import LOGIN, begin_session

_ATTEMPT = "oidc"  # its place in the browser's session


def router(services: Callable[[], Services]) -> APIRouter:
    """Without a provider in the settings, both lead to the sign-in page."""
    routes = APIRouter(prefix="/ui/oidc", include_in_schema=False)

    @routes.get("/start", dependencies=[PUBLIC])
    async def start(request: Request) -> Response:
        if (provider := services().provider) is None or not same_origin(request):
            return RedirectResponse(f"{LOGIN}?why=elsewhere", 303)
        try:
            address, attempt = await provider.begin(datetime.now(UTC))
        except Unavailable:
            return _back("provider-away")
        request.session[_ATTEMPT] = attempt.model_dump(mode="json")
        return RedirectResponse(address, 303)

    @routes.get("/callback", dependencies=[PUBLIC])
    async def callback(request: Request) -> Response:
        """The session's attempt is good for one answer."""
        agent = request.headers.get("user-agent", "")
        try:
            attempt = Attempt.model_validate(request.session.pop(_ATTEMPT, None))
            principal = await services().sign_in_through(attempt, dict(request.query_params), device_of(agent))
        except (ValidationError, Unauthenticated):
            return _back("provider-refused")
        except Forbidden:
            return _back("no-account")
        except Unavailable:
            return _back("provider-away")
        except LOST:
            return _back("away")
        begin_session(request, principal)
        return RedirectResponse("/ui/", 303)

    return routes


def _back(why: str) -> Response:
    return RedirectResponse(f"{LOGIN}?why={why}", 303)

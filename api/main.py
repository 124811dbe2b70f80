"""The composition root of the web process: API and portal in one application."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.metadata import version
from urllib.parse import urlsplit

from fastapi import Depends, FastAPI
from starlette.middleware.sessions import SessionMiddleware

from api import docs, openapi, problems
from api.deps import ruled
from api.limits import BodyLimit
from api.metrics import Measured, WebMetrics
from api.middleware import LastResort, RequestId, SafeHeaders
from api.routes import ROUTERS
from api.ruled import check_rules
from api.services import Services
from care.gateways import payments_for
from care.gateways.carriers import RecordedCarrier
from care.policy import load_policy
from care.settings import Settings
from care.stores import open_stores
from care.temporal import connect
from ui.frame import mount
from workflows.client import CareClient

_SESSION_SECONDS = 8 * 3600


def create_app(settings: Settings) -> FastAPI:
    """The application; its lifespan opens the stores. Raises SetupError for settings or a policy that cannot work, or
    for a route without a rule."""
    policy = load_policy(settings.policy_file)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with (
            open_stores(settings.mongodb_uri, settings.mongodb_database) as stores,
            payments_for(settings, stores) as payments,
        ):
            # Lazy: the pages come up while Temporal restarts.
            temporal = await connect(settings, lazy=True)
            client = CareClient(
                temporal,
                stores,
                policy,
                payments,
                task_queue=settings.task_queue,
                allow_subdaily=settings.allow_subdaily,
                temporal_ui_url=settings.temporal_ui_url,
            )
            app.state.services = Services(settings, stores, client, payments, RecordedCarrier(stores))
            yield

    app = FastAPI(
        title="CARE", version=version("care"), lifespan=lifespan, openapi_url=None, dependencies=[Depends(ruled)]
    )
    app.state.metrics = WebMetrics()
    problems.install(app)
    for router in ROUTERS:
        app.include_router(router)
    docs.install(app)
    openapi.install(app)
    _surround(app, settings)
    mount(app, settings, lambda: app.state.services)
    check_rules(app)
    return app


def _surround(app: FastAPI, settings: Settings) -> None:
    """Middleware, innermost first: the last one added sees a request first."""
    https = urlsplit(settings.public_url).scheme == "https"
    app.add_middleware(
        SessionMiddleware,
        secret_key=settings.signing_key(),
        # The prefix makes browsers refuse one that another host of the domain, or a page without TLS, has planted.
        session_cookie="__Host-care_session" if https else "care_session",
        max_age=_SESSION_SECONDS,
        same_site="lax",
        https_only=https,
    )
    app.add_middleware(LastResort)
    app.add_middleware(BodyLimit, evidence_bytes=settings.evidence_max_bytes)
    app.add_middleware(Measured, metrics=app.state.metrics)
    app.add_middleware(SafeHeaders, https=https)
    app.add_middleware(RequestId)

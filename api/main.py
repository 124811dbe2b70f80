"""The composition root of the web process: API and portal in one application."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.metadata import version

from fastapi import Depends, FastAPI
from starlette.middleware.sessions import SessionMiddleware

from api import docs, openapi, problems
from api.deps import ruled
from api.hosts import KnownHosts
from api.limits import BodyLimit, BulkLimit, HeadLimit
from api.metrics import Measured, WebMetrics
from api.middleware import Cookieless, LastResort, RequestId, SafeHeaders, TemporalUi
from api.rates import Rates
from api.routes import ROUTERS
from api.ruled import check_rules
from api.security import temporal_ui_origin
from api.services import Services
from api.throttle import Throttle
from care.file_links import PATH
from care.gateways import payments_for, provider_for
from care.gateways.carriers import RecordedCarrier
from care.links import Links
from care.models.session import Door
from care.own_password import OwnPassword
from care.policy import load_policy
from care.recording import Recording
from care.rules.sessions import LIVES
from care.settings import Settings
from care.signing_in import SigningIn
from care.stores import open_stores
from care.temporal import connect, tls_of
from ui.frame import mount
from workflows.client import CareClient

_SESSION_SECONDS = int(LIVES[Door.PORTAL].idle.total_seconds())


def create_app(settings: Settings) -> FastAPI:
    """The application; its lifespan opens the stores. Raises SetupError for settings or a policy that cannot work, or
    for a route without a rule."""
    policy = load_policy(settings.policy_file)
    provider = provider_for(settings)
    tls_of(settings)  # a certificate that cannot be read is said now, and not when the first workflow is asked for

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with (
            open_stores(settings.mongodb_uri, settings.mongodb_database) as stores,
            payments_for(settings, stores) as payments,
        ):
            # Lazy: the pages come up while Temporal restarts.
            temporal = await connect(settings, stores, lazy=True)
            client = CareClient(
                temporal,
                stores,
                policy,
                payments,
                task_queue=settings.task_queue,
                allow_subdaily=settings.allow_subdaily,
                temporal_ui_url=settings.temporal_ui_url,
            )
            recording = Recording(stores.audit)
            production = settings.env == "production"
            signing_in = SigningIn(stores, settings.signing_key(), recording, production=production)
            own_password = OwnPassword(
                stores, Links(settings), signing_in, recording, sends_mail=bool(settings.smtp_host)
            )
            rates = Rates(stores.rates, settings)
            carrier = RecordedCarrier(stores)
            app.state.services = Services(
                settings, stores, client, payments, carrier, rates, signing_in, own_password, provider
            )
            yield
            await recording.settle()

    app = FastAPI(
        title="CARE",
        version=version("care"),
        lifespan=lifespan,
        openapi_url=None,
        dependencies=[Depends(ruled)],
        redirect_slashes=False,  # Starlette would write the host that was asked for into the answer
    )
    app.state.metrics = WebMetrics()
    app.state.draining = False  # True once the process was told to stop
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
    app.add_middleware(BulkLimit)
    app.add_middleware(Throttle, settings=settings)
    app.add_middleware(
        SessionMiddleware,
        secret_key=settings.signing_key(),
        # The prefix makes browsers refuse one that another host of the domain, or a page without TLS, has planted.
        session_cookie="__Host-care_session" if settings.https else "care_session",
        max_age=_SESSION_SECONDS,
        same_site="lax",
        https_only=settings.https,
    )
    app.add_middleware(Cookieless, below=("/skip/", PATH))
    app.add_middleware(LastResort)
    app.add_middleware(BodyLimit, evidence_bytes=settings.evidence_max_bytes)
    app.add_middleware(KnownHosts, public_url=settings.public_url)
    app.add_middleware(HeadLimit)
    app.add_middleware(Measured, metrics=app.state.metrics)
    if origin := temporal_ui_origin(settings):
        app.add_middleware(TemporalUi, origin=origin)
    app.add_middleware(SafeHeaders, https=settings.https)
    app.add_middleware(RequestId)

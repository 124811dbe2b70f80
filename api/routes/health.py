"""For whoever runs this: alive, ready, measured. Public, and without any customer's data."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime
from typing import Literal

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from api.deps import LOST, PUBLIC, Serving
from api.metrics import WebMetrics
from api.problems import problem_responses
from care.errors import Unavailable
from care.models.common import Model

router = APIRouter(tags=["operation"])


class Health(Model):
    status: Literal["ok"] = "ok"


@router.get("/healthz", dependencies=[PUBLIC])
async def healthz() -> Health:
    """This process answers."""
    return Health()


@router.get("/readyz", dependencies=[PUBLIC], responses=problem_responses(422, 503))
async def readyz(request: Request, serving: Serving, only: Literal["web"] | None = None) -> Health:
    """MongoDB, Temporal and a worker can be reached, and this process was not told to stop; the problem says what.

    With `only=web`, just the last of these: for a proxy, which would have nobody left to ask if a database that is away
    for all took every process out.
    """
    if request.app.state.draining:
        raise Unavailable("This web process is about to stop: ask another one.")
    if only is None:
        await serving.ready()
    return Health()


@router.get(
    "/metrics",
    dependencies=[PUBLIC],
    response_class=Response,
    responses={200: {"content": {"text/plain": {}}, "description": "Prometheus text."}},
)
async def metrics(request: Request, serving: Serving) -> Response:
    """For Prometheus. Without the database, the figures of models are the last ones known, and there are none of how
    the shop stands."""
    measured: WebMetrics = request.app.state.metrics
    await measured.watch.look(serving)
    if measured.watch.sees_the_database:  # else each would wait for it
        with suppress(*LOST):
            measured.show(await serving.stores.meters.totals(1), datetime.now(UTC))
    return Response(generate_latest(measured.registry), media_type=CONTENT_TYPE_LATEST)


@router.get("/", dependencies=[PUBLIC], include_in_schema=False)
@router.get("/ui", dependencies=[PUBLIC], include_in_schema=False)
async def home() -> RedirectResponse:
    return RedirectResponse("/ui/")

"""The real application on the real servers, with a real worker, shared by all tests of the API."""

from __future__ import annotations

import asyncio
import base64
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from temporalio.client import Client

import worker
from api.main import create_app
from care.embedded import free_port
from care.models.customer import Role
from care.settings import Settings
from care.temporal import connect
from tests.api.shop import Shop, Someone
from tests.conftest import TEST_KEY


@pytest.fixture(scope="session")
def settings(mongodb_uri: str, temporal_server: str) -> Settings:
    name = uuid.uuid4().hex[:12]
    return Settings(
        _env_file=None,
        mongodb_uri=mongodb_uri,
        mongodb_database=f"test_api_{name}",
        temporal_address=temporal_server,
        public_url="http://care.test",
        temporal_ui_url="http://temporal.test",
        task_queue=f"care-api-{name}",
        secret_key="a secret that only this test run has had",
        encryption_key=base64.b64encode(TEST_KEY).decode(),
        groq_api_key=None,
        gemini_api_key=None,
        evidence_max_bytes=200_000,
        token_seconds=3600,  # colleagues work through the whole run
        allow_subdaily=True,
        metrics_port=free_port(),
    )


@pytest.fixture(scope="session")
async def shop(settings: Settings) -> AsyncIterator[Shop]:
    async with opened(settings) as its:
        yield its


@asynccontextmanager
async def opened(settings: Settings) -> AsyncIterator[Shop]:
    """A shop of these settings, in its own database, which is dropped at the end."""
    app = create_app(settings)
    async with app.router.lifespan_context(app):
        shop = Shop(app, settings)
        await shop.stock()
        yield shop
        await shop.close()
        await shop.services.stores.drop()


@pytest.fixture(scope="session")
async def temporal(shop: Shop) -> Client:
    """Reads the histories of this shop, whose keys lie in its stores."""
    return await connect(shop.settings, shop.services.stores)


@pytest.fixture(scope="session")
async def at_work(shop: Shop) -> AsyncIterator[None]:
    async with working(shop):
        yield


@asynccontextmanager
async def working(shop: Shop) -> AsyncIterator[None]:
    """A worker on the shop's task queue, and ready. Raises what it ends with.

    It caches nothing: each wake-up replays its workflow, and none is left half-run in memory when the worker stops,
    which the clean-up of the LangGraph plugin does not survive.
    """
    stop = asyncio.Event()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(worker, "CAPACITY", worker.CAPACITY | {"max_cached_workflows": 0})
        running = asyncio.create_task(worker.main(shop.settings, stop))
        await _until_ready(shop, running)
    yield
    stop.set()
    await running


async def _until_ready(shop: Shop, running: asyncio.Task[None]) -> None:
    visitor = shop.browser()
    async with asyncio.timeout(60):
        while (await visitor.get("/readyz")).status_code != 200:
            if running.done():
                running.result()
            await asyncio.sleep(0.1)


@pytest.fixture
async def ana(shop: Shop) -> Someone:
    """A customer who is new in each test."""
    return await shop.welcomes()


@pytest.fixture
async def ravi(shop: Shop) -> Someone:
    """Another customer."""
    return await shop.welcomes(timezone="Asia/Kolkata")


@pytest.fixture(scope="session")
async def agent(shop: Shop) -> Someone:
    return await shop.hires(Role.AGENT)


@pytest.fixture(scope="session")
async def colleague(shop: Shop) -> Someone:
    """A second agent."""
    return await shop.hires(Role.AGENT)


@pytest.fixture(scope="session")
async def supervisor(shop: Shop) -> Someone:
    return await shop.hires(Role.SUPERVISOR)


@pytest.fixture(scope="session")
async def admin(shop: Shop) -> Someone:
    return await shop.hires(Role.ADMIN)

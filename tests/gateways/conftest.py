from __future__ import annotations

import uuid
from collections.abc import AsyncIterator, Iterator

import pytest

from care.gateways.stripe import StripeGateway, stripe_payments
from care.settings import Settings
from care.stores import Stores, open_stores
from tests.fakes.stripe_server import KEY, StripeStandIn, localstripe, stand_in


@pytest.fixture(scope="session")
def localstripe_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with localstripe(tmp_path_factory.mktemp("localstripe")) as url:
        yield url


@pytest.fixture(scope="module")
async def opened(mongodb_uri: str) -> AsyncIterator[Stores]:
    async with open_stores(mongodb_uri, f"test_{uuid.uuid4().hex[:12]}") as stores:
        yield stores
        await stores.drop()


@pytest.fixture
async def stores(opened: Stores) -> Stores:
    """Empty books. To make and drop a database for each of these tests would take longer than the tests."""
    for name in ("ledger", "movements", "wallets", "payers", "orders", "refunds"):
        await opened.database[name].delete_many({})
    return opened


@pytest.fixture
def stripe_server(localstripe_url: str) -> Iterator[StripeStandIn]:
    with stand_in(localstripe_url) as server:
        yield server


@pytest.fixture
async def gateway(stores: Stores, stripe_server: StripeStandIn) -> AsyncIterator[StripeGateway]:
    settings = Settings.model_validate({"stripe_api_key": KEY, "stripe_base_url": stripe_server.url})
    async with stripe_payments(settings, stores) as opened:
        yield opened

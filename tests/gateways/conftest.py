from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import pytest

from care.gateways.stripe import StripeGateway, stripe_payments
from care.settings import Settings
from care.stores import Stores
from tests.fakes.stripe_server import KEY, StripeStandIn, localstripe, stand_in


@pytest.fixture(scope="session")
def localstripe_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with localstripe(tmp_path_factory.mktemp("localstripe")) as url:
        yield url


@pytest.fixture
def stripe_server(localstripe_url: str) -> Iterator[StripeStandIn]:
    with stand_in(localstripe_url) as server:
        yield server


@pytest.fixture
async def gateway(stores: Stores, stripe_server: StripeStandIn) -> AsyncIterator[StripeGateway]:
    settings = Settings.model_validate({"stripe_api_key": KEY, "stripe_base_url": stripe_server.url})
    async with stripe_payments(settings, stores) as opened:
        yield opened

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.dialogues.house import House, opened
from tests.fakes import groq_server
from tests.fakes.wire import FakeServer, running


@pytest.fixture(scope="session")
async def with_local_model(mongodb_uri: str, temporal_server: str) -> AsyncIterator[House]:
    async with opened(mongodb_uri, temporal_server) as house:
        yield house


@pytest.fixture(scope="session")
async def with_groq(mongodb_uri: str, temporal_server: str) -> AsyncIterator[House]:
    with running(FakeServer(groq_server.USUAL), groq_server.PATH) as server:
        async with opened(mongodb_uri, temporal_server, server) as house:
            yield house

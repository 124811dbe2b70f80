"""Fixtures: `from tests.fakes.servers import fake_gemini, fake_groq` in the conftest.py of a folder."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.fakes import gemini_server, groq_server
from tests.fakes.gemini_files import GeminiServer
from tests.fakes.wire import FakeServer, running


@pytest.fixture
def fake_groq() -> Iterator[FakeServer]:
    """Set `groq_base_url` (CARE_GROQ_BASE_URL) to its `url`; script it with what tests/fakes/groq_server.py makes."""
    with running(FakeServer(groq_server.USUAL), groq_server.PATH) as server:
        yield server


@pytest.fixture
def fake_gemini() -> Iterator[GeminiServer]:
    """Set `gemini_base_url` (CARE_GEMINI_BASE_URL) to its `url`; script it with tests/fakes/gemini_server.py."""
    server = GeminiServer(gemini_server.USUAL)
    with running(server, gemini_server.PATH):
        yield server

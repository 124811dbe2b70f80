"""Real servers, shared by the whole run; a database and a task queue of its own for each test."""

from __future__ import annotations

import asyncio
import subprocess
import uuid
from collections.abc import AsyncIterator, Generator, Iterator
from pathlib import Path
from typing import Any

import pytest
import structlog
from temporalio.client import Client
from temporalio.testing import WorkflowEnvironment
from xdist.scheduler import LoadFileScheduling

from care import embedded
from care.stores import Stores, open_stores
from care.temporal import data_converter
from tests.fakes.collector import Collector, collecting
from tests.running import CareUp, care_up
from tests.skipping import SkippingServer

TEST_KEY = bytes(range(32))
FAILED = pytest.StashKey[bool]()
# What takes longest begins first: a long test that begins last is what everybody then waits for.
LONGEST = ("ui", "chaos", "dialogues", "workflows", "platform")
# Whose tests share a whole running product; other files share what they set up.
SHARED_BY = {
    **dict.fromkeys(
        [f"tests/ui/test_{name}" for name in ("chat", "orders", "planner", "portal", "refunds", "restart")],
        "the customers' portal",
    ),
    "tests/ui/": "the portal of the rest",
    "tests/platform/test_up.py": "product",
    "tests/platform/test_personal_data.py": "product",
    "tests/chaos/test_crowd.py": "product",
}
# With the values of all variables, as it would write them by itself, one traceback takes longer than most tests.
structlog.configure(
    processors=[
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback),
    ]
)
SHARED = Path(__file__).resolve().parents[2] / "shared"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=_place)


def _place(item: pytest.Item) -> int:
    folder = item.path.parent.name
    return LONGEST.index(folder) if folder in LONGEST else len(LONGEST)


class Together(LoadFileScheduling):  # type: ignore[misc]
    """A file stays in one process, and so do files that share one running product."""

    def _split_scope(self, nodeid: str) -> str:
        file = super()._split_scope(nodeid)
        return next((name for path, name in SHARED_BY.items() if file.startswith(path)), file)


# xdist's own groups, by marks, do not work with pytest 9.2: their names are lost on the way.
@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Together:
    return Together(config, log)


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Labelled and hostile files made by others; they lie beside the project, not in it."""
    data = SHARED / "data"
    if not data.is_dir():
        pytest.skip("../shared/data is not on this machine")
    return data


@pytest.fixture(autouse=True)
def _logs_go_where_they_went() -> Iterator[None]:
    """A command that runs in this process sets up its own."""
    before = structlog.get_config()
    yield
    structlog.configure(**before)


@pytest.fixture(scope="session")
def mongodb_uri(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    directory = tmp_path_factory.mktemp("mongod")
    port = embedded.free_port()
    with (directory / "mongod.log").open("wb") as log:
        server = subprocess.Popen(embedded.mongod_command(directory, port), stdout=log, stderr=log)
    try:
        asyncio.run(embedded.mongod_ready(port))
        yield embedded.mongodb_uri(port)
    finally:
        server.terminate()
        server.wait(30)


@pytest.fixture(scope="session")
async def one_database(mongodb_uri: str) -> AsyncIterator[Stores]:
    async with open_stores(mongodb_uri, f"test_{uuid.uuid4().hex[:12]}") as opened:
        yield opened
        await opened.drop()


@pytest.fixture
async def stores(one_database: Stores) -> Stores:
    """All stores over a database with its indexes and nothing else, for this test alone.

    It is emptied, and not made anew: to make and drop one for each test would take longer than most of the tests.
    """
    database = one_database.database
    ours = await database.list_collection_names(filter={"name": {"$not": {"$regex": r"^system\."}}})
    await asyncio.gather(*(database[name].delete_many({}) for name in ours))
    return one_database


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    item.stash[FAILED] = item.stash.get(FAILED, False) or report.failed
    return report


@pytest.fixture(scope="session")
async def skipping_server() -> AsyncIterator[SkippingServer]:
    server = SkippingServer(data_converter(TEST_KEY))
    yield server
    await server.stop()


@pytest.fixture
async def time_skipping(
    skipping_server: SkippingServer, request: pytest.FixtureRequest
) -> AsyncIterator[WorkflowEnvironment]:
    """Temporal's test server: timers fire at once. Knows no visibility queries."""
    yield await skipping_server.on_a_monday()
    if request.node.stash[FAILED]:
        await skipping_server.stop()


@pytest.fixture(scope="session")
async def temporal_server(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[str]:
    """The dev server in real time, on its own port: "host:port"."""
    port = embedded.free_port()
    directory = tmp_path_factory.mktemp("temporal")
    command = embedded.temporal_command(directory / "temporal.db", port, embedded.free_port())
    with (directory / "temporal.log").open("wb") as log:
        server = subprocess.Popen(command, stdout=log, stderr=log)
    try:
        await embedded.temporal_ready(port)
        yield f"127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait(30)


@pytest.fixture(scope="session")
async def temporal(temporal_server: str) -> Client:
    return await Client.connect(temporal_server, data_converter=data_converter(TEST_KEY))


@pytest.fixture
def task_queue() -> str:
    return f"care-{uuid.uuid4().hex[:12]}"


@pytest.fixture(scope="session")
def collector() -> Iterator[Collector]:
    """Gets the traces of the whole product."""
    with collecting() as taking:
        yield taking


@pytest.fixture(scope="session")
def whole_product(tmp_path_factory: pytest.TempPathFactory, collector: Collector) -> Iterator[CareUp]:
    """`care up` with its demo shop and recurrences faster than daily, started once for all tests that need it.

    Its temporary files lie in `tmp` beside its data.
    """
    folder = tmp_path_factory.mktemp("care")
    (folder / "tmp").mkdir()
    traced = {"OTEL_EXPORTER_OTLP_ENDPOINT": collector.url}
    with care_up(folder, CARE_ALLOW_SUBDAILY="1", TMPDIR=str(folder / "tmp"), **traced) as running:
        yield running

"""The portal as people meet it: a whole `care up` with demo data, and a real Chromium."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path

import pytest
from PIL import Image
from playwright.async_api import Browser, async_playwright
from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter

from bench.portal import BROWSERS
from care.stores import open_stores
from tests.running import CareUp, care_up
from tests.ui.person import Person
from tests.ui.shop import Shop

SCREENSHOTS = Path(__file__).resolve().parents[2] / "screenshots"
SIZES = {"desktop": (1280, 800), "phone": (390, 844)}
_FLAGS = [
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-dev-shm-usage"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
]

Comes = Callable[..., Awaitable[Person]]


@pytest.fixture(scope="session")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CareUp]:
    with care_up(tmp_path_factory.mktemp("portal"), CARE_ALLOW_SUBDAILY="1") as running:
        running.until_ready()
        yield running
        errors = [line for line in running.log("web").splitlines() if '"level": "error"' in line]
    assert errors == [], "the web process has logged errors while people clicked"


@pytest.fixture(scope="session")
def chromium() -> str:
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    if found is None:
        pytest.skip("there is no Chromium here (apt-get install chromium), so the portal was not clicked through")
    return found


@pytest.fixture(scope="session")
async def browser(chromium: str) -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        opened = await playwright.chromium.launch(executable_path=chromium, args=_FLAGS)
        yield opened
        await opened.close()


@pytest.fixture(scope="session")
async def shop(running: CareUp) -> AsyncIterator[Shop]:
    """What it sends to Temporal is in clear, which the worker reads as well."""
    async with open_stores(running.runtime["mongodb_uri"], "care") as stores:
        address = running.runtime["temporal_address"]
        yield Shop(stores, await Client.connect(address, data_converter=pydantic_data_converter))


@pytest.fixture(params=list(SIZES))
def size(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def customer(size: str) -> int:
    """Which customer it is: one for each size, so that neither finds what the other has done."""
    return list(SIZES).index(size)


@pytest.fixture
def planner(customer: int) -> int:
    """A customer for each size, for whom nobody but the tests of the planner plans anything."""
    return 2 + customer


@pytest.fixture
async def comes(browser: Browser, running: CareUp, size: str) -> AsyncIterator[Comes]:
    """Opens a window of the size under test, or of the one that is asked for.

    What went wrong in any window fails the test at its end.
    """
    people: list[Person] = []

    async def somebody(at: str = size) -> Person:
        width, height = SIZES[at]
        context = await browser.new_context(
            base_url=running.runtime["web"], viewport={"width": width, "height": height}, locale="en-GB"
        )
        people.append(Person(await context.new_page(), running, at, SCREENSHOTS))
        return people[-1]

    yield somebody
    for person in people:
        await person.page.context.close()
    assert [trouble for person in people for trouble in person.troubles] == []


@pytest.fixture
def photo(tmp_path: Path, size: str) -> Path:
    """A picture that no other test has sent, of no screen's size."""
    path = tmp_path / f"broken <b>{size}.jpg"
    Image.effect_noise((806, 610), 90).convert("RGB").save(path, "JPEG")
    return path

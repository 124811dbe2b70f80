"""The portal's pages without a browser: what stands in place of one that fails, and what is left of one that closed."""

from __future__ import annotations

import asyncio
import gc
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest
from nicegui import Client
from pymongo.errors import ServerSelectionTimeoutError

from api.main import create_app
from care.errors import NotFound
from care.models.customer import CUSTOMERS, EVERYONE, STAFF, Role
from tests.api.shop import PASSWORD, Shop, Someone
from ui import frame, live
from ui.pages import PAGES, home
from ui.visit import Spec, Visit


async def _fails(visit: Visit) -> None:
    raise ValueError("the customer wrote: my secret")


async def _not_found(visit: Visit) -> None:
    raise NotFound("There is no order ORD-1.")


async def _no_database(visit: Visit) -> None:
    raise ServerSelectionTimeoutError("10.0.0.7 refused")


async def _slow(visit: Visit) -> None:
    await asyncio.sleep(60)


_SPECS = [
    Spec("/fails", "Fails", CUSTOMERS, _fails, "home"),
    Spec("/not-found", "Not found", CUSTOMERS, _not_found),
    Spec("/no-database", "No database", CUSTOMERS, _no_database),
    Spec("/slow", "Slow", CUSTOMERS, _slow),
    Spec("/staff", "Staff", STAFF, _fails),
    Spec("/{rest:path}", "Not found", EVERYONE, home.lost),
]


@asynccontextmanager
async def _signed_in(shop: Shop, who: Someone) -> AsyncIterator[httpx.AsyncClient]:
    app = create_app(shop.settings)
    app.state.services = shop.services
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://care.test") as browser:
        await browser.post("/ui/sign-in", data={"email": who.email, "password": PASSWORD})
        yield browser


@pytest.mark.parametrize(
    ("path", "status", "told"),
    [
        ("/fails", 500, "This page cannot be shown just now."),
        ("/not-found", 404, "There is no order ORD-1."),
        ("/no-database", 503, "The shop cannot be reached just now."),
        ("/slow", 503, "This page takes too long."),
        ("/staff", 403, "This page is not for your account."),
        ("/nowhere", 404, "There is no such page."),
    ],
)
async def test_a_page_that_cannot_be_shown_says_why_in_plain_words(
    shop: Shop, ana: Someone, monkeypatch: pytest.MonkeyPatch, path: str, status: int, told: str
) -> None:
    monkeypatch.setattr(frame, "PAGES", _SPECS)
    monkeypatch.setattr(frame, "_PATIENCE", 0.2)
    async with _signed_in(shop, ana) as browser:
        answer = await browser.get(f"/ui{path}")
    assert answer.status_code == status
    assert told in answer.text
    assert json.dumps({"href": "/ui/fails"})[1:-1].replace(" ", "") in answer.text, "the menu is gone"
    assert not any(word in answer.text for word in ("my secret", "10.0.0.7", "Traceback"))


async def test_closed_pages_leave_nothing_behind(shop: Shop, ana: Someone, agent: Someone) -> None:
    """No page, no subscription to changes, no task: else a web process grows with every page that anybody opens."""
    before = len(Client.instances), len(live._topics)
    for who, role in ((ana, Role.CUSTOMER), (agent, Role.AGENT)):
        async with _signed_in(shop, who) as browser:
            tasks = len(asyncio.all_tasks())
            for spec in PAGES:
                if role in spec.roles and "{" not in spec.path:
                    assert (await browser.get(f"/ui{spec.path}")).status_code < 400, spec.path
    assert len(Client.instances) > before[0] + len(PAGES) // 2
    assert len(live._topics) > before[1]
    Client.prune_instances(client_age_threshold=0)  # what NiceGUI does with pages whose browser has gone
    await asyncio.sleep(0.1)
    gc.collect()
    assert (len(Client.instances), len(live._topics)) <= before
    assert len(asyncio.all_tasks()) <= tasks

"""Rate limits: counted by account or address, in all web processes together, and never in the way of anything else."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from starlette.middleware.sessions import SessionMiddleware
from starlette.types import Message, Receive, Scope, Send

from api.rates import Rates
from api.services import Services
from api.throttle import Throttle
from care import embedded
from care.errors import TooMany
from care.rules.rates import Family
from care.settings import Settings
from care.stores import Stores, open_stores, over
from care.stores.mongo import connect
from tests.api.shop import Shop, Someone, photo
from tests.api.test_errors import assert_is_problem
from tests.stores.plans import overheard

# A day: no test may fall on the end of a window but one at midnight.
FEW = {"env": "production", **{f"rate_{name}": "3/day" for name in ("sign_in", "links", "chat", "create", "upload")}}


def _few(settings: Settings, **more: str) -> Settings:
    return settings.model_copy(update=FEW | more)


class Limited:
    """The shop for the time of a `with`, as one more web process with few of everything."""

    def __init__(self, shop: Shop, stores: Stores, **more: str) -> None:
        self._shop, self._before = shop, shop.services
        self._now: Services = replace(shop.services, rates=Rates(stores.rates, _few(shop.settings, **more)))

    def __enter__(self) -> None:
        self._shop.app.state.services = self._now

    def __exit__(self, *_: object) -> None:
        self._shop.app.state.services = self._before


async def _until_refused(http: httpx.AsyncClient, method: str, path: str, **how: Any) -> tuple[int, httpx.Response]:
    for n in range(10):
        answer = await http.request(method, path, **how)
        if answer.status_code == 429:
            return n, answer
    raise AssertionError("never refused")


async def test_too_many_tries_to_sign_in_are_refused_with_the_time_to_wait(shop: Shop, stores: Stores) -> None:
    form = {"username": "nobody@care.test", "password": "wrong"}
    with Limited(shop, stores):
        tried, refused = await _until_refused(shop.browser(), "POST", "/auth/token", data=form)
    assert tried == 3
    assert "try again in" in assert_is_problem(refused, 429)["detail"]
    assert 0 < int(refused.headers["retry-after"]) <= 86_400
    assert refused.headers["ratelimit-policy"] == '"sign-in";q=3;w=86400'
    assert refused.headers["ratelimit"].startswith('"sign-in";r=0;t=')


async def test_an_answer_says_how_many_are_left(shop: Shop, stores: Stores, ana: Someone) -> None:
    with Limited(shop, stores, rate_calls="10/day"):
        first, second = [await ana.http.get("/products") for _ in range(2)]
    assert first.headers["ratelimit"].startswith('"calls";r=9;t=')
    assert second.headers["ratelimit"].startswith('"calls";r=8;t=')


async def test_two_processes_count_together(shop: Shop, stores: Stores, ana: Someone) -> None:
    here, there = [Rates(stores.rates, _few(shop.settings)) for _ in range(2)]
    for rates in (here, there, here):
        await rates.take(Family.CHAT, ana.email)
    for rates in (here, there):
        with pytest.raises(TooMany):
            await rates.take(Family.CHAT, ana.email)


async def test_two_applications_over_one_database_count_together(shop: Shop, mongodb_uri: str, ana: Someone) -> None:
    """Whole applications in miniature: what is around the routes is the product's."""
    settings = _few(shop.settings, mongodb_database="test_rates_together")
    async with (
        open_stores(mongodb_uri, settings.mongodb_database) as one,
        open_stores(mongodb_uri, settings.mongodb_database) as two,
    ):
        doors = [_application(settings, stores) for stores in (one, two)]
        token = {"Authorization": ana.http.headers["authorization"]}
        path = f"/chat/{ana.customer_id}"
        answers = [await doors[n % 2].post(path, headers=token) for n in range(5)]
        await one.drop()
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429, 429]


def _application(settings: Settings, stores: Stores) -> httpx.AsyncClient:
    app = FastAPI()

    @app.post("/chat/{customer_id}")
    async def chat(customer_id: str) -> None: ...

    app.add_middleware(Throttle, settings=settings)
    app.add_middleware(SessionMiddleware, secret_key="x" * 32)
    app.state.services = type("Only", (), {"rates": Rates(stores.rates, settings)})
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://care.test")


async def test_accounts_count_by_themselves_wherever_they_come_from(
    shop: Shop, stores: Stores, ana: Someone, ravi: Someone
) -> None:
    with Limited(shop, stores, rate_calls="3/day"):
        await _until_refused(ana.http, "GET", "/products")
        assert (await ravi.http.get("/products")).status_code == 200
        await _until_refused(shop.browser(), "GET", "/nowhere")  # who is not signed in counts by address
        assert (await ravi.http.get("/products")).status_code == 200


async def test_a_token_that_somebody_made_up_counts_for_the_address(shop: Shop, stores: Stores, ana: Someone) -> None:
    with Limited(shop, stores, rate_calls="3/day"):
        for n in range(3):
            await shop.browser(Authorization=f"Bearer made-up-{n}").get("/products")
        assert (await shop.browser(Authorization="Bearer another").get("/products")).status_code == 429
        assert (await ana.http.get("/products")).status_code == 200


async def test_a_flooding_address_is_refused_before_anything_is_asked_of_the_database(
    shop: Shop, stores: Stores, ana: Someone
) -> None:
    with Limited(shop, stores, rate_address="3/day"):
        _, refused = await _until_refused(ana.http, "GET", "/products")
    assert refused.headers["ratelimit-policy"].startswith('"address"')


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/metrics", "/ui/static/care.css"])
async def test_what_watches_over_the_process_and_files_are_never_refused(shop: Shop, stores: Stores, path: str) -> None:
    visitor = shop.browser()
    with Limited(shop, stores, rate_calls="1/day", rate_address="1/day"):
        answers = [await visitor.get(path) for _ in range(4)]
    assert {answer.status_code for answer in answers} <= {200, 503}
    assert "ratelimit" not in answers[-1].headers


async def test_uploads_count_by_number_and_by_size(shop: Shop, stores: Stores, ana: Someone, ravi: Someone) -> None:
    file = {"file": ("photo.jpg", photo(), "image/jpeg")}
    with Limited(shop, stores):
        tried, _ = await _until_refused(ana.http, "POST", "/evidence", files=file)
        assert tried == 3
    with Limited(shop, stores, rate_upload="100/day", rate_upload_bytes=f"{len(photo()) + 1}/day"):
        tried, refused = await _until_refused(ravi.http, "POST", "/evidence", files=file)
        assert tried == 1
    assert "upload-bytes" in refused.headers["ratelimit-policy"]


async def test_people_read_a_page_in_their_language(shop: Shop, stores: Stores) -> None:
    with Limited(shop, stores):
        visitor = shop.browser(**{"Accept-Language": "es"})
        _, refused = await _until_refused(visitor, "GET", "/skip/whatever")
    assert refused.headers["content-type"].startswith("text/html")
    assert 'lang="es"' in refused.text
    assert "Inténtalo de nuevo" in refused.text
    assert int(refused.headers["retry-after"]) > 0


async def test_without_the_database_each_process_counts_by_itself(shop: Shop) -> None:
    client = connect(f"mongodb://127.0.0.1:{embedded.free_port()}")
    rates = Rates(over(client["gone"]).rates, _few(shop.settings))
    for _ in range(3):
        await rates.take(Family.CHAT, "ana")
    with pytest.raises(TooMany):
        await rates.take(Family.CHAT, "ana")
    client.close()


async def test_nobody_may_have_everything_open(shop: Shop, ana: Someone) -> None:
    slow = asyncio.Event()
    app = FastAPI()

    @app.get("/slow")
    async def wait() -> None:
        await slow.wait()

    app.add_middleware(Throttle, settings=shop.settings.model_copy(update={"max_open": 2}))
    app.add_middleware(SessionMiddleware, secret_key="x" * 32)
    app.state.services = shop.services
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://care.test") as http:
        open_ones = [asyncio.create_task(http.get("/slow")) for _ in range(2)]
        await asyncio.sleep(0.1)
        assert_is_problem(await http.get("/slow"), 429)
        slow.set()
        assert [answer.status_code for answer in await asyncio.gather(*open_ones)] == [200, 200]
        assert (await http.get("/slow")).status_code == 200


async def test_a_count_is_one_command_to_the_database_and_a_file_is_none(
    shop: Shop, mongodb_uri: str, ana: Someone
) -> None:
    """All that the limiter asks, after a first request has made its window."""
    async with overheard(mongodb_uri, "test_rates_cost") as heard:
        with Limited(shop, heard.stores):
            heard.listener.listens = True
            for path, commands in (("/products", 1), ("/ui/static/care.css", 0), ("/healthz", 0)):
                heard.listener.heard.clear()
                await ana.http.get(path)
                assert [each for each in heard.listener.heard if "rates" in each.values()] == heard.listener.heard
                assert len(heard.listener.heard) == commands, path


async def test_neither_accounts_nor_addresses_are_kept_in_clear(shop: Shop, stores: Stores, ana: Someone) -> None:
    await Rates(stores.rates, shop.settings).take(Family.CALLS, ana.email)
    kept = [str(document) async for document in stores.database["rates"].find()]
    assert len(kept) == 1
    assert ana.email not in kept[0]


async def test_a_page_that_floods_its_socket_loses_it(shop: Shop, stores: Stores) -> None:
    heard: list[str] = []

    async def portal(_scope: Scope, receive: Receive, _send: Send) -> None:
        while (message := await receive())["type"] == "websocket.receive":
            heard.append(message["text"])

    async def receive() -> Message:
        return {"type": "websocket.receive", "text": "again"}

    async def send(_message: Message) -> None: ...

    settings = _few(shop.settings, rate_address="5/day")
    app = FastAPI()
    app.state.services = replace(shop.services, rates=Rates(stores.rates, settings))
    scope: Scope = {
        "type": "websocket",
        "path": "/ui/_nicegui_ws/socket.io/",
        "client": ("203.0.113.7", 1),
        "headers": [],
        "session": {},
        "app": app,
    }
    async with asyncio.timeout(10):
        await Throttle(portal, settings)(scope, receive, send)
    assert len(heard) == 4  # the fifth of these was the request that opened it

"""Two web processes and two workers behind the proxy: they share the work, and any of them may end at any moment."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any, cast

import httpx
import pytest
from playwright.async_api import Browser, expect

from care.embedded import free_port
from tests.chaos.cluster import Cluster, Process
from tests.deploy.proxy import COOKIE, Proxy, proxied, stuck_to
from tests.running import PATIENCE, CareUp
from tests.ui.conftest import SCREENSHOTS, browser, chromium  # noqa: F401  fixtures
from tests.ui.person import Person

SLOW = 60_000  # ms
DAILY = {"items": [{"sku": "AMUL-MILK-1L", "quantity": 1}], "frequency": "daily"}


@dataclass(frozen=True)
class Deployed:
    cluster: Cluster
    proxy: Proxy

    def client(self, token: str = "", *, web: int | None = None) -> httpx.Client:
        """Of one web process, or of whichever the proxy chooses anew for each request."""
        url = self.proxy.url if web is None else self.cluster.webs[web].url
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        return httpx.Client(base_url=url, headers=headers, timeout=60, cookies=None)

    def signed_in(self, number: int = 0) -> dict[str, Any]:
        """Tokens of a customer, had through the proxy."""
        account = self.cluster.account("customer", number)
        with self.client() as somebody:
            form = {"username": account["email"], "password": account["password"]}
            tokens: dict[str, Any] = somebody.post("/auth/token", data=form).raise_for_status().json()
            return tokens

    def customer(self, number: int = 0) -> str:
        return str(self.cluster.account("customer", number)["customer_id"])


@pytest.fixture(scope="module")
def deployed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployed]:
    folder, url = tmp_path_factory.mktemp("several"), f"http://127.0.0.1:{free_port()}"
    cluster = Cluster(
        folder,
        webs=0,
        settings={"CARE_TRUSTED_PROXIES": "127.0.0.1", "CARE_RATE_LINKS": "2/day", "CARE_DRAIN_SECONDS": "3"},
    )
    for _ in range(2):
        cluster.add_web(CARE_PUBLIC_URL=url)
    try:
        cluster.start()
        with proxied(folder, cluster.urls(), url) as proxy:
            yield Deployed(cluster, proxy)
    finally:
        cluster.close()


@pytest.fixture(autouse=True)
def _all_are_there(deployed: Deployed) -> None:
    deployed.cluster.restore()


def test_a_sign_in_is_good_at_every_web_process_and_is_renewed_once_for_all(deployed: Deployed) -> None:
    tokens = deployed.signed_in()
    for web in (0, 1):
        with deployed.client(tokens["access_token"], web=web) as client:
            assert client.get(f"/subscriptions/{deployed.customer()}").status_code == 200
    renewal = {"refresh_token": tokens["refresh_token"]}
    with ThreadPoolExecutor(2) as both, deployed.client(web=0) as one, deployed.client(web=1) as other:
        answers = list(both.map(lambda client: client.post("/auth/refresh", data=renewal), (one, other)))
    assert sorted(answer.status_code for answer in answers) == [200, 401]


def test_what_was_made_at_one_is_repeated_at_the_other_and_made_once(deployed: Deployed) -> None:
    token, customer = deployed.signed_in()["access_token"], deployed.customer()
    with deployed.client(token, web=0) as one, deployed.client(token, web=1) as other:
        call: dict[str, Any] = {"json": {"customer_id": customer, **DAILY}, "headers": {"Idempotency-Key": "made once"}}
        made = one.post("/subscription", **call).raise_for_status()
        again = other.post("/subscription", **call)
        assert (again.json(), again.headers["Idempotent-Replayed"]) == (made.json(), "true")
        assert other.get(f"/subscription/{made.json()['subscription_id']}").json()["status"] == "active"


def test_a_conversation_goes_on_at_the_other_and_each_message_is_said_once(deployed: Deployed) -> None:
    token, customer = deployed.signed_in(1)["access_token"], deployed.customer(1)
    call: dict[str, Any] = {"json": {"message": "What can you do?"}, "headers": {"Idempotency-Key": "said once"}}
    with deployed.client(token, web=0) as one, deployed.client(token, web=1) as other:
        said = one.post(f"/chat/{customer}", **call).raise_for_status().json()
        assert other.post(f"/chat/{customer}", **call).json() == said
        more = {"message": "Thank you!", "conversation_id": said["conversation_id"]}
        with other.stream("POST", f"/chat/{customer}/stream", json=more) as answer:
            assert "event: done" in answer.read().decode()
        kept = one.get(f"/conversation/{said['conversation_id']}").json()
        assert [each["role"] for each in kept["messages"]] == ["customer", "assistant"] * 2


def test_rates_count_together(deployed: Deployed) -> None:
    """2 a day are 20 in development."""
    answers = []
    with deployed.client(web=0) as one, deployed.client(web=1) as other:
        for client in (one, other) * 11:
            answers.append(client.get("/skip/no-such-link").status_code)
    assert answers == [404] * 20 + [429] * 2


def test_the_proxy_says_who_asks_spreads_programs_and_leads_people_back(deployed: Deployed) -> None:
    with deployed.client() as person:
        first = person.get("/healthz")
        assert first.headers["set-cookie"].endswith("; Path=/; HttpOnly; SameSite=Lax")
        assert person.cookies[COOKIE] in {stuck_to(url) for url in deployed.cluster.urls()}
        assert not any("set-cookie" in person.get("/healthz").headers for _ in range(8))
    programs = {httpx.get(f"{deployed.proxy.url}/healthz").cookies[COOKIE] for _ in range(30)}
    assert programs == {stuck_to(url) for url in deployed.cluster.urls()}


def test_events_pass_the_proxy_one_by_one(deployed: Deployed) -> None:
    """The head and the first sign of life are there while the worker, and so the answer, is not."""
    token, customer = deployed.signed_in(2)["access_token"], deployed.customer(2)
    for worker in deployed.cluster.workers:
        worker.signal(signal.SIGSTOP)
    try:
        with (
            deployed.client(token) as client,
            client.stream("POST", f"/chat/{customer}/stream", json={"message": "What can you do?"}) as answer,
        ):
            pieces = answer.iter_text()
            assert next(pieces).startswith(":")
            for worker in deployed.cluster.workers:
                worker.signal(signal.SIGCONT)
            assert "event: done" in "".join(pieces)
    finally:
        for worker in deployed.cluster.workers:
            worker.signal(signal.SIGCONT)


def test_a_worker_is_killed_and_the_other_goes_on_with_its_turns(deployed: Deployed) -> None:
    token, customer = deployed.signed_in(1)["access_token"], deployed.customer(1)

    def say(number: int) -> httpx.Response:
        with deployed.client(token) as client:
            return client.post(f"/chat/{customer}", json={"message": f"What can you do? {number}"})

    with ThreadPoolExecutor(6) as threads:
        answers = threads.map(say, range(6))
        deployed.cluster.workers[0].kill()
        assert [answer.status_code for answer in answers] == [200] * 6


@dataclass
class Client:
    """Asks all the time, each time on a new connection or on an old one, and repeats nothing."""

    deployed: Deployed
    asked: int = 0
    failed: list[str] = field(default_factory=list)

    def run(self, until: threading.Event) -> None:
        customer, token = self.deployed.customer(2), self.deployed.signed_in(2)["access_token"]
        with self.deployed.client(token) as kept:
            while not until.is_set():
                with self.deployed.client(token) as fresh:
                    self._ask(kept, "GET", "/products")
                    self._ask(fresh, "GET", f"/orders/{customer}")
                    self._ask(kept, "POST", "/subscription", json={"customer_id": customer, **DAILY})
                    self._ask(fresh, "POST", f"/chat/{customer}", json={"message": "What can you do?"})

    def _ask(self, client: httpx.Client, method: str, path: str, **body: Any) -> None:
        self.asked += 1
        try:
            answer = client.request(method, path, **body)
        except httpx.TransportError as error:
            self.failed.append(f"{method} {path}: {error!r}")
        else:
            if answer.status_code >= 400:
                self.failed.append(f"{method} {path}: {answer.status_code} {answer.text[:300]}")


@contextmanager
def somebody_asks(deployed: Deployed) -> Iterator[Client]:
    client, over = Client(deployed), threading.Event()
    thread = threading.Thread(target=client.run, args=(over,))
    thread.start()
    try:
        yield client
    finally:
        over.set()
        thread.join(PATIENCE)


def test_each_process_is_started_anew_and_nobody_who_asks_meanwhile_notices(deployed: Deployed) -> None:
    with somebody_asks(deployed) as client:
        for process in (*deployed.cluster.webs, *deployed.cluster.workers):
            before = client.asked
            process.stop()
            process.start()
            process.until_ready()
            deadline = time.monotonic() + PATIENCE
            while client.asked < before + 8 and time.monotonic() < deadline:
                time.sleep(0.05)
    assert client.failed == []
    assert client.asked > 32


@pytest.fixture
async def ana(deployed: Deployed, browser: Browser) -> AsyncIterator[Person]:  # noqa: F811
    url = deployed.proxy.url
    context = await browser.new_context(base_url=url, viewport={"width": 1280, "height": 800}, locale="en-GB")
    running = SimpleNamespace(runtime={"web": url}, account=deployed.cluster.account)
    yield Person(await context.new_page(), cast(CareUp, running), "desktop", SCREENSHOTS)
    await context.close()


async def serving(deployed: Deployed, person: Person) -> tuple[Process, int]:
    """The web process that the person's pages live in, and the number of the other."""
    [stuck] = [each["value"] for each in await person.page.context.cookies() if each["name"] == COOKIE]
    [number] = [at for at, url in enumerate(deployed.cluster.urls()) if stuck_to(url) == stuck]
    return deployed.cluster.webs[number], 1 - number


async def test_an_open_page_shows_at_once_what_happens_at_the_other_web_process(
    deployed: Deployed, ana: Person
) -> None:
    await ana.arrives("/ui/support?conversation=new", "customer", 1)
    await ana.says("What can you do?")
    await ana.sees("I change nothing before you have seen it and said yes.")
    _, other = await serving(deployed, ana)
    token, customer = deployed.signed_in(1)["access_token"], deployed.customer(1)
    with deployed.client(token, web=other) as client:
        [talk, *_] = client.get(f"/chat/{customer}").json()["items"]
        more = {"message": "I write from elsewhere.", "conversation_id": talk["conversation_id"]}
        client.post(f"/chat/{customer}", json=more).raise_for_status()
    await ana.sees("I write from elsewhere.")
    assert ana.troubles == []


async def test_the_web_process_of_an_open_page_is_killed_and_the_page_goes_on_in_the_other(
    deployed: Deployed, ana: Person
) -> None:
    await ana.signs_in("customer", 3)
    await ana.page.goto("/ui/support?conversation=new")
    first, other = await serving(deployed, ana)
    field = ana.page.get_by_label("Message", exact=True)
    await ana.page.wait_for_function("window.did_handshake")
    await ana.says("What can you do?")
    mine = ana.page.locator(".bubble.mine", has_text="What can you do?")
    await expect(mine).to_be_visible(timeout=SLOW)
    async with ana.page.expect_event("load", timeout=SLOW):
        first.kill()
        await field.fill("And when does it")
    await ana.sees("I change nothing before you have seen it and said yes.")
    await expect(mine).to_have_count(1, timeout=SLOW)
    await expect(field).to_have_value("And when does it", timeout=SLOW)
    assert (await serving(deployed, ana))[0] is deployed.cluster.webs[other]
    assert not first.alive
    token, customer = deployed.signed_in(3)["access_token"], deployed.customer(3)
    with deployed.client(token) as client:
        talks = client.get(f"/chat/{customer}").json()["items"]
        kept = client.get(f"/conversation/{talks[0]['conversation_id']}").json()["messages"]
    assert [each["text"] for each in kept if each["role"] == "customer"] == ["What can you do?"]

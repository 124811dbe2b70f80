"""What browsers are told with every answer, which hosts are ours, and what another site can make a browser do."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from typing import Any

import httpx
import pytest
import structlog
from fastapi.routing import iter_route_contexts
from starlette.routing import Route
from starlette.types import Message

from api.main import create_app
from tests.api.shop import PASSWORD, Shop, Someone
from tests.media.files import pdf
from ui.pages import PAGES
from ui.theme import FONTS, STYLESHEET

HOST = "https://care.test"
ALWAYS = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "strict-transport-security": "max-age=31536000",
}
KEPT = {"private, max-age=300", "public, max-age=31536000, immutable"}


@pytest.fixture(scope="module")
async def site(shop: Shop) -> Shop:
    """The shop as it stands behind TLS."""
    settings = shop.settings.model_copy(update={"public_url": HOST})
    app = create_app(settings)
    app.state.services = replace(shop.services, settings=settings)
    return Shop(app, app.state.services.settings)


@pytest.fixture
async def browser(site: Shop) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(site.app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url=HOST, timeout=60) as client:
        yield client


async def _signs_in(browser: httpx.AsyncClient, who: Someone) -> httpx.Response:
    answer = await browser.post("/ui/sign-in", data={"email": who.email, "password": PASSWORD})
    assert answer.headers["location"] == "/ui/"
    return answer


def _safe(answer: httpx.Response) -> None:
    told, where = answer.headers, f"{answer.request.method} {answer.request.url} {answer.status_code}"
    is_key = answer.request.url.path.startswith("/ui/reset/") and answer.request.method in ("GET", "POST")
    always = ALWAYS | ({"referrer-policy": "no-referrer"} if is_key else {})
    assert always.items() <= told.items(), where
    policy = told["content-security-policy"]
    # A sandbox is for a file: it cannot be framed where nothing may be framed by whoever holds it.
    assert "frame-ancestors 'none'" in policy or policy.startswith("sandbox;"), where
    assert re.search(r"default-src '(none|self)'", policy), where
    assert "http" not in policy, where
    assert "*" not in policy, where
    scripts = re.search(r"script-src ([^;]*)", policy)
    assert "unsafe-inline" not in (scripts[1] if scripts else ""), where
    assert told["cache-control"] == "no-store" or told["cache-control"] in KEPT, where
    assert "server" not in told, where
    assert "x-powered-by" not in told, where
    location = told.get("location", "/")
    assert re.match(r"/(?![/\\])", location), f"{where} leads to {location}"


def _routes(app: Any) -> Iterator[tuple[str, str]]:
    for context in iter_route_contexts(app.routes):
        if isinstance(context.original_route, Route):
            for method in context.original_route.methods or {"GET"}:
                yield method, re.sub(r"\{[^}]+\}", "NONE-1", str(context.path))


async def test_every_route_tells_browsers_to_be_careful(
    site: Shop, browser: httpx.AsyncClient, agent: Someone, ana: Someone
) -> None:
    """As nobody, as a colleague by token, and with methods and bodies that it does not take."""
    walked = set(_routes(site.app))
    assert len(walked) > 80
    authorized = {"Authorization": agent.http.headers["authorization"]}
    for method, path in sorted(walked):
        for headers in ({}, authorized):
            answer = await browser.request(method, path, headers=headers)
            assert answer.status_code < 600
            _safe(answer)
        _safe(await browser.request("TRACE", path))


async def test_so_does_every_page_and_every_file_of_the_portal(
    browser: httpx.AsyncClient, agent: Someone, ana: Someone
) -> None:
    pages = ["/ui" + re.sub(r"\{[^}]+\}", "NONE-1", spec.path) for spec in PAGES]
    others = [
        "/ui/login",
        "/ui/login?why=wrong",
        "/ui/no/such/page",
        "/ui/_nicegui/none/static/x.js",
        "/ui/static/none.js",
    ]
    files = [STYLESHEET, FONTS, "/docs/files/swagger-ui.css", "/docs/files/none"]
    for address in [*pages, *others, *files]:
        _safe(await browser.get(address))
    for who in (ana, agent):
        await _signs_in(browser, who)
        for address in [*pages, *others, *files]:
            _safe(await browser.get(address))
            _safe(await browser.post(address))
            _safe(await browser.post(address, headers={"origin": "https://evil.example"}))
        page = await browser.get("/ui/")
        for script in re.findall(r'(?:src|href)="(/ui/[^"]+\.(?:js|css)[^"]*)"', page.text):
            _safe(await browser.get(script))


async def test_so_does_every_kind_of_refusal(
    site: Shop, browser: httpx.AsyncClient, ana: Someone, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def breaks(*_: object) -> None:
        raise ValueError("inside")

    big = b"x" * 2_000_000
    refusals = {
        404: await browser.get("/nothing/here"),
        405: await browser.request("PATCH", "/products"),
        413: await browser.post("/auth/token", content=big),
        421: await browser.get("/products", headers={"host": "evil.example"}),
        422: await browser.post("/auth/token", data={"username": "x"}),
        401: await browser.get("/products"),
    }
    monkeypatch.setattr(type(site.services), "still_stands", breaks)
    with structlog.testing.capture_logs():
        refusals[500] = await browser.get("/products", headers={"Authorization": ana.http.headers["authorization"]})
    for status, answer in refusals.items():
        assert answer.status_code == status
        _safe(answer)


async def test_so_do_files_and_links(browser: httpx.AsyncClient, ana: Someone) -> None:
    headers = {"Authorization": ana.http.headers["authorization"]}
    sent = await browser.post("/evidence", files={"file": pdf()}, headers=headers)
    evidence = f"/evidence/{sent.json()['evidence_id']}"
    link = await browser.get(f"{evidence}/link", headers=headers)
    for answer in (link, await browser.get(link.headers["location"]), await browser.get(evidence, headers=headers)):
        assert answer.status_code in (200, 303)
        _safe(answer)


@pytest.mark.parametrize(
    "host", ["evil.example", "care.test.evil.example", "evilcare.test", "care.test@evil.example", "[", ""]
)
async def test_another_host_is_not_ours(browser: httpx.AsyncClient, host: str) -> None:
    for path in ("/ui/login", "/ui", "/", "/products", "/skip/x", "/docs"):
        answer = await browser.get(path, headers={"host": host})
        assert answer.status_code == 421, path
        assert "evil" not in answer.text + str(answer.headers)
    for path in ("/healthz", "/metrics"):  # asked by whoever knows a process by its own address
        assert (await browser.get(path, headers={"host": "10.1.2.3:8080"})).status_code == 200


@pytest.mark.parametrize("host", ["care.test", "CARE.test:8443", "127.0.0.1:8080", "[::1]:8080", "localhost"])
async def test_ours_are_the_public_one_and_this_machine(browser: httpx.AsyncClient, host: str) -> None:
    assert (await browser.get("/ui/login", headers={"host": host})).status_code == 200


async def test_no_address_leads_away(browser: httpx.AsyncClient, ana: Someone) -> None:
    """Whatever the path, the query, the host that a proxy names or the page before says."""
    evil = "//evil.example"
    below = ["", "/", "/ui", "/ui/", "/ui/..%2f../", "/docs", "/skip", "/files", "/products", "/ui/https:"]
    paths = [f"{path}{evil}{end}" for path in below for end in ("", "/")]
    paths += ["/ui", "/products/", "/docs/", "/\\evil.example", "/ui/\\\\evil.example"]
    forwarded = {"x-forwarded-host": "evil.example", "forwarded": "host=evil.example"}
    referers = [f"https:{evil}/ui/", f"{HOST}{evil}", f"{HOST}/ui/{evil}", f"{HOST}/ui/\\evil.example", "javascript:x"]
    for signed_in in (False, True):
        if signed_in:
            await _signs_in(browser, ana)
        for path in paths:
            _safe(await browser.get(f"{HOST}{path}?next={evil}&url={evil}", headers=forwarded))
        for referer in referers:
            for form in ("language", "sign-out"):
                _safe(await browser.post(f"/ui/{form}", data={"code": "es"}, headers={"referer": referer, **forwarded}))
    _safe(await browser.get("/ui/login", params={"why": evil, "next": evil}))


CROSS: list[dict[str, str]] = [
    {"origin": "https://evil.example"},
    {"origin": "null"},
    {"origin": "https://evil.care.test"},
    {"sec-fetch-site": "cross-site"},
    {"sec-fetch-site": "same-site"},
    {"sec-fetch-site": "cross-site", "origin": HOST},
]


@pytest.mark.parametrize("elsewhere", CROSS, ids=str)
async def test_no_form_of_another_site_does_anything(
    browser: httpx.AsyncClient, ana: Someone, ravi: Someone, elsewhere: dict[str, str]
) -> None:
    await _signs_in(browser, ana)
    signed_in = dict(browser.cookies)
    form = {"email": ravi.email, "password": PASSWORD}
    assert "elsewhere" in (await browser.post("/ui/sign-in", data=form, headers=elsewhere)).headers["location"]
    await browser.post("/ui/sign-out", headers=elsewhere)
    await browser.post("/ui/language", data={"code": "es"}, headers=elsewhere)
    assert dict(browser.cookies) == signed_in
    assert (await browser.get(f"/orders/{ana.customer_id}")).status_code == 200
    for path in ("/skip/x", "/skip/x/undo", "/ui/_nicegui/client/x/upload/1"):
        assert (await browser.post(path, headers=elsewhere)).status_code == 403
    assert (await browser.post("/skip/x", headers={"origin": HOST, "sec-fetch-site": "same-origin"})).status_code == 404


@pytest.mark.parametrize("elsewhere", CROSS, ids=str)
async def test_no_socket_of_another_site_opens(
    site: Shop, browser: httpx.AsyncClient, ana: Someone, elsewhere: dict[str, str]
) -> None:
    await _signs_in(browser, ana)
    polling = "/ui/_nicegui_ws/socket.io/?EIO=4&transport=polling"
    assert (await browser.get(polling, headers=elsewhere)).status_code == 403
    cookies = "; ".join(f"{name}={value}" for name, value in browser.cookies.items())
    assert await _socket(site, {"cookie": cookies, "host": "care.test", **elsewhere}) == ["websocket.close"]
    away = {"cookie": cookies, "host": "evil.example", "origin": "https://evil.example"}
    assert await _socket(site, away) == ["websocket.close"]


async def _socket(site: Shop, headers: dict[str, str]) -> list[str]:
    """The kinds of messages that the app sends to a browser that opens a socket."""
    path = "/ui/_nicegui_ws/socket.io/"
    scope = {
        "type": "websocket",
        "path": path,
        "raw_path": path.encode(),
        "root_path": "",
        "scheme": "wss",
        "query_string": b"EIO=4&transport=websocket",
        "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
        "subprotocols": [],
    }
    sent: list[str] = []

    async def receive() -> Message:
        return {"type": "websocket.connect"}

    async def send(message: Message) -> None:
        sent.append(message["type"])

    await site.app(scope, receive, send)
    return sent


async def test_signing_in_begins_a_session_of_its_own(browser: httpx.AsyncClient, ana: Someone, ravi: Someone) -> None:
    """Whatever cookie was there before, planted or of somebody else, is worth nothing for what comes after."""
    cookies = []
    for who in (ana, ravi, ravi):
        answer = await _signs_in(browser, who)
        named, device = sorted(answer.headers.get_list("set-cookie"))
        assert device.startswith("care_device=")
        assert {"Secure", "HttpOnly"} <= _flags(device)
        assert {"Secure", "HttpOnly", "SameSite=lax", "path=/"} <= {
            flag if flag.lower() != "samesite=lax" else "SameSite=lax" for flag in _flags(named)
        }
        assert named.startswith("__Host-care_session=")
        assert (await browser.get("/ui/")).status_code == 200
        cookies.append(browser.cookies["__Host-care_session"])
    assert len(set(cookies)) == 3


def _flags(cookie: str) -> set[str]:
    known = {"secure": "Secure", "httponly": "HttpOnly"}
    return {known.get(flag.strip().lower(), flag.strip()) for flag in cookie.split(";")[1:]}


async def test_the_choice_of_a_language_is_out_of_reach_of_scripts(browser: httpx.AsyncClient) -> None:
    answer = await browser.post("/ui/language", data={"code": "es"})
    assert {"httponly", "secure"} <= {flag.lower() for flag in _flags(answer.headers["set-cookie"])}


async def test_the_apis_page_runs_no_script_but_its_own(browser: httpx.AsyncClient) -> None:
    page = await browser.get("/docs")
    (nonce,) = re.findall(r"'nonce-([\w-]+)'", page.headers["content-security-policy"])
    assert page.text.count("<script>") == 0
    assert page.text.count(f'<script nonce="{nonce}">') == 1

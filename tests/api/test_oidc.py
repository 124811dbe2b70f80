"""Signing in through another provider, against a real one on this machine; and what is made of its answers when they
are not good."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from api.main import create_app
from care.accounts import close_account
from care.embedded import free_port
from care.errors import SetupError
from care.gateways import provider_for
from care.gateways.oidc import vouched_for
from care.models.customer import Role
from care.running.doctor import _other_sign_in
from care.settings import Settings
from tests.api.shop import Shop, Someone
from tests.fakes.oidc_server import CROOKED, SECRET, provider

SIGN_IN = "/ui/login?why="
NO_ACCOUNT = {"no address", "not verified", "verified in words"}


@pytest.fixture(scope="module")
def provider_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with provider(tmp_path_factory.mktemp("oidc")) as url:
        yield url


def _with(settings: Settings, issuer: str, **more: object) -> Settings:
    given = {"oidc_issuer": issuer, "oidc_client_id": "care", "oidc_client_secret": SECRET, "oidc_name": "Acme & Co"}
    return Settings.model_validate(settings.model_dump() | given | more)


@pytest.fixture(scope="module")
def site(shop: Shop, provider_url: str) -> Shop:
    settings = _with(shop.settings, provider_url)
    app = create_app(settings)
    app.state.services = replace(shop.services, settings=settings, provider=provider_for(settings))
    return Shop(app, settings)


@pytest.fixture
async def browser(site: Shop) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(site.app), base_url="http://care.test") as client:
        yield client


async def _knows(provider_url: str, email: str, **claims: object) -> None:
    async with httpx.AsyncClient(base_url=provider_url) as there:
        known = {"email": email, "email_verified": True, **claims}
        (await there.put(f"/users/{email}", json=known)).raise_for_status()


async def _consents(address: str, email: str) -> str:
    """Signs in over there; where that sends the browser, as path and query."""
    async with httpx.AsyncClient() as there:
        answer = await there.post(address, data={"sub": email})
    assert answer.status_code == 302, answer.text
    back = urlsplit(answer.headers["location"])
    assert f"{back.scheme}://{back.netloc}{back.path}" == "http://care.test/ui/oidc/callback"
    return f"{back.path}?{back.query}"


async def _goes(browser: httpx.AsyncClient) -> str:
    answer = await browser.get("/ui/oidc/start")
    assert answer.status_code == 303
    return answer.headers["location"]


async def _tries(browser: httpx.AsyncClient, email: str) -> str:
    """The whole way; where it ends."""
    answer = await browser.get(await _consents(await _goes(browser), email))
    assert answer.status_code == 303
    return answer.headers["location"]


async def _acts(shop: Shop, about: str) -> list[str]:
    return [line.act for line in (await shop.services.stores.audit.page(about=about)).items]


async def test_whoever_the_provider_vouches_for_is_signed_in_to_their_account(
    shop: Shop, browser: httpx.AsyncClient, provider_url: str, ana: Someone
) -> None:
    page = (await browser.get("/ui/login")).text
    assert re.findall(r'<a class="other" href="/ui/oidc/start">([^<]+)</a>', page) == ["Sign in with Acme &amp; Co"]
    await _knows(provider_url, ana.email)
    await browser.post("/ui/language", data={"code": "es"})
    assert await _tries(browser, ana.email) == "/ui/"
    assert (await browser.get(f"/customer/{ana.customer_id}")).json()["email"] == ana.email
    assert (await browser.get("/ui/orders")).status_code == 200
    assert await _acts(shop, ana.customer_id) == ["signed_in"]


async def test_what_is_asked_for_is_a_code_for_us_bound_to_this_try(browser: httpx.AsyncClient) -> None:
    first, second = [parse_qs(urlsplit(await _goes(browser)).query) for _ in range(2)]
    assert first["response_type"] == ["code"]
    assert first["client_id"] == ["care"]
    assert set(first["scope"][0].split()) == {"openid", "email"}
    assert first["code_challenge_method"] == ["S256"]
    for secret in ("state", "nonce", "code_challenge"):
        assert first[secret] != second[secret]
        assert len(first[secret][0]) >= 43


async def test_nothing_of_the_session_before_lives_on(
    browser: httpx.AsyncClient, provider_url: str, ana: Someone
) -> None:
    await _knows(provider_url, ana.email)
    back = await _consents(await _goes(browser), ana.email)
    before = browser.cookies["care_session"]
    await browser.get(back)
    after = browser.cookies["care_session"]
    assert after != before
    assert "verifier" not in httpx.Cookies({"x": after})["x"]


@pytest.mark.parametrize("crooked", CROOKED)
async def test_no_crooked_token_signs_anybody_in(
    shop: Shop, browser: httpx.AsyncClient, provider_url: str, ana: Someone, crooked: str
) -> None:
    await _knows(provider_url, ana.email)
    async with httpx.AsyncClient(base_url=provider_url) as there:
        await there.put("/crooked", json=crooked)
        try:
            ended = await _tries(browser, ana.email)
        finally:
            await there.put("/crooked", json="")
    assert ended == SIGN_IN + ("no-account" if crooked in NO_ACCOUNT else "provider-refused")
    assert (await browser.get("/ui/orders")).headers["location"] == "/ui/login"
    assert "signed_in" not in await _acts(shop, ana.customer_id)
    assert await _tries(browser, ana.email) == "/ui/", "the same, but straight"


async def test_a_forged_or_missing_state_is_refused(
    browser: httpx.AsyncClient, site: Shop, provider_url: str, ana: Someone
) -> None:
    await _knows(provider_url, ana.email)
    good = await _consents(await _goes(browser), ana.email)
    for forged in (re.sub(r"state=[^&]+", "state=forged", good), good.replace("state=", "x="), "/ui/oidc/callback"):
        assert (await browser.get(forged)).headers["location"] == f"{SIGN_IN}provider-refused"
        assert (await browser.get(good)).headers["location"] == f"{SIGN_IN}provider-refused", "one answer for each try"
        good = await _consents(await _goes(browser), ana.email)
    stranger = site.browser()  # somebody else's browser is sent here: it would be signed in as another person
    assert (await stranger.get(good)).headers["location"] == f"{SIGN_IN}provider-refused"


async def test_a_code_is_good_once(browser: httpx.AsyncClient, provider_url: str, ana: Someone) -> None:
    await _knows(provider_url, ana.email)
    back = await _consents(await _goes(browser), ana.email)
    before = dict(browser.cookies)
    assert (await browser.get(back)).headers["location"] == "/ui/"
    assert (await browser.get(back)).headers["location"] == f"{SIGN_IN}provider-refused"
    browser.cookies = httpx.Cookies(before)  # also with the cookie of that moment: the provider knows the code
    assert (await browser.get(back)).headers["location"] == f"{SIGN_IN}provider-refused"


async def test_an_answer_of_another_provider_is_refused(
    browser: httpx.AsyncClient, provider_url: str, ana: Someone
) -> None:
    await _knows(provider_url, ana.email)
    for issuer, ended in (("https://evil.example", f"{SIGN_IN}provider-refused"), (provider_url, "/ui/")):
        back = await _consents(await _goes(browser), ana.email)
        assert (await browser.get(f"{back}&iss={issuer}")).headers["location"] == ended


async def test_whoever_says_no_over_there_comes_back_to_the_sign_in(browser: httpx.AsyncClient) -> None:
    state = parse_qs(urlsplit(await _goes(browser)).query)["state"][0]
    answer = await browser.get("/ui/oidc/callback", params={"error": "access_denied", "state": state})
    page = await browser.get(answer.headers["location"])
    assert "The other sign-in was not completed. Please try again." in page.text


async def test_without_an_open_account_nobody_comes_in_and_none_is_made(
    shop: Shop, browser: httpx.AsyncClient, provider_url: str
) -> None:
    gone = await shop.hires(Role.AGENT)
    await close_account(shop.services.stores, gone.email, by="root@care.test")
    for email in ("nobody@elsewhere.test", gone.email):
        await _knows(provider_url, email)
        ended = await _tries(browser, email)
        assert ended == f"{SIGN_IN}no-account"
        assert "Please ask whoever looks after CARE" in (await browser.get(ended)).text
    assert await shop.services.stores.accounts.find("nobody@elsewhere.test") is None
    assert (await _acts(shop, gone.email))[0] == "sign_in_failed"


async def test_another_site_cannot_send_a_browser_on_its_way(browser: httpx.AsyncClient) -> None:
    for elsewhere in ({"sec-fetch-site": "cross-site"}, {"origin": "null"}):
        answer = await browser.get("/ui/oidc/start", headers=elsewhere)
        assert answer.headers["location"] == f"{SIGN_IN}elsewhere"
        assert "set-cookie" not in answer.headers


async def test_a_provider_that_is_away_is_told_of_and_the_password_goes_on_working(shop: Shop, ana: Someone) -> None:
    settings = _with(shop.settings, f"http://127.0.0.1:{free_port()}")
    app = create_app(settings)
    app.state.services = replace(shop.services, settings=settings, provider=provider_for(settings))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://care.test") as browser:
        page = await browser.get((await browser.get("/ui/oidc/start")).headers["location"])
        assert "The other sign-in cannot be reached just now." in page.text
        spanish = await browser.get(page.url, headers={"accept-language": "es"})
        assert "El otro inicio de sesión no está disponible" in spanish.text
    found = await _other_sign_in(settings)
    assert not found.ok


async def test_without_a_provider_there_is_no_way_to_one(shop: Shop) -> None:
    browser = shop.browser()
    assert "oidc" not in (await browser.get("/ui/login")).text
    assert (await browser.get("/ui/oidc/start")).headers["location"] == f"{SIGN_IN}elsewhere"
    assert (await browser.get("/ui/oidc/callback?code=x&state=y")).headers["location"] == f"{SIGN_IN}provider-refused"


async def test_the_doctor_looks_the_provider_up(shop: Shop, provider_url: str) -> None:
    assert (await _other_sign_in(_with(shop.settings, provider_url))).ok
    assert (await _other_sign_in(shop.settings)).found.startswith("off")
    half = await _other_sign_in(_with(shop.settings, provider_url, oidc_client_secret=""))
    assert "CARE_OIDC_CLIENT_SECRET" in half.fix
    wrong = await _other_sign_in(_with(shop.settings, f"{provider_url}/elsewhere"))
    assert not wrong.ok


async def test_half_a_provider_does_not_start(shop: Shop) -> None:
    with pytest.raises(SetupError, match="CARE_OIDC_CLIENT_ID"):
        create_app(_with(shop.settings, "https://id.example", oidc_client_id=""))


@pytest.mark.parametrize(
    ("claims", "address"),
    [
        ({"email": "a@b.test", "email_verified": True}, "a@b.test"),
        ({"email": "a@b.test"}, None),
        ({"email": "a@b.test", "email_verified": False}, None),
        ({"email": "a@b.test", "email_verified": "true"}, None),
        ({"email": "a@b.test", "email_verified": 1}, None),
        ({"email": ["a@b.test"], "email_verified": True}, None),
        ({"email": "", "email_verified": True}, None),
        ({"email_verified": True}, None),
    ],
)
def test_an_address_counts_only_if_it_is_verified(claims: dict[str, object], address: str | None) -> None:
    assert vouched_for(claims) == address

from __future__ import annotations

from collections.abc import Awaitable
from datetime import UTC, datetime

import httpx
import jwt
import pytest

from api.main import create_app
from care.accounts import change_role, close_account, reset_password
from care.models.customer import Role
from tests.api.shop import PASSWORD, Shop, Someone


async def test_the_right_password_gives_a_token_that_opens_the_own_data(shop: Shop, ana: Someone) -> None:
    visitor = shop.browser()
    answer = await visitor.post("/auth/token", data={"username": ana.email.upper(), "password": PASSWORD})
    assert answer.status_code == 200
    token = answer.json()
    assert (token["token_type"], token["expires_in"]) == ("bearer", shop.settings.token_seconds)
    visitor.headers["Authorization"] = f"Bearer {token['access_token']}"
    assert (await visitor.get(f"/customer/{ana.customer_id}")).json()["email"] == ana.email


@pytest.mark.parametrize("known", [True, False])
async def test_a_wrong_password_and_an_unknown_address_get_the_same_answer(
    shop: Shop, ana: Someone, known: bool
) -> None:
    email = ana.email if known else "nobody@care.test"
    answer = await shop.browser().post("/auth/token", data={"username": email, "password": "wrong"})
    assert answer.status_code == 401
    assert answer.json()["detail"] == "The e-mail address or the password is wrong."
    assert answer.headers["www-authenticate"] == "Bearer"


def _claims(ana: Someone, **more: object) -> dict[str, object]:
    """Those of the token that she has, but for `more`."""
    claims = jwt.decode(ana.http.headers["Authorization"].split()[1], options={"verify_signature": False})
    return claims | more


async def test_a_token_opens_as_long_as_nothing_of_it_is_changed(shop: Shop, ana: Someone) -> None:
    token = jwt.encode(_claims(ana), shop.settings.signing_key(), algorithm="HS256")
    assert (await shop.browser(Authorization=f"Bearer {token}").get("/products")).status_code == 200


@pytest.mark.parametrize(
    ("change", "key"),
    [
        ({}, "another key that is long enough to sign with"),
        ({"exp": datetime(2020, 1, 1, tzinfo=UTC)}, None),
        ({"role": "admin"}, None),
        ({"role": "king"}, None),
        ({"customer_id": "CUST999"}, None),
        ({"sub": "gone@care.test"}, None),
        ({"iss": "elsewhere"}, None),
        ({"session_id": "signed-in-0"}, None),
    ],
    ids=["forged", "expired", "promoted", "invented role", "another's", "account gone", "elsewhere", "no sign-in"],
)
async def test_a_token_that_is_not_good_opens_nothing(
    shop: Shop, ana: Someone, change: dict[str, object], key: str | None
) -> None:
    token = jwt.encode(_claims(ana, **change), key or shop.settings.signing_key(), algorithm="HS256")
    answer = await shop.browser(Authorization=f"Bearer {token}").get("/products")
    assert answer.status_code == 401


async def test_an_unsigned_token_opens_nothing(shop: Shop, ana: Someone) -> None:
    token = jwt.encode(_claims(ana), "", algorithm="none")
    assert (await shop.browser(Authorization=f"Bearer {token}").get("/products")).status_code == 401


@pytest.mark.parametrize("header", ["Basic YTpi", "Bearer", "Bearer ", "nonsense", "Bearer a.b.c"])
async def test_other_ways_to_sign_in_are_refused(shop: Shop, header: str) -> None:
    assert (await shop.browser(Authorization=header).get("/products")).status_code == 401


async def test_an_account_that_has_changed_loses_its_tokens_and_a_closed_one_does_not_come_back(shop: Shop) -> None:
    stores, root = shop.services.stores, "root@care.test"

    async def signs_in(password: str) -> httpx.Response:
        return await shop.browser().post("/auth/token", data={"username": someone.email, "password": password})

    someone = await shop.hires(Role.AGENT)
    acts: list[tuple[Awaitable[object], str]] = [
        (change_role(stores, someone.email, Role.SUPERVISOR, by=root), PASSWORD),
        (reset_password(stores, someone.email, "another horse battery", by=root), "another horse battery"),
    ]
    for act, password in acts:
        assert (await someone.http.get("/reviews")).status_code == 200
        await act
        assert (await someone.http.get("/reviews")).status_code == 401
        token = (await signs_in(password)).json()["access_token"]
        someone.http.headers["Authorization"] = f"Bearer {token}"
    assert (await someone.http.get("/webhooks")).status_code == 200
    await close_account(stores, someone.email, by=root)
    assert (await someone.http.get("/webhooks")).status_code == 401
    refused = await signs_in("another horse battery")
    assert (refused.status_code, refused.json()["detail"]) == (401, "The e-mail address or the password is wrong.")


async def test_the_session_cookie_of_the_portal_reads_but_does_not_change(shop: Shop, ana: Someone) -> None:
    visitor = shop.browser()
    signed_in = await visitor.post("/ui/sign-in", data={"email": ana.email, "password": PASSWORD})
    assert signed_in.status_code == 303
    cookie = signed_in.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=lax" in cookie
    assert (await visitor.get(f"/orders/{ana.customer_id}")).status_code == 200
    order = await shop.sells(ana)
    assert (await visitor.post(f"/order/cancel/{order.order_id}")).status_code == 401


async def test_behind_tls_the_session_travels_by_tls_alone(shop: Shop, ana: Someone) -> None:
    """Whether there is TLS says the public address, not a header that anybody can send."""
    app = create_app(shop.settings.model_copy(update={"public_url": "https://care.test"}))
    app.state.services = shop.services
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="https://care.test") as browser:
        answer = await browser.post("/ui/sign-in", data={"email": ana.email, "password": PASSWORD})
    name, _, flags = answer.headers.get_list("set-cookie")[-1].partition("=")
    assert name == "__Host-care_session"
    assert {"secure", "httponly", "samesite=lax", "path=/"} <= set(flags.lower().split("; "))
    assert answer.headers["strict-transport-security"] == "max-age=31536000"
    plain = await shop.browser(**{"X-Forwarded-Proto": "https"}).get("/ui/login")
    assert "strict-transport-security" not in plain.headers

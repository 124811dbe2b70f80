"""Refresh tokens, sign-ins that end, and what happens to whoever guesses passwords."""

from __future__ import annotations

import asyncio
import threading
import time
from datetime import timedelta
from types import SimpleNamespace

import httpx
import pytest
from argon2 import PasswordHasher

from care.errors import Unauthenticated
from care.models.customer import Role
from care.passwords import hash_password
from care.stores.documents import now
from tests.api.shop import PASSWORD, Shop, Someone

Tokens = dict[str, str]
LOCKED = "This was tried too often. Please wait a while, and try again then."


async def tokens_of(shop: Shop, someone: Someone) -> Tokens:
    form = {"username": someone.email, "password": PASSWORD}
    found: Tokens = (await shop.browser().post("/auth/token", data=form)).raise_for_status().json()
    return found


async def opens(shop: Shop, tokens: Tokens) -> bool:
    answer = await shop.browser(Authorization=f"Bearer {tokens['access_token']}").get("/products")
    return answer.status_code == 200


async def acts_about(shop: Shop, about: str) -> list[str]:
    await shop.services.signing_in.recording.settle()
    return [event.act for event in reversed((await shop.services.stores.audit.page(about=about)).items)]


@pytest.mark.parametrize("path", ["/auth/refresh", "/auth/token"])
async def test_a_refresh_token_gives_new_tokens_of_the_same_sign_in(shop: Shop, ana: Someone, path: str) -> None:
    first = await tokens_of(shop, ana)
    form = {"grant_type": "refresh_token", "refresh_token": first["refresh_token"]}
    answer = await shop.browser().post(path, data=form)
    assert answer.status_code == 200
    second = answer.json()
    assert second.keys() == {"access_token", "token_type", "expires_in", "refresh_token", "refresh_expires_in"}
    assert second["refresh_token"] != first["refresh_token"]
    assert 0 < second["refresh_expires_in"] <= timedelta(days=7).total_seconds()
    assert await opens(shop, first), "an access token lives until it expires"
    assert await opens(shop, second)
    stored = await shop.services.stores.database["sessions"].find({"email": ana.email}).to_list(None)
    for secret in second["refresh_token"].split(".")[1:]:
        assert secret not in str(stored)


async def test_a_refresh_token_that_is_used_twice_ends_the_sign_in(shop: Shop, ana: Someone) -> None:
    stolen = await tokens_of(shop, ana)
    form = {"refresh_token": stolen["refresh_token"]}
    current = (await shop.browser().post("/auth/refresh", data=form)).json()
    assert (await shop.browser().post("/auth/refresh", data=form)).status_code == 401
    assert not await opens(shop, current)
    again = await shop.browser().post("/auth/refresh", data={"refresh_token": current["refresh_token"]})
    assert again.status_code == 401
    await shop.services.signing_in.recording.settle()
    [end] = [e for e in (await shop.services.stores.audit.page(about=ana.customer_id)).items if e.act == "signed_out"]
    assert (end.by, end.detail["why"]) == ("anybody", "a refresh token was used twice")


async def test_of_two_who_refresh_at_once_nobody_stays(shop: Shop, ana: Someone) -> None:
    form = {"refresh_token": (await tokens_of(shop, ana))["refresh_token"]}
    answers = await asyncio.gather(*(shop.browser().post("/auth/refresh", data=form) for _ in range(4)))
    assert sorted(each.status_code for each in answers) in ([200, 401, 401, 401], [401] * 4)
    for answer in answers:
        if answer.status_code == 200:
            assert not await opens(shop, answer.json())


async def test_a_made_up_refresh_token_ends_nothing(shop: Shop, ana: Someone) -> None:
    tokens = await tokens_of(shop, ana)
    session_id, family, own = tokens["refresh_token"].split(".")
    for made_up in ("", "nonsense", "ü.ü.ü", f"{session_id}.{own}.{family}", f"{session_id}..", f"x.{family}.{own}"):
        assert (await shop.browser().post("/auth/refresh", data={"refresh_token": made_up})).status_code in (401, 422)
        assert (await shop.browser().post("/auth/revoke", data={"token": made_up})).status_code in (200, 422)
    assert await opens(shop, tokens)


@pytest.mark.parametrize("which", ["access_token", "refresh_token"])
async def test_a_revoked_token_opens_nothing(shop: Shop, ana: Someone, which: str) -> None:
    tokens = await tokens_of(shop, ana)
    for _ in range(2):
        assert (await shop.browser().post("/auth/revoke", data={"token": tokens[which]})).status_code == 200
    assert not await opens(shop, tokens)
    refreshed = await shop.browser().post("/auth/refresh", data={"refresh_token": tokens["refresh_token"]})
    assert refreshed.status_code == 401


async def test_a_sign_in_that_is_over_is_neither_used_nor_refreshed(shop: Shop, ana: Someone) -> None:
    tokens = await tokens_of(shop, ana)
    session_id = tokens["refresh_token"].split(".")[0]
    sessions = shop.services.stores.database["sessions"]
    await sessions.update_one({"_id": session_id}, {"$set": {"expires_at": now() - timedelta(seconds=1)}})
    assert not await opens(shop, tokens)
    with pytest.raises(Unauthenticated):
        await shop.services.signing_in.refresh(tokens["refresh_token"])


async def test_using_a_sign_in_is_noted_and_makes_it_last(shop: Shop, ana: Someone) -> None:
    tokens = await tokens_of(shop, ana)
    session_id = tokens["refresh_token"].split(".")[0]
    stores, long_ago = shop.services.stores, now() - timedelta(days=2)
    old = {"used_at": long_ago, "created_at": long_ago, "expires_at": now() + timedelta(hours=1)}
    await stores.database["sessions"].update_one({"_id": session_id}, {"$set": old})
    assert await opens(shop, tokens)
    noted = await stores.sessions.find(session_id)
    assert noted is not None
    assert noted.used_at > now() - timedelta(minutes=1)
    assert noted.expires_at > now() + timedelta(days=6)


async def test_one_sees_where_one_is_signed_in_and_ends_it_there(shop: Shop, ana: Someone, ravi: Someone) -> None:
    phone = await tokens_of(shop, ana)
    laptop = shop.browser(**{"User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"})
    await laptop.post("/ui/sign-in", data={"email": ana.email, "password": PASSWORD})
    laptop.headers["User-Agent"] = "python-httpx"
    listed = (await laptop.get("/auth/sessions")).json()["items"]
    assert [(each["door"], each["device"], each["current"]) for each in listed] == [
        ("portal", "Firefox, Linux", True),
        ("api", "Python", False),
        ("api", "", False),
    ]
    there = f"/auth/sessions/end/{phone['refresh_token'].split('.')[0]}"
    assert (await ravi.http.post(there)).status_code == 404
    assert await opens(shop, phone)
    assert (await ana.http.post(there)).status_code == 204
    assert not await opens(shop, phone)
    assert (await ana.http.post("/auth/sessions/end/others")).status_code == 204
    assert (await laptop.get("/auth/sessions")).status_code == 401
    assert len((await ana.http.get("/auth/sessions")).json()["items"]) == 1
    assert (await acts_about(shop, ana.customer_id))[-2:] == ["signed_out", "signed_out"]


async def test_a_cookie_is_worth_nothing_once_its_owner_has_signed_out(shop: Shop, ana: Someone) -> None:
    visitor, thief = shop.browser(), shop.browser()
    await visitor.post("/ui/sign-in", data={"email": ana.email, "password": PASSWORD})
    thief.cookies.update(visitor.cookies)
    assert (await thief.get(f"/orders/{ana.customer_id}")).status_code == 200
    await visitor.post("/ui/sign-out")
    assert (await thief.get(f"/orders/{ana.customer_id}")).status_code == 401
    assert await acts_about(shop, ana.customer_id) == ["signed_in", "signed_out"]


async def fails(shop: Shop, email: str, times: int, path: str = "/auth/token") -> list[httpx.Response]:
    form = {"username": email, "email": email, "password": "wrong"}
    return [await shop.browser().post(path, data=form) for _ in range(times)]


@pytest.mark.parametrize("known", [True, False])
async def test_whoever_guesses_is_locked_out_and_learns_nothing_of_the_account(
    shop: Shop, ana: Someone, known: bool
) -> None:
    email = ana.email if known else f"nobody-{ana.email}"
    *wrong, locked = await fails(shop, email, 6)
    assert {(each.status_code, each.json()["detail"]) for each in wrong} == {
        (401, "The e-mail address or the password is wrong.")
    }
    assert (locked.status_code, locked.json()["detail"]) == (429, LOCKED)
    assert 50 <= int(locked.headers["retry-after"]) <= 60
    if known:
        form = {"username": email, "password": PASSWORD}
        assert (await shop.browser().post("/auth/token", data=form)).status_code == 429, "not even the right password"
    assert await shop.services.stores.database["tries"].count_documents({"$expr": {"$eq": ["$_id", email]}}) == 0


async def test_many_guesses_at_once_are_no_way_around(shop: Shop, ana: Someone) -> None:
    answers = await asyncio.gather(*(fails(shop, ana.email, 1) for _ in range(20)))
    statuses = sorted(answer.status_code for [answer] in answers)
    assert statuses == [401] * 5 + [429] * 15


async def test_of_a_flood_the_last_are_told_to_come_back_and_no_try_of_theirs_counts(
    shop: Shop, ana: Someone, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("care.passwords._IN_LINE", 0)
    answers = await fails(shop, ana.email, 6)
    assert {(each.status_code, each.headers["retry-after"]) for each in answers} == {(503, "1")}
    told = await fails(shop, ana.email, 1, "/ui/sign-in")
    assert told[0].headers["location"] == "/ui/login?why=busy"
    monkeypatch.undo()
    await tokens_of(shop, ana)


async def test_only_so_many_hashes_are_made_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    at_once, most = 0, 0

    def slow(_: str) -> str:
        nonlocal at_once, most
        with counting:
            at_once += 1
            most = max(most, at_once)
        time.sleep(0.02)
        with counting:
            at_once -= 1
        return "hash"

    counting = threading.Lock()
    monkeypatch.setattr("care.passwords._HASHER", SimpleNamespace(hash=slow))
    await asyncio.gather(*(hash_password("x") for _ in range(12)))
    assert 1 <= most <= 2


async def test_who_has_waited_signs_in_and_all_is_forgotten(shop: Shop, ana: Someone) -> None:
    await fails(shop, ana.email, 5)
    who = shop.services.signing_in.who(ana.email)
    past = {"last_at": now() - timedelta(minutes=2)}
    await shop.services.stores.database["tries"].update_one({"_id": who}, {"$set": past})
    await tokens_of(shop, ana)
    assert [each.status_code for each in await fails(shop, ana.email, 5)] == [401] * 5


async def test_nobody_locks_out_a_browser_or_a_program_that_is_known(shop: Shop, ana: Someone) -> None:
    browser, form = shop.browser(), {"email": ana.email, "password": PASSWORD}
    await browser.post("/ui/sign-in", data=form)
    await browser.post("/ui/sign-out")
    program = await tokens_of(shop, ana)
    await fails(shop, ana.email, 6)
    assert (await shop.browser().post("/ui/sign-in", data=form)).status_code == 429
    assert (await browser.post("/ui/sign-in", data=form)).headers["location"] == "/ui/"
    assert await opens(shop, program)
    refreshed = await shop.browser().post("/auth/refresh", data={"refresh_token": program["refresh_token"]})
    assert refreshed.status_code == 200


async def test_a_known_browser_has_a_bound_of_its_own_and_is_known_for_its_account_alone(
    shop: Shop, ana: Someone, ravi: Someone
) -> None:
    browser = shop.browser()
    await browser.post("/ui/sign-in", data={"email": ana.email, "password": PASSWORD})
    for email in (ana.email, ravi.email):
        form = {"email": email, "password": "wrong"}
        answers = [await browser.post("/ui/sign-in", data=form) for _ in range(6)]
        assert [each.status_code for each in answers] == [303] * 5 + [429]
        assert "Too many sign-ins have failed" in answers[-1].text
    assert [each.status_code for each in await fails(shop, ravi.email, 1)] == [429]
    assert [each.status_code for each in await fails(shop, ana.email, 1)] == [401]


async def test_failures_and_locks_are_recorded_and_name_no_unknown_address(shop: Shop) -> None:
    someone = await shop.hires(Role.AGENT)
    await fails(shop, someone.email, 5)
    assert await acts_about(shop, someone.email) == ["sign_in_failed"] * 5 + ["locked_out"]
    await fails(shop, "not.known@elsewhere.test", 1)
    await shop.services.signing_in.recording.settle()
    [last] = (await shop.services.stores.audit.page(limit=1)).items
    assert (last.act, last.by, last.about) == ("sign_in_failed", "anybody", "")
    assert await shop.services.stores.database["audit"].count_documents({"about": "not.known@elsewhere.test"}) == 0


async def test_a_sign_in_neither_fails_nor_hangs_when_the_record_cannot_be_written(
    shop: Shop, ana: Someone, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def never(*_: object, **__: object) -> None:
        await asyncio.sleep(3600)

    recording = shop.services.signing_in.recording
    monkeypatch.setattr("care.recording._PATIENCE", 0.01)
    monkeypatch.setattr(recording, "_append", never)
    assert await opens(shop, await tokens_of(shop, ana))
    for task in recording._under_way:
        task.cancel()


async def test_a_hash_of_other_parameters_is_renewed_by_the_next_sign_in(shop: Shop, ana: Someone) -> None:
    stores = shop.services.stores
    await stores.accounts.set_password_hash(ana.email, PasswordHasher(time_cost=1, memory_cost=8192).hash(PASSWORD))
    await tokens_of(shop, ana)
    account = await stores.accounts.find(ana.email)
    assert account is not None
    assert not PasswordHasher().check_needs_rehash(account.password_hash)
    assert account.generation == 0, "nobody is signed out by it"
    await tokens_of(shop, ana)

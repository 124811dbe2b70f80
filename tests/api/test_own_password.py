"""One's own password: changed by who knows it, set anew by a link in a mail."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta

import httpx
import jwt
import pytest

from api.main import create_app
from care.accounts import close_account, reset_password
from care.dispatch import Dispatcher
from care.gateways.mail import SmtpMail
from care.links import Links
from care.logs import _without_secrets
from care.models.customer import ChangeCustomer, Role
from care.own_password import OwnPassword
from care.stores.documents import now
from tests.api.shop import PASSWORD, Shop, Someone
from tests.channels.notices import Recorder, webhooks
from tests.channels.servers import Mailbox, mail_server
from tests.channels.test_mail import settings_for

NEW = "another horse battery"
LINK = re.compile(r"http://care\.test(/ui/reset/\S+)")


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    with mail_server() as box:
        yield box


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("care.own_password._ANSWER_AFTER", 0)


@asynccontextmanager
async def browsing(shop: Shop) -> AsyncIterator[httpx.AsyncClient]:
    """A browser at the same shop, which sends mail."""
    app, here = create_app(shop.settings), shop.services
    mailing = OwnPassword(
        here.stores, Links(shop.settings), here.signing_in, here.signing_in.recording, sends_mail=True
    )
    app.state.services = replace(here, own_password=mailing)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://care.test") as browser:
        yield browser


async def sent(shop: Shop, mailbox: Mailbox) -> None:
    """All mail that is due goes out."""
    stores, mail = shop.services.stores, SmtpMail(settings_for(mailbox.port))
    links = Links(shop.settings)
    dispatcher = Dispatcher(stores, mail, Recorder(), webhooks(stores), shop.settings.public_url, links)
    await dispatcher.send_due(now())


async def link_for(shop: Shop, mailbox: Mailbox, browser: httpx.AsyncClient, email: str, **headers: str) -> str:
    await browser.post("/ui/forgot", data={"email": email}, headers=headers)
    await sent(shop, mailbox)
    body = mailbox.mails[-1].get_body(("plain",))
    assert body is not None
    found = LINK.search(body.get_content())
    assert found
    return found[1]


async def signs_in(shop: Shop, someone: Someone, password: str) -> int:
    form = {"username": someone.email, "password": password}
    return (await shop.browser().post("/auth/token", data=form)).status_code


async def test_a_forgotten_password_is_set_anew_by_a_mail_once_and_all_sign_ins_end(
    shop: Shop, ana: Someone, mailbox: Mailbox
) -> None:
    async with browsing(shop) as browser:
        assert "/ui/forgot" in (await browser.get("/ui/login")).text
        assert 'name="email"' in (await browser.get("/ui/forgot")).text
        told = await browser.post("/ui/forgot", data={"email": ana.email.upper()})
        unknown = await browser.post("/ui/forgot", data={"email": "nobody@care.test"})
        assert told.text == unknown.text
        assert "a mail is on its way" in told.text
        await sent(shop, mailbox)
        assert mailbox.receivers == [ana.email]
        text = mailbox.mails[0].get_body(("plain",))
        assert text is not None
        found = LINK.search(text.get_content())
        assert found
        link = found[1]

        for _ in range(2):  # what fetches links uses none up
            page = await browser.get(link)
        assert (page.status_code, page.headers["referrer-policy"]) == (200, "no-referrer")
        assert ana.email in page.text
        refused = await browser.post(link, data={"password": "qwertyuiop123", "email": ana.email})
        assert refused.status_code == 422
        assert "first that are guessed" in refused.text
        assert (await ana.http.get("/products")).status_code == 200

        # From a page that tells nobody its address, a browser sends no origin of its own.
        done = await browser.post(link, data={"password": NEW}, headers={"Origin": "null"})
        assert (done.status_code, done.headers["location"]) == (303, "/ui/login?why=renewed")
        assert "Your new password is set." in (await browser.get(done.headers["location"])).text
        assert (await ana.http.get("/products")).status_code == 401
        entered = await browser.post("/ui/sign-in", data={"email": ana.email, "password": NEW})
        assert entered.headers["location"] == "/ui/"
        assert await signs_in(shop, ana, PASSWORD) == 401

        again = await browser.post(link, data={"password": "yet another battery"})
        assert again.status_code == 410
        assert "Ask for a new link" in again.text
    await shop.services.signing_in.recording.settle()
    acts = [event.act for event in (await shop.services.stores.audit.page(about=ana.customer_id)).items]
    assert {"password_reset_asked", "password_renewed", "signed_in"} <= set(acts)


async def test_the_secret_of_a_link_is_kept_nowhere_and_stays_out_of_logs(
    shop: Shop, ana: Someone, mailbox: Mailbox
) -> None:
    async with browsing(shop) as browser:
        token = (await link_for(shop, mailbox, browser, ana.email)).rpartition("/")[2]
    database = shop.services.stores.database
    for name in ("password_resets", "dispatches", "tries", "audit", "notifications"):
        kept = str(await database[name].find().to_list(None))
        assert token not in kept
        assert token.rpartition(".")[2] not in kept
    assert ana.email not in str(await database["dispatches"].find().to_list(None))
    claims = jwt.decode(token, options={"verify_signature": False})
    assert ana.email not in str(claims)
    logged = _without_secrets(None, "info", {"event": f"GET /ui/reset/{token} 200"})
    assert logged["event"] == "GET /ui/reset/... 200"


async def test_a_link_ends_when_it_is_late_and_when_the_password_or_the_account_changes(
    shop: Shop, mailbox: Mailbox
) -> None:
    stores = shop.services.stores

    async def late(someone: Someone) -> None:
        past = {"$set": {"expires_at": now() - timedelta(seconds=1)}}
        await stores.database["password_resets"].update_many({"email": someone.email}, past)

    async def changed(someone: Someone) -> None:
        await reset_password(stores, someone.email, NEW, by="root@care.test")

    async def closed(someone: Someone) -> None:
        await close_account(stores, someone.email, by="root@care.test")

    async with browsing(shop) as browser:
        for happens in (late, changed, closed):
            someone = await shop.hires(Role.AGENT)
            link = await link_for(shop, mailbox, browser, someone.email)
            await happens(someone)
            body = {"token": link.rpartition("/")[2], "password": "a third horse battery"}
            assert (await shop.browser().post("/auth/password/reset", json=body)).status_code == 410
            assert (await browser.get(link)).status_code == 410


async def test_a_forged_or_foreign_token_sets_no_password(shop: Shop, ana: Someone) -> None:
    access = ana.http.headers["Authorization"].split()[1]
    until = now() + timedelta(minutes=5)
    forged = jwt.encode(
        {"aud": "reset", "sub": "x", "exp": until}, "another key that is long enough to sign with", "HS256"
    )
    for token in ("", "nonsense", access, forged, Links(shop.settings).reset("none", until).rpartition("/")[2]):
        answer = await shop.browser().post("/auth/password/reset", json={"token": token, "password": NEW})
        assert answer.status_code == 410


async def test_a_mail_that_is_sent_too_late_is_not_sent(shop: Shop, ana: Someone, mailbox: Mailbox) -> None:
    async with browsing(shop) as browser:
        await browser.post("/ui/forgot", data={"email": ana.email})
        await reset_password(shop.services.stores, ana.email, NEW, by="root@care.test")
        await sent(shop, mailbox)
    assert mailbox.mails == []


async def test_nobody_is_buried_under_mails_and_nobody_is_told(shop: Shop, ana: Someone, mailbox: Mailbox) -> None:
    async with browsing(shop) as browser:
        answers = [
            await browser.post("/auth/password/forgot", json={"email": email})
            for email in (ana.email, "nobody@care.test")
            for _ in range(6)
        ]
        await sent(shop, mailbox)
    assert {(each.status_code, each.text) for each in answers} == {(202, "")}
    assert len(mailbox.mails) == 2


async def test_the_mail_speaks_the_language_of_the_page(shop: Shop, ana: Someone, mailbox: Mailbox) -> None:
    await shop.services.stores.customers.change(ana.customer_id, ChangeCustomer(locale="hi"))
    async with browsing(shop) as browser:
        await link_for(shop, mailbox, browser, ana.email, **{"Accept-Language": "es-MX"})
    mail = mailbox.mails[-1]
    text, html = mail.get_body(("plain",)), mail.get_body(("html",))
    assert text is not None
    assert html is not None
    assert mail["Subject"] == "Una contraseña nueva"
    assert "Alguien ha pedido una contraseña nueva" in text.get_content()
    assert "El enlace de abajo funciona una vez" in text.get_content()
    assert "Elegir una contraseña nueva</a>" in html.get_content()


async def test_where_no_mail_is_sent_the_page_says_whom_to_ask(shop: Shop, ana: Someone) -> None:
    page = await shop.browser().get("/ui/forgot")
    assert "Please ask an administrator for a new password." in page.text
    assert "<input" not in page.text
    for email in (ana.email, "nobody@care.test"):
        answer = await shop.browser().post("/auth/password/forgot", json={"email": email})
        assert (answer.status_code, answer.json()["detail"]) == (
            409,
            "This shop sends no mail. Please ask an administrator for a new password.",
        )


async def test_another_site_has_no_mails_sent(shop: Shop, ana: Someone, mailbox: Mailbox) -> None:
    async with browsing(shop) as browser:
        await browser.post("/ui/forgot", data={"email": ana.email}, headers={"Origin": "https://elsewhere.test"})
        await sent(shop, mailbox)
    assert mailbox.mails == []


async def test_changing_ones_password_ends_every_other_sign_in(shop: Shop, ana: Someone) -> None:
    form = {"username": ana.email, "password": PASSWORD}
    other = (await shop.browser().post("/auth/token", data=form)).json()
    body = {"current": PASSWORD, "new": NEW}
    assert (await shop.browser().post("/auth/password", json=body)).status_code == 401
    assert (await ana.http.post("/auth/password", json=body)).status_code == 204
    assert (await ana.http.get("/products")).status_code == 200
    elsewhere = shop.browser(Authorization=f"Bearer {other['access_token']}")
    assert (await elsewhere.get("/products")).status_code == 401
    refreshed = await shop.browser().post("/auth/refresh", data={"refresh_token": other["refresh_token"]})
    assert refreshed.status_code == 401
    assert (await signs_in(shop, ana, PASSWORD), await signs_in(shop, ana, NEW)) == (401, 200)
    lines = (await shop.services.stores.audit.page(about=ana.customer_id)).items
    assert ("password_changed", ana.customer_id) in [(line.act, line.by) for line in lines]


async def test_a_stolen_sign_in_does_not_find_out_the_password_and_locks_nobody_out(shop: Shop, ana: Someone) -> None:
    body = {"current": "a guess", "new": NEW}
    answers = [await ana.http.post("/auth/password", json=body) for _ in range(6)]
    assert [each.status_code for each in answers] == [422] * 5 + [429]
    assert answers[0].json()["errors"] == [{"field": "current", "message": "The current password is wrong."}]
    assert await signs_in(shop, ana, PASSWORD) == 200


@pytest.mark.parametrize("new", ["short", "password1234", "i am customer and proud"])
async def test_a_password_that_will_not_do_changes_nothing(shop: Shop, ana: Someone, new: str) -> None:
    answer = await ana.http.post("/auth/password", json={"current": PASSWORD, "new": new})
    assert answer.status_code == 422
    assert await signs_in(shop, ana, PASSWORD) == 200

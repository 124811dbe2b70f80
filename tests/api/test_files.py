"""Files through links that end: from a path without cookies, for whoever may see them at that moment."""

from __future__ import annotations

import base64
from collections.abc import Awaitable
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from api.security import issue_token
from care.accounts import close_account, reset_password
from care.errors import Gone, NotFound
from care.file_links import PATH, FileLinks
from care.models.customer import Principal, Role
from tests.api.shop import PASSWORD, Shop, Someone
from tests.api.test_evidence import SAFE
from tests.media.files import pdf

NOW = datetime(2026, 11, 27, 12, 0, 1, tzinfo=UTC)
ANA = Principal(email="ana@care.test", role=Role.CUSTOMER, customer_id="CUST001")


@pytest.fixture
def links(shop: Shop) -> FileLinks:
    return FileLinks(shop.settings)


def test_a_link_names_file_picture_and_asker_and_shows_none_of_it(links: FileLinks) -> None:
    token = links.make("EVD001", 2, ANA, NOW).removeprefix(PATH)
    permit = links.read(token, NOW)
    assert (permit.evidence_id, permit.preview, permit.asker) == ("EVD001", 2, ANA)
    opened = base64.urlsafe_b64decode(token + "==")
    assert not any(word in opened for word in (b"ana", b"EVD001", b"CUST001"))


def test_for_some_minutes_the_same_wish_has_the_same_link(links: FileLinks) -> None:
    first = links.make("EVD001", None, ANA, NOW)
    assert links.make("EVD001", None, ANA, NOW + timedelta(minutes=4)) == first
    others = {
        links.make("EVD001", 1, ANA, NOW),
        links.make("EVD002", None, ANA, NOW),
        links.make("EVD001", None, ANA.model_copy(update={"session_id": "another"}), NOW),
        links.make("EVD001", None, ANA, NOW + timedelta(minutes=5)),
    }
    assert len(others | {first}) == 5


def test_a_link_ends_after_ten_minutes_at_most(links: FileLinks) -> None:
    token = links.make("EVD001", None, ANA, NOW).removeprefix(PATH)
    links.read(token, NOW + timedelta(minutes=5))
    with pytest.raises(Gone, match="open the file again"):
        links.read(token, NOW + timedelta(minutes=10))


def test_what_was_not_sealed_for_this_opens_nothing(shop: Shop, links: FileLinks) -> None:
    good = links.make("EVD001", None, ANA, NOW).removeprefix(PATH)
    other = FileLinks(shop.settings.model_copy(update={"secret_key": type(shop.settings.secret_key)("y" * 40)}))
    forged = ["", "x", "é", "a" * 5000, good[:-2], "A" + good[1:], issue_token(shop.settings, ANA)]
    for token in [*forged, other.make("EVD001", None, ANA, NOW).removeprefix(PATH)]:
        with pytest.raises(NotFound):
            links.read(token, NOW)


async def _shown(someone: httpx.AsyncClient, path: str) -> str:
    """Where the page's address leads."""
    answer = await someone.get(path)
    assert answer.status_code == 303, answer.text
    assert "no-store" in answer.headers["cache-control"]
    assert answer.headers["location"].startswith(PATH)
    return answer.headers["location"]


async def test_a_file_is_shown_without_any_cookie(shop: Shop, ana: Someone, agent: Someone) -> None:
    photo = await shop.shows_photo(ana)
    for reader in (ana, agent):
        answer = await shop.browser().get(await _shown(reader.http, f"/evidence/{photo}/link"))
        assert answer.status_code == 200
        assert SAFE.items() <= answer.headers.items()
        assert answer.content == (await ana.http.get(f"/evidence/{photo}")).content
        assert answer.headers["content-disposition"].startswith("inline")


async def test_a_document_is_saved_and_its_pages_are_shown(shop: Shop, ana: Someone) -> None:
    file = (await ana.http.post("/evidence", files={"file": pdf(pages=2)})).json()["evidence_id"]
    whole = await shop.browser().get(await _shown(ana.http, f"/evidence/{file}/link"))
    assert whole.headers["content-disposition"] == f'attachment; filename="{file}.pdf"'
    page = await shop.browser().get(await _shown(ana.http, f"/evidence/{file}/preview/2/link"))
    assert page.headers["content-type"] == "image/jpeg"
    beyond = await shop.browser().get(await _shown(ana.http, f"/evidence/{file}/preview/{10**30}/link"))
    assert beyond.status_code == 404


async def test_on_that_path_no_cookie_is_read_or_set(shop: Shop, ana: Someone) -> None:
    browser, photo = shop.browser(), await shop.shows_photo(ana)
    await browser.post("/ui/sign-in", data={"email": ana.email, "password": PASSWORD})
    link = await _shown(browser, f"/evidence/{photo}/link")  # the portal's session, as a page has it
    for path, status in ((link, 200), (f"{PATH}nonsense", 404), ("/skip/nonsense", 404)):
        answer = await browser.get(path)
        assert answer.status_code == status
        assert "set-cookie" not in answer.headers
        assert "vary" not in answer.headers  # what the session's middleware says of an answer that has looked at it
    assert (await browser.get("/products")).headers["vary"] == "Cookie"


async def test_a_stranger_gets_no_link(shop: Shop, ana: Someone, ravi: Someone) -> None:
    photo = await shop.shows_photo(ana)
    assert (await ravi.http.get(f"/evidence/{photo}/link")).status_code == 404
    assert (await shop.browser().get(f"/evidence/{photo}/link")).status_code == 401


async def test_a_changed_or_closed_account_ends_the_links_that_it_asked_for(shop: Shop, ana: Someone) -> None:
    photo = await shop.shows_photo(ana)
    stores = shop.services.stores
    amy, bob = await shop.hires(Role.AGENT), await shop.hires(Role.AGENT)
    acts: list[tuple[Someone, Awaitable[object]]] = [
        (amy, reset_password(stores, amy.email, "another horse battery", by="root@care.test")),
        (bob, close_account(stores, bob.email, by="root@care.test")),
    ]
    for someone, act in acts:
        link = await _shown(someone.http, f"/evidence/{photo}/link")
        assert (await shop.browser().get(link)).status_code == 200
        await act
        ended = await shop.browser().get(link)
        assert ended.status_code == 410
        assert "This link has expired" in ended.text


async def test_an_old_link_says_what_to_do_in_the_readers_language(shop: Shop, ana: Someone, links: FileLinks) -> None:
    asker = Principal(email=ana.email, role=Role.CUSTOMER, customer_id=ana.customer_id)
    photo = await shop.shows_photo(ana)
    old = links.make(photo, None, asker, datetime.now(UTC) - timedelta(minutes=10))
    answer = await shop.browser().get(old)
    assert answer.status_code == 410
    assert "Please open the file again from its page." in answer.text
    spanish = await shop.browser(**{"Accept-Language": "es"}).get(old)
    assert "Este enlace ha caducado" in spanish.text
    assert "Please" not in spanish.text

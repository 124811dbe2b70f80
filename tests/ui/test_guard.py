"""What stands before the portal: sign-in, origin, headers. Asked without a browser, as an attacker would."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import httpx
import pytest

from tests.running import CareUp
from tests.ui.hostile import SCRIPT
from ui.pages import PAGES

_POLICY = "content-security-policy"


@pytest.fixture
def stranger(running: CareUp) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=running.runtime["web"], timeout=60) as client:
        yield client


@pytest.fixture
def ana(running: CareUp, stranger: httpx.Client) -> httpx.Client:
    account = running.account("customer")
    form = {"email": account["email"], "password": account["password"]}
    assert stranger.post("/ui/sign-in", data=form).headers["location"] == "/ui/"
    return stranger


@pytest.mark.parametrize("page", ["/ui/", "/ui/desk", "/ui/orders", "/ui/no/such/page"])
def test_pages_are_for_those_who_signed_in(stranger: httpx.Client, page: str) -> None:
    answer = stranger.get(page)
    assert (answer.status_code, answer.headers["location"]) == (303, "/ui/login")


def test_the_first_address_leads_to_the_portal(stranger: httpx.Client) -> None:
    answer = stranger.get("/", follow_redirects=True)
    assert answer.url.path == "/ui/login"
    assert "Sign in to CARE" in answer.text


def test_pages_may_not_be_framed_and_load_nothing_from_elsewhere(ana: httpx.Client) -> None:
    told = ana.get("/ui/").headers
    policy = told[_POLICY]
    assert "server" not in told
    assert "frame-ancestors 'none'" in policy
    assert not re.search(r"https?:|\*", policy)


def test_only_scripts_that_the_very_answer_wrote_may_run(ana: httpx.Client) -> None:
    both = ana.get("/ui/"), ana.get("/ui/")
    named = [re.findall(r"script-src 'self' 'nonce-([^']+)' 'unsafe-eval';", page.headers[_POLICY]) for page in both]
    assert named[0] != named[1]
    assert both[0].text.count("<script") == both[0].text.count(f'<script nonce="{named[0][0]}"')


def test_an_open_page_is_for_whoever_opened_it(running: CareUp, ana: httpx.Client) -> None:
    found = re.search(r"'client_id': '([0-9a-f-]+)'", ana.get("/ui/orders").text)
    assert found
    socket = f"/ui/_nicegui_ws/socket.io/?EIO=4&transport=polling&client_id={found[1]}"
    upload = f"/ui/_nicegui/client/{found[1]}/upload/1"
    with httpx.Client(base_url=running.runtime["web"], timeout=60) as ravi:
        account = running.account("customer", 1)
        ravi.post("/ui/sign-in", data={"email": account["email"], "password": account["password"]})
        assert ravi.get(socket).status_code == 403
        assert ravi.post(upload, files={"file": b"x"}).status_code == 403
    assert ana.get(socket).status_code == 200


def test_a_file_of_any_size_is_refused_before_it_is_read(ana: httpx.Client) -> None:
    def endless() -> Iterator[bytes]:
        for _ in range(30):
            yield b"x" * 1024 * 1024

    kind = {"content-type": "multipart/form-data; boundary=b"}
    answer = ana.post("/ui/_nicegui/client/none/upload/1", content=endless(), headers=kind)
    assert answer.status_code in (404, 405, 413)


def test_what_an_address_says_is_never_markup(running: CareUp) -> None:
    asked = dict.fromkeys(("conversation", "show", "q", "days", "month", "why", "cursor"), SCRIPT)
    with httpx.Client(base_url=running.runtime["web"], timeout=60) as client:
        for role in ("customer", "supervisor"):
            account = running.account(role)
            client.post("/ui/sign-in", data={"email": account["email"], "password": account["password"]})
            for spec in PAGES:
                address = "/ui" + re.sub(r"\{[^}]+\}", quote(SCRIPT, safe=""), spec.path)
                answer = client.get(address, params=asked)
                assert answer.status_code < 500, address
                assert not re.search(r"<img src=x|<script>owned|<svg onload|\$\{owned", answer.text), address


def test_the_session_cookie_is_out_of_reach_of_scripts_and_other_sites(running: CareUp, stranger: httpx.Client) -> None:
    account = running.account("customer")
    answer = stranger.post("/ui/sign-in", data={"email": account["email"], "password": account["password"]})
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=lax" in cookie


def test_another_site_can_neither_sign_in_nor_out(running: CareUp, ana: httpx.Client) -> None:
    elsewhere = {"origin": "https://elsewhere.test"}
    account = running.account("customer")
    form = {"email": account["email"], "password": account["password"]}
    assert "why=elsewhere" in ana.post("/ui/sign-in", data=form, headers=elsewhere).headers["location"]
    ana.post("/ui/sign-out", headers=elsewhere)
    assert ana.get("/ui/orders").status_code == 200


def test_a_socket_opens_only_from_the_portal_itself(ana: httpx.Client) -> None:
    handshake = "/ui/_nicegui_ws/socket.io/?EIO=4&transport=polling"
    assert ana.get(handshake, headers={"origin": "https://elsewhere.test"}).status_code == 403
    assert ana.get(handshake).status_code == 200


def test_a_socket_is_not_for_strangers(stranger: httpx.Client) -> None:
    assert stranger.get("/ui/_nicegui_ws/socket.io/?EIO=4&transport=polling").status_code == 403


def test_an_old_cookie_opens_nothing_after_signing_out(ana: httpx.Client) -> None:
    ana.post("/ui/sign-out")
    assert ana.get("/ui/orders").headers["location"] == "/ui/login"


def test_the_sign_in_page_repeats_nothing_of_what_it_was_sent(stranger: httpx.Client) -> None:
    assert "<script>" not in stranger.get("/ui/login", params={"why": "<script>alert(1)</script>"}).text


def test_nothing_of_the_portal_names_another_host() -> None:
    """A page that works without a network: no address of elsewhere in styles or in what pages are built from."""
    folder = Path(__file__).resolve().parents[2] / "ui"
    named = {
        path.name: found
        for path in [*folder.rglob("*.py"), *folder.rglob("*.css")]
        if (found := re.findall(r"https?://(?!www\.w3\.org/2000/svg)[\w.-]+", path.read_text()))
    }
    assert named == {}

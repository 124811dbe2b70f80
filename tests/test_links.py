"""The token in a skip link: good for one delivery, until it is due, and for nothing else."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime, timedelta

import jwt
import pytest
import structlog

from api.security import issue_token, read_token
from care import logs
from care.errors import Gone, NotFound, SetupError, Unauthenticated
from care.links import Links, SkipPermit
from care.models.customer import Principal, Role
from care.settings import Settings

SECRET = "a secret that only this test has had"
SETTINGS = Settings(_env_file=None, secret_key=SECRET, public_url="https://shop.test/")
LINKS = Links(SETTINGS)
SOON = datetime.now(UTC) + timedelta(days=1)


def token(*, due: datetime = SOON, links: Links = LINKS) -> str:
    address = links.skip("SUB001", "2026-11-27", due)
    assert address is not None
    return address.removeprefix("https://shop.test/skip/")


def signed(**claims: object) -> str:
    good = {"aud": "skip", "sub": "SUB001", "occurrence": "2026-11-27", "exp": SOON}
    return jwt.encode({name: value for name, value in (good | claims).items() if value}, SECRET, algorithm="HS256")


def test_a_link_names_its_delivery_and_nobody() -> None:
    claims = jwt.decode(token(), options={"verify_signature": False})
    assert claims == {"aud": "skip", "sub": "SUB001", "occurrence": "2026-11-27", "exp": int(SOON.timestamp())}
    assert LINKS.read_skip(token()) == SkipPermit("SUB001", "2026-11-27")


def test_the_same_delivery_has_the_same_link() -> None:
    assert token() == token()


def test_a_delivery_among_several_of_a_day_has_no_link() -> None:
    assert LINKS.skip("SUB001", "2026-11-27T10:00:10", SOON) is None


def test_a_link_ends_when_its_delivery_is_due() -> None:
    with pytest.raises(Gone):
        LINKS.read_skip(token(due=datetime.now(UTC) - timedelta(seconds=1)))


def test_a_changed_claim_is_not_ours() -> None:
    head, _, signature = token().split(".")
    claims = {"aud": "skip", "sub": "SUB002", "occurrence": "2026-11-27", "exp": int(SOON.timestamp())}
    body = base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip("=")
    with pytest.raises(NotFound):
        LINKS.read_skip(f"{head}.{body}.{signature}")


@pytest.mark.parametrize(
    "forged",
    [
        "",
        "nonsense",
        token(links=Links(SETTINGS.model_copy(update={"secret_key": type(SETTINGS.secret_key)("x" * 40)}))),
        jwt.encode({"aud": "skip", "sub": "SUB001", "occurrence": "2026-11-27", "exp": SOON}, "", algorithm="none"),
        signed(aud="refund"),
        signed(aud=None),
        signed(exp=None),
        signed(sub=None),
        signed(occurrence=None),
    ],
    ids=["empty", "nonsense", "other key", "unsigned", "audience", "no audience", "no end", "no subject", "no date"],
)
def test_what_we_did_not_sign_for_this_opens_nothing(forged: str) -> None:
    with pytest.raises(NotFound):
        LINKS.read_skip(forged)


def test_a_sign_in_is_no_link_and_a_link_no_sign_in() -> None:
    access = issue_token(SETTINGS, Principal(email="ana@shop.test", role=Role.ADMIN, customer_id=None))
    with pytest.raises(NotFound):
        LINKS.read_skip(access)
    for link in (token(), signed(iss="care", iat=datetime.now(UTC), role="admin", customer_id="CUST001")):
        with pytest.raises(Unauthenticated):
            read_token(SETTINGS, link)


def test_links_need_a_key() -> None:
    with pytest.raises(SetupError, match="CARE_SECRET_KEY"):
        Links(Settings(_env_file=None, secret_key=""))


def test_logs_keep_no_link_and_nothing_that_a_failed_task_quotes(capsys: pytest.CaptureFixture[str]) -> None:
    before = structlog.get_config()
    import logging

    root = logging.getLogger()
    handlers, level = root.handlers, root.level
    try:
        logs.configure("info", "web")
        logging.getLogger("some.library").warning('"GET /skip/%s/undo HTTP/1.1" 200', token())
        logging.getLogger("some.library").warning("GET /files/%s?x=1 200", "sealed-token_1")
        logging.getLogger("asyncio").error("Task never retrieved <Task exception=%r>", KeyError("Ana (Vienna)"))
        said = capsys.readouterr().err
    finally:
        root.handlers, root.level = handlers, level
        structlog.configure(**before)
    assert "/skip/.../undo" in said
    assert "GET /files/... 200" in said
    assert token() not in said
    assert "<Task exception=KeyError>" in said


def test_a_token_of_a_web_process_whose_clock_is_ahead_is_good_at_another() -> None:
    ahead = datetime.now(UTC) + timedelta(minutes=2)
    claims = {"iss": "care", "sub": "ana@shop.test", "role": "admin", "customer_id": None, "session_id": ""}
    times = {"iat": ahead, "exp": ahead + timedelta(minutes=15)}
    assert read_token(SETTINGS, jwt.encode(claims | times, SETTINGS.signing_key(), "HS256")).email == "ana@shop.test"

"""How long who has failed waits, what a sign-in is good for, how a device is called, which passwords will not do."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from care.errors import Invalid
from care.models.customer import Account, Role
from care.models.session import Door, ResetRequest, Session, Tries
from care.rules.accounts import check_password
from care.rules.devices import device_of
from care.rules.lockout import FORGOTTEN_AFTER, RESET_MAIL, SIGN_IN, Patience, wait_of, with_one_more
from care.rules.sessions import end_of, is_good, is_to_note, link_opens, principal_of, used

NOW = datetime(2026, 11, 27, 9, 0, tzinfo=UTC)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def tries(failed: int, ago: timedelta = timedelta(0)) -> Tries:
    at = NOW - ago
    return Tries(who="hash", failed=failed, last_at=at, forgotten_at=at + FORGOTTEN_AFTER)


@pytest.mark.parametrize(
    ("patience", "failed", "minutes"),
    [
        *((SIGN_IN, failed, 0) for failed in range(5)),
        (SIGN_IN, 5, 1),
        (SIGN_IN, 6, 2),
        (SIGN_IN, 10, 32),
        (SIGN_IN, 11, 60),
        (SIGN_IN, 10**6, 60),
        (RESET_MAIL, 1, 0),
        (RESET_MAIL, 2, 15),
        (RESET_MAIL, 9, 12 * 60),
    ],
)
def test_some_tries_are_free_and_then_each_waits_twice_as_long_up_to_a_bound(
    patience: Patience, failed: int, minutes: int
) -> None:
    assert wait_of(tries(failed), patience, NOW) == timedelta(minutes=minutes)


def test_whoever_has_waited_may_try_again_and_a_day_later_nobody_remembers() -> None:
    assert wait_of(None, SIGN_IN, NOW) == timedelta(0)
    assert wait_of(tries(4, -MINUTE), SIGN_IN, NOW) == timedelta(0), "another process has counted a moment later"
    assert wait_of(tries(6, MINUTE), SIGN_IN, NOW) == MINUTE
    assert wait_of(tries(6, 2 * MINUTE), SIGN_IN, NOW) == timedelta(0)
    assert with_one_more(tries(6, 2 * MINUTE), "hash", NOW) == tries(7)
    assert with_one_more(tries(6, DAY), "hash", NOW) == with_one_more(None, "hash", NOW) == tries(1)


ACCOUNT = Account(email="ana@care.test", password_hash="x", role=Role.AGENT, created_at=NOW, generation=3)
SESSION = Session(
    session_id="s1",
    email="ana@care.test",
    generation=3,
    door=Door.PORTAL,
    created_at=NOW - HOUR,
    used_at=NOW - HOUR,
    expires_at=NOW + HOUR,
)


@pytest.mark.parametrize(
    ("session", "account", "good"),
    [
        ({}, {}, True),
        ({"expires_at": NOW}, {}, False),
        ({"generation": 2}, {}, False),
        ({}, {"generation": 4}, False),
        ({}, {"closed_at": NOW}, False),
        ({"email": "ravi@care.test"}, {}, False),
    ],
)
def test_a_sign_in_is_good_for_its_account_as_it_was_then(
    session: dict[str, object], account: dict[str, object], good: bool
) -> None:
    assert is_good(SESSION.model_copy(update=session), ACCOUNT.model_copy(update=account), NOW) is good


@pytest.mark.parametrize(
    ("door", "began", "ends"),
    [
        (Door.PORTAL, NOW, NOW + 8 * HOUR),
        (Door.PORTAL, NOW - 7 * DAY + HOUR, NOW + HOUR),
        (Door.API, NOW, NOW + 7 * DAY),
        (Door.API, NOW - 29 * DAY, NOW + DAY),
    ],
)
def test_a_sign_in_ends_some_time_after_its_last_use_and_never_lasts_for_ever(
    door: Door, began: datetime, ends: datetime
) -> None:
    assert end_of(door, began, NOW) == ends


def test_its_use_is_noted_now_and_then() -> None:
    assert is_to_note(SESSION, NOW)
    noted = used(SESSION, NOW)
    assert (noted.used_at, noted.expires_at) == (NOW, NOW + 8 * HOUR)
    assert not is_to_note(noted, NOW + 4 * MINUTE)
    assert principal_of(ACCOUNT, SESSION).session_id == "s1"


@pytest.mark.parametrize(
    ("account", "at", "opens"),
    [
        ({}, NOW, True),
        ({}, NOW + 30 * MINUTE, False),
        ({"generation": 4}, NOW, False),
        ({"closed_at": NOW}, NOW, False),
    ],
)
def test_a_link_to_a_new_password_opens_until_it_is_late_or_the_account_has_changed(
    account: dict[str, object], at: datetime, opens: bool
) -> None:
    asked = ResetRequest(reset_id="r", email="ana@care.test", generation=3, language="en", expires_at=NOW + 30 * MINUTE)
    assert link_opens(asked, ACCOUNT.model_copy(update=account), at) is opens


_WEBKIT = "AppleWebKit/537.36 (KHTML, like Gecko)"


@pytest.mark.parametrize(
    ("header", "device"),
    [
        ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox, Linux"),
        (f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {_WEBKIT} Chrome/156.0 Safari/537.36 Edg/156.0", "Edge, Windows"),
        (f"Mozilla/5.0 (Linux; Android 15; Pixel 9) {_WEBKIT} Chrome/156.0 Mobile Safari/537.36", "Chrome, Android"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) Version/19.0 Mobile Safari/604.1", "Safari, iPhone"),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 15_1) Version/19.0 Safari/605.1", "Safari, macOS"),
        ("curl/8.5.0", "curl"),
        ("python-httpx/0.28.1", "Python"),
        ("<script>alert(1)</script> Anna Schmidt's phone", ""),
        ("", ""),
    ],
)
def test_a_device_is_named_roughly_and_only_by_names_that_we_know(header: str, device: str) -> None:
    assert device_of(header) == device


@pytest.mark.parametrize(
    ("password", "sentence"),
    [
        ("short", "at least 12"),
        ("x" * 257, "at most 256"),
        ("Password12345", "first that are guessed"),
        ("qwertyuiop123", "first that are guessed"),
        ("aaaaaaaaaaaaaaaa", "first that are guessed"),
        ("121212121212", "first that are guessed"),
        ("correct" + "1" * 60, "first that are guessed"),
        ("contraseña1234", "first that are guessed"),
        ("jaishriram12", "first that are guessed"),
        ("Liverpool2026!", "first that are guessed"),
        ("my dear Ana.Lopez", "name or e-mail"),
        ("ana.lopez@shop.test", "name or e-mail"),
        ("anamarialopezzz", "name or e-mail"),
    ],
)
def test_a_password_that_is_guessed_first_will_not_do(password: str, sentence: str) -> None:
    with pytest.raises(Invalid, match=sentence):
        check_password(password, "ana.lopez@shop.test", "Ana María Lopez")


@pytest.mark.parametrize("password", ["correct horse battery staple", "ñandúes en la niebla", "an apple a day keeps"])
def test_no_rule_says_which_characters(password: str) -> None:
    check_password(password, "ana@shop.test", "Ana Li")

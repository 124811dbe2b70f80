"""What production refuses, as a table; and that all who start anything ask."""

from __future__ import annotations

import base64
import re
import secrets
from pathlib import Path
from typing import Any

import pytest

from care.models.customer import Account, Role
from care.production import faults, is_loopback
from care.rules.accounts import may_enter
from care.running.doctor import examine
from care.seeding.demo_data import CUSTOMERS, STAFF
from care.settings import Settings
from tests.conftest import TEST_KEY
from tests.deploy.test_compose import SERVICES
from tests.running import care

ROOT = Path(__file__).resolve().parents[1]
SECRET, KEY = secrets.token_urlsafe(48), base64.b64encode(secrets.token_bytes(32)).decode()
SAFE: dict[str, Any] = {
    "env": "production",
    "secret_key": SECRET,
    "encryption_key": KEY,
    "public_url": "https://care.example",
    "mongodb_uri": "mongodb://127.0.0.1:1/",
    "temporal_address": "127.0.0.1:1",
}


def wrong(*, demo: bool = False, **changed: Any) -> list[str]:
    return [fault.wrong for fault in faults(Settings(_env_file=None, **SAFE | changed), demo=demo)]


def _base64(key: bytes) -> str:
    return base64.b64encode(key).decode()


@pytest.mark.parametrize(
    ("changed", "named"),
    [
        ({"secret_key": SECRET[:31]}, "CARE_SECRET_KEY is short"),
        ({"secret_key": "x" * 48}, "CARE_SECRET_KEY is short"),
        ({"secret_key": "correcthorsebattery0" * 3}, "CARE_SECRET_KEY is short"),
        ({"secret_key": "please-Change_Me-3f7a9b1c5d8e2046-and-then-go"}, "CARE_SECRET_KEY is short"),
        ({"secret_key": "a secret that only this test run has had"}, "CARE_SECRET_KEY is short"),
        ({"secret_key": KEY}, "are the same"),
        ({"encryption_key": ""}, "CARE_ENCRYPTION_KEY is not 32"),
        ({"encryption_key": _base64(bytes(32))}, "CARE_ENCRYPTION_KEY is not 32"),
        ({"encryption_key": _base64(TEST_KEY)}, "CARE_ENCRYPTION_KEY is not 32"),
        ({"encryption_key": _base64(bytes(range(0, 128, 4)))}, "CARE_ENCRYPTION_KEY is not 32"),
        ({"encryption_key": _base64(b"abcdefghijklmnop" * 2)}, "CARE_ENCRYPTION_KEY is not 32"),
        ({"encryption_key": _base64(b"thirty-two characters of a text!")}, "CARE_ENCRYPTION_KEY is not 32"),
        ({"public_url": "http://care.example"}, "CARE_PUBLIC_URL is not https"),
        ({"public_url": "http://127.0.0.1.evil.example"}, "CARE_PUBLIC_URL is not https"),
        ({"public_url": "care.example"}, "CARE_PUBLIC_URL is not https"),
        ({"log_level": "debug"}, "CARE_LOG_LEVEL=debug"),
        ({"smtp_security": "none", "smtp_password": "x"}, "CARE_SMTP_SECURITY=none"),
        ({"stripe_base_url": "http://127.0.0.1:1"}, "CARE_STRIPE_BASE_URL"),
        ({"groq_base_url": "http://groq.example"}, "CARE_GROQ_BASE_URL"),
        ({"gemini_base_url": "http://gemini.example"}, "CARE_GEMINI_BASE_URL"),
        ({"oidc_issuer": "http://id.example"}, "CARE_OIDC_ISSUER"),
        ({"allow_subdaily": True}, "CARE_ALLOW_SUBDAILY"),
        ({"demo": True}, "The demo"),
    ],
)
def test_production_refuses_what_is_not_safe_and_says_what_to_do(changed: dict[str, Any], named: str) -> None:
    assert [sentence for sentence in wrong(**changed) if named in sentence], wrong(**changed)
    assert wrong(**changed | {"env": "development"}) == []


@pytest.mark.parametrize(
    "changed",
    [
        {},
        {"secret_key": secrets.token_hex(16)},
        {"secret_key": ""},  # a worker's; `care serve` asks for one by itself
        {"public_url": "http://127.0.0.1:8080"},
        {"public_url": "http://[::1]:8080"},
        {"public_url": "http://localhost"},
        {"smtp_security": "none", "smtp_password": ""},
        {"groq_base_url": "https://groq.example", "stripe_base_url": "", "oidc_issuer": "https://id.example"},
    ],
)
def test_what_is_safe_starts(changed: dict[str, Any]) -> None:
    assert wrong(**changed) == []


def test_random_keys_are_never_taken_for_known_ones() -> None:
    for _ in range(500):
        assert wrong(secret_key=secrets.token_urlsafe(36), encryption_key=_base64(secrets.token_bytes(32))) == []


def test_all_faults_are_told_at_once() -> None:
    assert len(wrong(demo=True, log_level="debug", public_url="http://x.example", allow_subdaily=True)) == 4


def test_every_key_that_stands_in_this_repository_is_refused() -> None:
    """One written into an example or a test is known to everybody."""
    written = re.compile(r"""(?:SECRET|secret_key"?)\s*[=:]\s*"([^"\n]{32,})\"""", re.IGNORECASE)
    texts = [path.read_text() for folder in ("tests", "deploy", "bench") for path in (ROOT / folder).rglob("*.py")]
    found = {key for text in texts for key in written.findall(text)}
    assert "a secret that only this test run has had" in found
    for key in found:
        assert wrong(secret_key=key), key


def test_docker_compose_is_safe_as_it_comes() -> None:
    given = SERVICES["web"]["environment"] | {"CARE_SECRET_KEY": SECRET, "CARE_ENCRYPTION_KEY": KEY}
    filled = {name: re.sub(r"\$\{\w+:-([^}]*)\}", r"\1", str(value)) for name, value in given.items()}
    settings = {name.removeprefix("CARE_").lower(): value for name, value in filled.items() if value}
    assert settings["env"] == "production"
    assert faults(Settings.model_validate(settings)) == []


def test_accounts_of_the_demo_open_nothing_in_production() -> None:
    for email in [who.email for who in CUSTOMERS] + [email for email, _ in STAFF]:
        account = Account(email=email, password_hash="", role=Role.AGENT, created_at="2026-01-01T00:00:00Z")
        assert may_enter(account, production=False)
        assert not may_enter(account, production=True)
        assert may_enter(account.model_copy(update={"email": "amy@shop.example"}), production=True)


def test_this_machine_is_told_by_its_addresses_alone() -> None:
    assert all(map(is_loopback, ("127.0.0.1", "127.9.9.9", "::1", "[::1]", "localhost", "LocalHost")))
    assert not any(map(is_loopback, ("", "0.0.0.0", "10.0.0.1", "localhost.evil.example", "127.0.0.1.evil.example")))


@pytest.mark.parametrize("command", ["serve", "worker"])
def test_a_process_says_why_it_does_not_start(command: str, tmp_path: Path) -> None:
    unsafe = SAFE | {"encryption_key": _base64(bytes(32)), "log_level": "debug"}
    result = care(command, cwd=tmp_path, **{f"CARE_{name.upper()}": value for name, value in unsafe.items()})
    assert result.returncode == 1
    assert result.stderr.startswith("care: CARE_ENV=production does not start like this.")
    assert "CARE_ENCRYPTION_KEY" in result.stderr
    assert "Set it to info." in result.stderr


def test_care_up_with_its_demo_is_refused(tmp_path: Path) -> None:
    result = care("up", "--demo", cwd=tmp_path, CARE_ENV="production")
    assert result.returncode == 1
    assert "Start with --no-demo" in result.stderr


async def test_the_doctor_lists_each_fault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name, value in (SAFE | {"public_url": "http://care.example", "log_level": "debug"}).items():
        monkeypatch.setenv(f"CARE_{name.upper()}", value)
    found = [finding for finding in await examine(None) if finding.what == "production"]
    assert [finding.ok for finding in found] == [False, False]
    assert "https" in found[0].fix

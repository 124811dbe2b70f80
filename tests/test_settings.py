"""Settings: read once, refused with one sentence."""

from __future__ import annotations

import json
import stat
from pathlib import Path
from typing import Any

import pytest

from care.errors import SetupError
from care.settings import Settings, load, secrets_in

BOTH: dict[str, Any] = {"mongodb_uri": "mongodb://127.0.0.1/", "temporal_address": "127.0.0.1:7233"}


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A developer's own .env must not decide a test."""
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize("name", ["GROQ_API_KEY", "CARE_GROQ_API_KEY"])
def test_plain_and_prefixed_names_both_work(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name, "gsk-1")
    key = Settings().groq_api_key
    assert key is not None
    assert key.get_secret_value() == "gsk-1"


def test_a_key_never_shows_in_the_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GEMINI_API_KEY", "very-secret")
    assert "very-secret" not in repr(Settings())


def test_a_wrong_value_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CARE_EVIDENCE_MAX_BYTES", "many")
    with pytest.raises(SetupError, match="CARE_EVIDENCE_MAX_BYTES"):
        load(**BOTH)


def test_a_missing_server_says_how_to_set_it() -> None:
    with pytest.raises(SetupError, match=r"Set CARE_MONGODB_URI .*--data-dir"):
        load()


@pytest.mark.parametrize("key", ["", "short", "not base64 !", "AAAA"])
def test_a_weak_encryption_key_is_refused(key: str) -> None:
    with pytest.raises(SetupError, match="CARE_ENCRYPTION_KEY"):
        load(**BOTH, encryption_key=key).key_ring()


def test_a_short_signing_key_is_refused() -> None:
    with pytest.raises(SetupError, match="CARE_SECRET_KEY"):
        load(**BOTH, secret_key="x" * 31).signing_key()


def test_keys_of_a_data_directory_are_made_once_and_kept_private(tmp_path: Path) -> None:
    first, second = secrets_in(tmp_path / "d"), secrets_in(tmp_path / "d")
    assert first == second
    assert stat.S_IMODE((tmp_path / "d" / "secrets.json").stat().st_mode) == 0o600


def test_a_data_directory_names_the_servers_whatever_the_environment_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    runtime = {
        "mongodb_uri": "mongodb://127.0.0.1:1/",
        "temporal_address": "127.0.0.1:2",
        "temporal_ui": "u",
        "web": "w",
    }
    (tmp_path / "runtime.json").write_text(json.dumps(runtime))
    monkeypatch.setenv("CARE_TEMPORAL_ADDRESS", "elsewhere:7233")
    settings = load(tmp_path)
    assert settings.mongodb_uri == "mongodb://127.0.0.1:1/"
    assert settings.temporal_address == "127.0.0.1:2"
    assert len(settings.key_ring().keys) == 1


def test_joining_what_does_not_run_says_how_to_start_it(tmp_path: Path) -> None:
    with pytest.raises(SetupError, match="care up"):
        load(tmp_path)

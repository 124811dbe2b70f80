"""The settings for Temporal Cloud and Atlas, as far as they can be checked without either."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from pymongo.uri_parser import validate_options

from care.production import faults
from care.search_attributes import SEARCH_ATTRIBUTES
from care.settings import Settings
from tests.deploy.test_compose import settings_names
from tests.test_production import KEY, SECRET

ROOT = Path(__file__).resolve().parents[2]
EXAMPLE = (ROOT / "deploy" / "cloud" / "example.env").read_text()


def test_every_line_is_a_setting() -> None:
    named = set(re.findall(r"^(?:# )?(CARE_[A-Z_]+)=", EXAMPLE, re.M))
    assert named <= settings_names()
    assert {"CARE_TEMPORAL_TLS_CERT", "CARE_TEMPORAL_API_KEY", "CARE_MONGODB_URI"} <= named


def test_filled_in_it_is_good_enough_for_production(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in settings_names():
        monkeypatch.delenv(name, raising=False)
    filled = EXAMPLE.replace("SECRET_KEY=\n", f"SECRET_KEY={SECRET}\n").replace(
        "ENCRYPTION_KEY=\n", f"ENCRYPTION_KEY={KEY}\n"
    )
    (tmp_path / ".env").write_text(filled)
    settings = Settings(_env_file=tmp_path / ".env")
    assert faults(settings) == []
    assert faults(Settings(_env_file=None, env="production")) != []
    _, _, options = settings.mongodb_uri.partition("?")
    asked = dict(each.lower().split("=") for each in options.split("&"))
    assert set(validate_options(asked)) == {"retrywrites", "w"}  # raises for what the driver does not know


def test_the_image_can_look_up_the_names_of_atlas() -> None:
    """What `mongodb+srv` needs is part of what is installed."""
    assert re.search(r"^dnspython==", (ROOT / "requirements-runtime.lock").read_text(), re.M)


def test_every_search_attribute_is_in_the_command_for_temporal_cloud() -> None:
    told = (ROOT / "docs" / "operations.md").read_text()
    [command] = re.findall(r"`tcld namespace search-attributes add ([^`]+)`", told)
    assert dict(re.findall(r"--sa (\w+)=(\w+)", command)) == SEARCH_ATTRIBUTES

"""The Hugging Face Space: its front matter, its image, how it starts, and what its sign-in page shows."""

from __future__ import annotations

import json
import os
import re
import subprocess
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from care.production import faults
from care.settings import Settings
from tests.running import environment
from tests.test_production import SAFE
from ui.session import demo_accounts

ROOT = Path(__file__).resolve().parents[2]
SPACE = ROOT / "deploy" / "huggingface"
COLOURS = {"enum": ["red", "yellow", "green", "blue", "indigo", "purple", "pink", "gray"]}
# From the reference of Spaces: what we use, and nothing else.
FRONT_MATTER = {
    "type": "object",
    "required": ["title", "emoji", "colorFrom", "colorTo", "sdk", "app_port"],
    "additionalProperties": False,
    "properties": {
        "title": {"type": "string"},
        "emoji": {"type": "string", "maxLength": 2},
        "colorFrom": COLOURS,
        "colorTo": COLOURS,
        "sdk": {"const": "docker"},
        "app_port": {"type": "integer"},
        "pinned": {"type": "boolean"},
        "short_description": {"type": "string", "maxLength": 60},
        "startup_duration_timeout": {"type": "string", "pattern": r"^\d+[mh]$"},
    },
}


def front_matter() -> dict[str, Any]:
    _, told, _ = (SPACE / "README.md").read_text().split("---\n", 2)
    found: dict[str, Any] = yaml.safe_load(told)
    return found


def test_the_front_matter_keeps_to_the_reference_and_names_the_port() -> None:
    jsonschema.validate(front_matter(), FRONT_MATTER)
    port = front_matter()["app_port"]
    assert f"EXPOSE {port}" in (SPACE / "Dockerfile").read_text()
    assert f"PORT:-{port}" in (SPACE / "start.sh").read_text()


def test_the_image_is_built_as_the_other_one_and_runs_as_the_user_of_spaces() -> None:
    dockerfile, other = (SPACE / "Dockerfile").read_text(), (ROOT / "Dockerfile").read_text()
    assert re.findall(r"^FROM (\S+)$", dockerfile, re.M) == [re.findall(r"^FROM (\S+)$", other, re.M)[-1]]
    for line in re.findall(r"^COPY (?!--from).*$", other, re.M):
        assert line in dockerfile
    assert [each for each in re.findall(r"pip install .*$", dockerfile, re.M) if "--require-hashes" in each] == [
        "pip install --no-deps --require-hashes -r requirements-runtime.lock",
        "pip install --no-deps --require-hashes -r build.lock",
    ]
    assert "useradd --uid 1000" in dockerfile
    assert re.findall(r"^USER (\S+)", dockerfile, re.M) == ["care"]


def test_it_starts_for_everybody_under_the_address_of_the_space(tmp_path: Path) -> None:
    care = tmp_path / "care"
    care.write_text('#!/bin/sh\necho "$CARE_TRUSTED_PROXIES $CARE_DEMO_ACCOUNTS $@"\n')
    care.chmod(0o700)
    given = {"PATH": f"{tmp_path}:{os.environ['PATH']}", "HOME": "/home/nobody", "SPACE_HOST": "ana-care.hf.space"}
    start = ["sh", str(SPACE / "start.sh")]
    said = subprocess.run(start, env=environment(**given), capture_output=True, text=True, check=True).stdout
    data = "/data/care" if os.access("/data", os.W_OK) else "/home/nobody/care"
    assert said.split() == [
        *("10.0.0.0/8", f"{data}/accounts.json", "up", "--demo", "--data-dir", data),
        *("--host", "0.0.0.0", "--port", "7860", "--public-url", "https://ana-care.hf.space"),
    ]


def test_the_sign_in_page_shows_who_can_do_no_harm_and_nobody_else(tmp_path: Path) -> None:
    accounts = [
        {"email": f"{role}@demo.example", "password": f"<{role}>&7", "role": role}
        for role in ("customer", "agent", "supervisor", "admin")
    ]
    file = tmp_path / "accounts.json"
    file.write_text(json.dumps(accounts))
    shown = demo_accounts(file)
    assert "customer@demo.example" in shown
    assert "&lt;agent&gt;&amp;7" in shown
    assert "supervisor@demo.example" not in shown
    assert "admin@demo.example" not in shown
    assert "make up" in demo_accounts(None)
    assert demo_accounts(tmp_path / "none") == ""  # the demo is still loading


@pytest.mark.parametrize(("file", "refused"), [(None, False), (Path("accounts.json"), True)])
def test_production_shows_no_passwords(file: Path | None, refused: bool) -> None:
    found = faults(Settings(_env_file=None, **SAFE | {"demo_accounts": file}))
    assert any("CARE_DEMO_ACCOUNTS" in fault.wrong for fault in found) is refused

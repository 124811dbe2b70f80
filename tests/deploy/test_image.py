"""The Dockerfile, as far as it can be checked without a container engine."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DOCKERFILE = (ROOT / "Dockerfile").read_text()


def test_the_base_image_is_pinned_and_the_lock_is_what_gets_installed() -> None:
    assert set(re.findall(r"^FROM (\S+)", DOCKERFILE, re.M)) == {"python:3.11.14-slim-bookworm"}
    installs = re.findall(r"pip install (.+)", DOCKERFILE)
    assert [each.split(" && ")[0] for each in installs] == [
        "--no-deps --require-hashes -r requirements-runtime.lock",
        "--no-deps --require-hashes -r build.lock",
        "--no-deps --no-index /wheels/*.whl \\",
    ]


def test_what_builds_the_wheel_is_taken_from_the_lock_with_its_hashes() -> None:
    script = re.search(r"sed -n '([^']+)' requirements.lock > build.lock", DOCKERFILE)
    assert script
    taken = subprocess.run(
        ["sed", "-n", script[1], str(ROOT / "requirements.lock")], capture_output=True, text=True, check=True
    ).stdout
    assert re.findall(r"^[\w-]+==", taken, re.M) == ["setuptools=="]
    assert "--hash=sha256:" in taken
    assert not taken.rstrip().endswith("\\")


def test_the_image_runs_as_a_user_without_rights_and_says_whether_it_is_alive() -> None:
    last_user = re.findall(r"^USER (\S+)", DOCKERFILE, re.M)[-1]
    assert last_user not in ("root", "0")
    assert "HEALTHCHECK" in DOCKERFILE


def test_the_image_copies_every_package_of_ours() -> None:
    packages = {path.parent.name for path in ROOT.glob("*/__init__.py")} - {"tests"}
    assert packages <= set(re.findall(r"^COPY (\w+) \w+$", DOCKERFILE, re.M))

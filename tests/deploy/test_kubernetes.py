"""The Kubernetes manifests: against the schemas of Kubernetes, and against each other and the product.

Not checked here: that a cluster takes them. There is none.
"""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import Any

import jsonschema
import kubernetes_validate
import pytest
import yaml

from care.production import faults
from care.running.serve import STOP_SECONDS
from care.settings import Settings
from tests.deploy.commands import assert_is_ours
from tests.deploy.kustomize import KUBERNETES, Manifest, built, containers, documents, pods
from tests.deploy.test_compose import settings_names
from tests.test_production import SAFE
from worker import GRACE

VERSIONS = ("1.30", "1.37")  # the oldest and the newest that these are meant for
CUSTOM: dict[str, Any] = yaml.safe_load((Path(__file__).parent / "custom_kinds.yaml").read_text())
FILES = sorted(KUBERNETES.rglob("*.yaml"))
EVERYTHING = built(KUBERNETES / "overlays" / "example") + [
    each for file in sorted((KUBERNETES / "components").rglob("*.yaml")) for each in documents(file)
]
EXAMPLE = built(KUBERNETES / "overlays" / "example")


def of(kind: str, manifests: list[Manifest] = EXAMPLE) -> list[Manifest]:
    return [each for each in manifests if each["kind"] == kind]


def named(kind: str, name: str) -> Manifest:
    [found] = [each for each in of(kind) if each["metadata"]["name"] == name]
    return found


def check(manifest: Manifest, version: str) -> None:
    schema = CUSTOM.get(manifest["kind"])
    if schema is None:
        kubernetes_validate.validate(manifest, version, strict=True)
    else:
        jsonschema.validate(manifest, schema)


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(KUBERNETES)))
def test_every_file_keeps_to_the_schemas(file: Path, version: str) -> None:
    for manifest in documents(file):
        check(manifest, version)


@pytest.mark.parametrize("version", VERSIONS)
def test_so_does_what_is_built_of_them(version: str) -> None:
    for manifest in EXAMPLE:
        check(manifest, version)


def test_a_field_that_does_not_exist_is_found() -> None:
    web = named("Deployment", "web")
    spec = web["spec"] | {"replica": 2}
    with pytest.raises(kubernetes_validate.ValidationError):
        check(web | {"spec": spec}, VERSIONS[0])
    scaled = named("ScaledObject", "worker")
    with pytest.raises(jsonschema.ValidationError):
        check(scaled | {"spec": scaled["spec"] | {"minReplicas": 2}}, VERSIONS[0])


def test_every_file_belongs_to_a_kustomization() -> None:
    listed = {KUBERNETES / "secret.example.yaml"}
    for about in KUBERNETES.rglob("kustomization.yaml"):
        [found] = documents(about)
        files = [*found.get("resources", []), *(each["path"] for each in found.get("patches", []) if "path" in each)]
        listed |= {about, *(about.parent / file for file in files)}
    assert set(FILES) <= listed


def test_labels_that_are_looked_for_are_the_pods_own() -> None:
    labels = [pod["metadata"]["labels"] for pod in pods(EXAMPLE)]
    wanted = [each["spec"]["selector"]["matchLabels"] for each in of("Deployment") + of("PodDisruptionBudget")]
    wanted += [each["spec"]["selector"] for each in of("Service")]
    wanted += [
        each["spec"]["podSelector"]["matchLabels"] for each in of("NetworkPolicy") if each["spec"]["podSelector"]
    ]
    for pod in pods(EXAMPLE):
        wanted += [each["labelSelector"]["matchLabels"] for each in pod["spec"].get("topologySpreadConstraints", [])]
    assert all(any(want.items() <= has.items() for has in labels) for want in wanted)


def test_every_port_and_target_that_is_named_exists() -> None:
    ports = {port["name"] for container in containers(EXAMPLE) for port in container.get("ports", [])}
    probes = [
        probe["httpGet"]
        for container in containers(EXAMPLE)
        for name, probe in container.items()
        if name.endswith("Probe")
    ]
    asked = {probe["port"] for probe in probes}
    asked |= {port["targetPort"] for service in of("Service") for port in service["spec"]["ports"]}
    asked |= {
        port["port"]
        for policy in of("NetworkPolicy")
        for rule in policy["spec"].get("ingress", [])
        for port in rule["ports"]
    }
    assert asked <= ports
    [service] = of("Service")
    served = {port["name"] for port in service["spec"]["ports"]} | {port["port"] for port in service["spec"]["ports"]}
    for backend in _backends():
        assert backend["name"] == service["metadata"]["name"]
        assert (backend["port"] if isinstance(backend["port"], int) else backend["port"]["name"]) in served
    for scaler in of("HorizontalPodAutoscaler") + of("ScaledObject"):
        assert named("Deployment", scaler["spec"]["scaleTargetRef"]["name"])


def _backends() -> list[Any]:
    rules = [rule for ingress in of("Ingress") for rule in ingress["spec"]["rules"]]
    found = [path["backend"]["service"] for rule in rules for path in rule["http"]["paths"]]
    routes = of("HTTPRoute", EVERYTHING)
    return found + [each for route in routes for rule in route["spec"]["rules"] for each in rule["backendRefs"]]


@pytest.mark.parametrize("container", [*containers(EXAMPLE)], ids=lambda one: str(one["name"]))
def test_nobody_has_more_rights_than_needed_and_everybody_has_bounds(container: Manifest) -> None:
    assert container["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    assert container["resources"].keys() == {"requests", "limits"}
    assert re.fullmatch(r"[a-z./-]+:\d+(\.\d+)+", container["image"])


@pytest.mark.parametrize("pod", [*pods(EXAMPLE)], ids=lambda pod: str(pod["spec"]["containers"][0]["name"]))
def test_every_pod_runs_as_the_user_of_the_image_and_reads_what_exists(pod: Manifest) -> None:
    user = re.search(r"useradd .*--uid (\d+)", (KUBERNETES.parents[1] / "Dockerfile").read_text())
    assert user
    runs_as = {
        "runAsNonRoot": True,
        "runAsUser": int(user[1]),
        "runAsGroup": int(user[1]),
        "seccompProfile": {"type": "RuntimeDefault"},
    }
    if any("persistentVolumeClaim" in volume for volume in pod["spec"]["volumes"]):
        runs_as["fsGroup"] = int(user[1])  # else the volume is root's
    assert pod["spec"]["securityContext"] == runs_as
    assert pod["spec"]["automountServiceAccountToken"] is False
    [secret] = documents(KUBERNETES / "secret.example.yaml")
    there = {("configMapRef", each["metadata"]["name"]) for each in of("ConfigMap")}
    there.add(("secretRef", secret["metadata"]["name"]))
    for container in pod["spec"]["containers"]:
        assert {(kind, source["name"]) for each in container["envFrom"] for kind, source in each.items()} <= there
        volumes = {volume["name"] for volume in pod["spec"]["volumes"]}
        assert {mount["name"] for mount in container["volumeMounts"]} == volumes


@pytest.mark.parametrize("container", [*containers(EXAMPLE)], ids=lambda one: str(one["name"]))
def test_every_command_is_one_of_ours(container: Manifest) -> None:
    first, *more = container["command"]
    for command in [shlex.split(line) for line in more[-1].splitlines()] if first == "sh" else [container["command"]]:
        if command[0] == "care":
            assert_is_ours(command)


def test_what_is_set_is_a_setting_and_good_enough_for_production() -> None:
    [config] = of("ConfigMap")
    [secret] = documents(KUBERNETES / "secret.example.yaml")
    names = set(config["data"]) | set(secret["stringData"])
    assert names <= settings_names()
    given = {name.removeprefix("CARE_").lower(): value for name, value in config["data"].items()}
    assert faults(Settings(_env_file=None, **SAFE | given)) == []


def test_the_secrets_of_the_example_are_refused() -> None:
    [secret] = documents(KUBERNETES / "secret.example.yaml")
    given = {name.removeprefix("CARE_").lower(): value for name, value in secret["stringData"].items()}
    wrong = " ".join(fault.wrong for fault in faults(Settings(_env_file=None, **SAFE | given)))
    assert "CARE_SECRET_KEY" in wrong
    assert "CARE_ENCRYPTION_KEY" in wrong


def test_workers_are_scaled_by_the_queue_that_they_work_on() -> None:
    [config] = of("ConfigMap")
    triggers = [trigger["metadata"] for trigger in named("ScaledObject", "worker")["spec"]["triggers"]]
    assert {trigger["queueTypes"] for trigger in triggers} == {"workflow", "activity"}
    for trigger in triggers:
        assert trigger["taskQueue"] == config["data"]["CARE_TASK_QUEUE"] == Settings.model_fields["task_queue"].default
        assert trigger["endpoint"] == config["data"]["CARE_TEMPORAL_ADDRESS"]
        assert trigger["namespace"] == config["data"]["CARE_TEMPORAL_NAMESPACE"]


def test_whoever_is_scaled_has_no_number_of_its_own_and_keeps_two() -> None:
    for scaler in of("HorizontalPodAutoscaler") + of("ScaledObject"):
        assert "replicas" not in named("Deployment", scaler["spec"]["scaleTargetRef"]["name"])["spec"]
        assert (scaler["spec"].get("minReplicas") or scaler["spec"]["minReplicaCount"]) == 2


def test_who_is_told_to_stop_has_the_time_to_finish() -> None:
    [config] = of("ConfigMap")
    drain = int(config["data"]["CARE_DRAIN_SECONDS"])
    needed = {"web": drain + STOP_SECONDS, "worker": int(GRACE.total_seconds())}
    for name, seconds in needed.items():
        assert named("Deployment", name)["spec"]["template"]["spec"]["terminationGracePeriodSeconds"] > seconds + 5


def test_probes_ask_for_pages_that_exist() -> None:
    routes = (KUBERNETES.parents[1] / "api" / "routes" / "health.py").read_text()
    known = set(re.findall(r'@router\.get\(\s*"([^"]+)"', routes))  # a worker has /metrics alone
    for container in containers(EXAMPLE):
        for name, probe in container.items():
            if name.endswith("Probe"):
                assert probe["httpGet"]["path"].partition("?")[0] in known

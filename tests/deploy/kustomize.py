"""What `kustomize build` makes of a folder, as far as ours go: resources, components, patches, images, namespace."""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import yaml

KUBERNETES = Path(__file__).resolve().parents[2] / "deploy" / "kubernetes"
Manifest = dict[str, Any]


def documents(file: Path) -> list[Manifest]:
    return [each for each in yaml.safe_load_all(file.read_text()) if each]


def built(folder: Path) -> list[Manifest]:
    """The manifests of a kustomization. Raises KeyError for a key of it that this does not know."""
    about = yaml.safe_load((folder / "kustomization.yaml").read_text())
    found: list[Manifest] = []
    for entry in about.pop("resources", []):
        found += built(folder / entry) if (folder / entry).is_dir() else deepcopy(documents(folder / entry))
    for entry in about.pop("components", []):
        added, patches = _component(folder / entry)
        found += added
        _patch(found, patches, folder / entry)
    _patch(found, about.pop("patches", []), folder)
    for image in about.pop("images", []):
        for container in containers(found):
            if container["image"].partition(":")[0] == image["name"]:
                container["image"] = f"{image['newName']}:{image['newTag']}"
    if namespace := about.pop("namespace", None):
        for each in found:
            if each["kind"] != "Namespace":
                each["metadata"].setdefault("namespace", namespace)
    for known in ("apiVersion", "kind", "labels"):
        about.pop(known, None)
    if about:
        raise KeyError(*about)
    return found


def containers(manifests: list[Manifest]) -> Iterator[Manifest]:
    for pod in pods(manifests):
        yield from pod["spec"]["containers"]


def pods(manifests: list[Manifest]) -> Iterator[Manifest]:
    """The pod templates of whatever makes pods."""
    for each in manifests:
        if each["kind"] == "CronJob":
            yield each["spec"]["jobTemplate"]["spec"]["template"]
        elif each["kind"] in ("Deployment", "Job"):
            yield each["spec"]["template"]


def _component(folder: Path) -> tuple[list[Manifest], list[Manifest]]:
    about = yaml.safe_load((folder / "kustomization.yaml").read_text())
    return [each for file in about.get("resources", []) for each in documents(folder / file)], about.get("patches", [])


def _patch(manifests: list[Manifest], patches: list[Manifest], folder: Path) -> None:
    for patch in patches:
        if "path" in patch:
            [change] = documents(folder / patch["path"])
            _merge(_named(manifests, change["kind"], change["metadata"]["name"]), change)
        else:
            target = _named(manifests, **patch["target"])
            for operation in yaml.safe_load(patch["patch"]):
                assert operation["op"] == "remove"
                *way, last = operation["path"].strip("/").split("/")
                for step in way:
                    target = target[step]
                del target[last]


def _named(manifests: list[Manifest], kind: str, name: str) -> Manifest:
    [found] = [each for each in manifests if (each["kind"], each["metadata"]["name"]) == (kind, name)]
    return found


def _merge(into: Manifest, change: Manifest) -> None:
    for key, value in change.items():
        if isinstance(value, dict):
            _merge(into.setdefault(key, {}), value)
        else:
            into[key] = value

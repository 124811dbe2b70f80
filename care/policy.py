"""Reads the refund policy and refuses a bad one, naming the line."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from importlib import resources
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from care.errors import SetupError
from care.models.policy import RefundPolicy
from care.models.refund import RefundReason


def load_policy(path: Path | None = None) -> RefundPolicy:
    """The policy in `path`, or the bundled one. Its version carries a hash of the content: "2026-11+ab12cd34".

    Raises SetupError that names the file and the line.
    """
    name = str(path) if path else "policy.yaml"
    return parse_policy(_read(path), name)


def parse_policy(text: str, name: str) -> RefundPolicy:
    """A policy from YAML `text`; `name` is for the message. Raises SetupError that names the line."""
    try:
        root = yaml.compose(text, Loader=yaml.SafeLoader)
        if not isinstance(root, yaml.MappingNode):
            raise SetupError(f"{name}, line 1: a policy is a mapping that starts with `version:`.")
        _refuse_doubles(root, name)
        content: dict[str, Any] = yaml.safe_load(text)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 1
        raise SetupError(f"{name}, line {line}: this is not YAML ({error.problem}).") from error
    except (yaml.YAMLError, RecursionError) as error:
        raise SetupError(f"{name}: this is not YAML text.") from error
    try:
        policy = RefundPolicy.model_validate(content)
    except ValidationError as error:
        raise SetupError(_explain(error, root, name)) from error
    _refuse_gaps(policy, root, name)
    return policy.model_copy(update={"version": f"{policy.version}+{_digest(content)}"})


def _read(path: Path | None) -> str:
    if path is None:
        return resources.files("care").joinpath("policy.yaml").read_text("utf-8")
    try:
        return path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise SetupError(f"The policy {path} cannot be read: set CARE_POLICY_FILE to a readable YAML file.") from error


def _digest(content: dict[str, Any]) -> str:
    """Of the content, not the text: a new comment is not a new policy."""
    return hashlib.sha256(json.dumps(content, sort_keys=True, default=str).encode()).hexdigest()[:8]


def _refuse_doubles(node: yaml.MappingNode, name: str) -> None:
    """YAML lets the last of two equal keys win, which would hide a limit. Raises SetupError."""
    seen: set[str] = set()
    for key, value in node.value:
        line = key.start_mark.line + 1
        if not isinstance(key, yaml.ScalarNode):
            raise SetupError(f"{name}, line {line}: a name is expected here.")
        if key.value in seen:
            raise SetupError(f"{name}, line {line}: `{key.value}` is written twice.")
        seen.add(key.value)
        if isinstance(value, yaml.MappingNode):
            _refuse_doubles(value, name)


def _refuse_gaps(policy: RefundPolicy, root: yaml.MappingNode, name: str) -> None:
    """Every reason needs its line, and remedies that the machine may choose must be offered. Raises SetupError."""
    for field, known in (("windows", policy.windows), ("evidence_required", policy.evidence_required)):
        missing = [reason.value for reason in RefundReason if reason not in known]
        if missing:
            raise SetupError(f"{name}, line {_line(root, [field])}: `{field}` has no line for {', '.join(missing)}.")
    if not set(policy.automatic_remedies) <= set(policy.remedies):
        line = _line(root, ["automatic_remedies"])
        raise SetupError(f"{name}, line {line}: `automatic_remedies` names a remedy that `remedies` does not offer.")


def _explain(error: ValidationError, root: yaml.MappingNode, name: str) -> str:
    bad = [
        (_line(root, e["loc"]), ".".join(str(p) for p in e["loc"] if p != "[key]"), e["msg"]) for e in error.errors()
    ]
    return "; ".join(f"{name}, line {line}: `{where}`: {what}" for line, where, what in sorted(bad)) + "."


def _line(node: yaml.Node, where: Sequence[int | str]) -> int:
    """The 1-based line of the deepest part of `where` that is there."""
    line = node.start_mark.line + 1
    for part in where:
        if isinstance(node, yaml.MappingNode):
            found = [(k, v) for k, v in node.value if k.value == str(part)]
            if not found:
                return line
            key, node = found[0]
            line = key.start_mark.line + 1
        elif isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
            node = node.value[part]
            line = node.start_mark.line + 1
    return line

"""Reads the refund policy and refuses a bad one, naming file and line."""

from __future__ import annotations

import hashlib
import json
from importlib import resources
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from care.errors import SetupError
from care.models.policy import RefundPolicy
from care.policy_lines import NO_MAPPING, NO_YAML, PlainLoader, doubles, in_plain_words, line_of, trap
from care.rules.policy_gaps import gaps

MOST_BYTES = 64_000  # of a candidate: ten times the bundled policy
_MOST_EXPLAINED = 100  # problems of a file: looking for the line of each takes its time


class BadPolicy(SetupError):
    """`problems` are sentences, one for each thing that is wrong, in the order of the lines."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("; ".join(problems) + ".")
        self.problems = problems


def load_policy(path: Path | None = None) -> RefundPolicy:
    """The policy in `path`, or the bundled one. Its version carries a hash of the content: "2026-12+ab12cd34".

    Raises SetupError that names the file and the line.
    """
    return parse_policy(policy_text(path), "policy.yaml" if path is None else str(path))


def policy_text(path: Path | None = None) -> str:
    """The file as it was written, with its comments. Raises SetupError if it cannot be read."""
    if path is None:
        return resources.files("care").joinpath("policy.yaml").read_text("utf-8")
    try:
        return path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise SetupError(f"The policy {path} cannot be read: name a readable YAML file (CARE_POLICY_FILE).") from error


def parse_policy(text: str, name: str) -> RefundPolicy:
    """A policy from YAML `text`; `name` is for the messages. Raises BadPolicy with every problem and its line."""
    root, content = _read(text, name)
    try:
        policy = RefundPolicy.model_validate(content)
    except ValidationError as error:
        raise _bad(name, _explained(error, root)) from error
    missing = [(line_of(root, where), sentence) for where, sentence in gaps(policy)]
    if missing:
        raise _bad(name, missing)
    return policy.model_copy(update={"version": f"{policy.version}+{_digest(content)}"})


def parse_candidate(content: bytes) -> RefundPolicy:
    """A policy that somebody would like to try: a file from anywhere, so its size and its means are bounded.

    Raises BadPolicy, as `parse_policy` does.
    """
    name = "candidate"
    if len(content) > MOST_BYTES:
        raise BadPolicy([f"{name}: this is too long: a policy has at most {MOST_BYTES // 1000} kB"])
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise BadPolicy([f"{name}: {NO_YAML}"]) from error
    if found := trap(text):
        raise _bad(name, [found])
    return parse_policy(text, name)


def _read(text: str, name: str) -> tuple[yaml.MappingNode, dict[str, Any]]:
    try:
        root = yaml.compose(text, Loader=PlainLoader)
        if not isinstance(root, yaml.MappingNode):
            raise _bad(name, [(1, NO_MAPPING)])
        if twice := doubles(root):
            raise _bad(name, twice)
        return root, yaml.load(text, Loader=PlainLoader)  # noqa: S506  it is a SafeLoader
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise _bad(name, [(mark.line + 1 if mark else 1, f"this is not YAML ({error.problem})")]) from error
    except (yaml.YAMLError, RecursionError, ValueError) as error:  # ValueError: `!!int x`
        raise BadPolicy([f"{name}: {NO_YAML}"]) from error


def _digest(content: dict[str, Any]) -> str:
    """Of the content, not the text: a new comment is not a new policy."""
    return hashlib.sha256(json.dumps(content, sort_keys=True, default=str).encode()).hexdigest()[:8]


def _explained(error: ValidationError, root: yaml.MappingNode) -> list[tuple[int, str]]:
    return [(line_of(root, each["loc"]), in_plain_words(each)) for each in error.errors()[:_MOST_EXPLAINED]]


def _bad(name: str, found: list[tuple[int, str]]) -> BadPolicy:
    return BadPolicy([f"{name}, line {line}: {sentence}" for line, sentence in sorted(found)])

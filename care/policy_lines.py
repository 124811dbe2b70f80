"""How a policy file is read as YAML, and where things stand in it: for messages that name the line."""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import suppress

import yaml
from pydantic_core import ErrorDetails

Where = Sequence[int | str]
NO_MAPPING = "a policy is a mapping that starts with `version:`"
NO_YAML = "this is not YAML text"


class PlainLoader(yaml.SafeLoader):
    """Words as they are written, as in YAML 1.2: in YAML 1.1, which the library reads else, the country NO is false,
    10:00 is the number 600, and 2026-13-01 an error without a line."""


_DEEPEST, _MOST_TOKENS = 20, 10_000  # the bundled policy has three levels and 500 words and signs
_OPENS = (
    *(yaml.FlowSequenceStartToken, yaml.FlowMappingStartToken),
    *(yaml.BlockSequenceStartToken, yaml.BlockMappingStartToken),
)
_CLOSES = (yaml.FlowSequenceEndToken, yaml.FlowMappingEndToken, yaml.BlockEndToken)
PlainLoader.yaml_implicit_resolvers = {}
for _kind, _pattern, _first in (
    ("null", r"^(null|~|)$", ["n", "~", ""]),
    ("bool", r"^(true|false)$", list("tf")),
    ("int", r"^[-+]?(0|[1-9][0-9]*)$", list("-+0123456789")),
    ("float", r"^[-+]?[0-9]*\.[0-9]+$", list("-+.0123456789")),
):
    PlainLoader.add_implicit_resolver(f"tag:yaml.org,2002:{_kind}", re.compile(_pattern), _first)


def line_of(node: yaml.Node, where: Where) -> int:
    """The 1-based line of the deepest part of `where` that is there."""
    line = node.start_mark.line + 1
    for part in where:
        if isinstance(node, yaml.MappingNode):
            found = [(key, value) for key, value in node.value if key.value == str(part)]
            if not found:
                return line
            key, node = found[0]
            line = key.start_mark.line + 1
        elif isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
            node = node.value[part]
            line = node.start_mark.line + 1
    return line


def trap(text: str) -> tuple[int, str] | None:
    """Line and sentence of the first part that costs more to read than it is long: an alias, as text that stands for
    text that stands for text ... grows past any memory; nesting, whose time grows with its square; too many words.

    None up to where it is no YAML: whoever reads it for good tells what is wrong there.
    """
    depth = 0
    with suppress(yaml.YAMLError):
        for number, token in enumerate(yaml.scan(text, Loader=PlainLoader)):
            depth += isinstance(token, _OPENS) - isinstance(token, _CLOSES)
            line = int(token.start_mark.line) + 1
            if isinstance(token, yaml.AliasToken):
                return line, "write it out here: aliases, which are names for other parts of the file, are not read"
            if depth > _DEEPEST:
                return line, "this is nested too deeply"
            if number > _MOST_TOKENS:
                return line, "from here on it is too long"
    return None


def doubles(root: yaml.MappingNode) -> list[tuple[int, str]]:
    """Names that are written twice: YAML lets the last one win, which would hide a limit. Line and sentence of each."""
    found: list[tuple[int, str]] = []
    seen_nodes: set[int] = set()
    left: list[yaml.Node] = [root]
    while left:
        node = left.pop()
        if id(node) in seen_nodes:  # an alias, perhaps of itself
            continue
        seen_nodes.add(id(node))
        if isinstance(node, yaml.SequenceNode):
            left.extend(node.value)
        elif isinstance(node, yaml.MappingNode):
            found.extend(_doubled_keys(node))
            left.extend(value for _, value in node.value)
    return found


def _doubled_keys(node: yaml.MappingNode) -> list[tuple[int, str]]:
    found = []
    seen: set[str] = set()
    for key, _ in node.value:
        line = key.start_mark.line + 1
        if not isinstance(key, yaml.ScalarNode):
            found.append((line, "a name is expected here"))
        elif key.value in seen:
            found.append((line, f"`{key.value}` is written twice"))
        else:
            seen.add(key.value)
    return found


def in_plain_words(found: ErrorDetails) -> str:
    """In our words, where pydantic's are a programmer's."""
    where = ".".join(str(part) for part in found["loc"] if part != "[key]")
    limits = found.get("ctx", {})
    match found["type"]:
        case "missing":
            return f"`{where}` is missing"
        case "extra_forbidden":
            return f"`{where}` is no line of a policy"
        case "int_type":
            return f"`{where}`: write a whole number"
        case "greater_than":
            return f"`{where}`: write a number above {limits['gt']}"
        case "greater_than_equal":
            return f"`{where}`: write a number of at least {limits['ge']}"
        case "less_than_equal":
            return f"`{where}`: write a number of at most {limits['le']}"
        case "value_error":  # it is one of ours
            return f"`{where}`: {limits['error']}"
    return f"`{where}`: {found['msg']}"

"""Whether the command line takes what the manifests run."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from typer.main import get_command

from care.cli import app


def assert_is_ours(command: Sequence[str]) -> None:
    """Raises for a command that does not exist, and for an option or argument that it does not have."""
    program, *words = command
    assert program == "care"
    found: Any = get_command(app)
    while words and words[0] in getattr(found, "commands", {}):
        found = found.commands[words.pop(0)]
    if default := getattr(found, "default", None):
        found = found.commands[default]
    assert not hasattr(found, "commands")
    found.make_context("care", words)

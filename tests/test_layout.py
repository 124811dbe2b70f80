"""The layout's promises: our top-level names are ours alone, and imports point inward."""

from __future__ import annotations

import subprocess
import sys
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
HEAVY = ("langgraph", "groq", "google.genai", "nicegui", "numpy", "motor", "temporalio")


@pytest.mark.parametrize("name", ["care", "workflows", "activities", "api", "ui", "worker"])
def test_no_dependency_claims_a_top_level_name_of_ours(name: str) -> None:
    owners = set(packages_distributions().get(name, [])) - {"care"}
    assert not owners, f"{name} also comes from {owners}"


def test_imports_point_inward() -> None:
    lint = Path(sys.executable).parent / "lint-imports"
    result = subprocess.run([lint, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout


def _loaded_by(module: str) -> set[str]:
    code = f"import sys, {module}; print(*[m for m in {HEAVY!r} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    return set(done.stdout.split())


def test_the_command_line_starts_without_heavy_libraries() -> None:
    assert _loaded_by("care.cli") == set()


def test_starting_workflows_needs_no_model_library() -> None:
    assert not _loaded_by("workflows.client") & {"langgraph", "groq", "google.genai", "nicegui", "numpy"}

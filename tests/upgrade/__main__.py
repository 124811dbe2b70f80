"""The true thing, behind `make upgrade FROM=commit`: that version is installed, run and filled over HTTP, killed, and
today's started on its data directory; then all that waited there has to go on.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

from care.embedded import free_port
from tests.running import environment
from tests.upgrade.going_on import goes_on
from tests.upgrade.planting import plant
from tests.upgrade.shop import Shop
from tests.upgrade.walking import walk

ROOT = Path(__file__).resolve().parents[2]
CHECKS = ["repair subscriptions", "repair ledger", "audit verify", "migrate --dry-run", "doctor"]


def main(commit: str) -> None:
    old = _installed(commit)
    with tempfile.TemporaryDirectory() as folder:
        data_dir = Path(folder) / "data"
        _up(old, data_dir)
        shop = Shop(data_dir)
        try:
            planted = plant(shop)
        except BaseException:
            _care(old, "down", "--data-dir", str(data_dir))
            raise
        shop.close()
        subprocess.run(["kill", "-9", str(shop.runtime["pid"])], check=True)
        for pid in shop.runtime["pids"].values():
            subprocess.run(["tail", f"--pid={pid}", "-f", "/dev/null"], check=True)
        _up(ROOT, data_dir)
        try:
            shop = Shop(data_dir)
            asked, wrong = walk(shop)
            assert not wrong, wrong
            goes_on(shop, planted)
            shop.close()
            for arguments in (*CHECKS, "customer erase CUST004 --yes --end", *CHECKS):
                _care(ROOT, *arguments.split(), "--data-dir", str(data_dir))
            log = (data_dir / "logs" / "worker.log").read_text()
            assert "NondeterminismError" not in log, "a history did not replay"
        finally:
            _care(ROOT, "down", "--data-dir", str(data_dir))
    sys.stdout.write(f"From {commit}: {asked} addresses answer, and all that waited went on.\n")


def _installed(commit: str) -> Path:
    """Kept under build/ for the next time."""
    folder = ROOT / "build" / "upgrade" / commit
    if not folder.exists():
        subprocess.run(["git", "clone", "--quiet", str(ROOT), str(folder)], check=True)
        subprocess.run(["git", "-C", str(folder), "checkout", "--quiet", commit], check=True)
    subprocess.run(["make", "-C", str(folder), "install"], check=True)
    return folder


def _up(version: Path, data_dir: Path) -> None:
    _care(version, "up", "--detach", "--port", str(free_port()), "--data-dir", str(data_dir))


def _care(version: Path, *arguments: str) -> None:
    command = [str(version / ".venv" / "bin" / "care"), *arguments]
    subprocess.run(command, cwd=version, env=environment(CARE_ALLOW_SUBDAILY="1"), check=True)


if __name__ == "__main__":
    main(*sys.argv[1:])

"""A worker and a web process on a file system that is read-only but for temporary files, as the containers run them."""

from __future__ import annotations

import io
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import httpx
import pytest
from PIL import Image

from care.embedded import free_port
from tests.api.shop import WHEY, Shop, Someone
from tests.running import PATIENCE, environment

ROOT = Path(__file__).resolve().parents[2]
# In a mount namespace of its own. That the home cannot be written to is looked at before anything is started.
READ_ONLY = """
mount -t tmpfs tmpfs "$TMPDIR"
for one in / "$(findmnt -n -o TARGET --target "$HOME")" "$(findmnt -n -o TARGET --target "$PROJECT")"; do
  mount -o remount,bind,ro "$one"
done
if touch "$HOME/x" "$PROJECT/x" 2>/dev/null; then echo "not read-only" >&2; exit 1; fi
exec "$@"
"""


def _needs_namespaces() -> None:
    probe = ["unshare", "--mount", "--propagation", "private", "true"]
    if shutil.which("unshare") is None or subprocess.run(probe, capture_output=True, check=False).returncode:
        pytest.skip("no mount namespace can be made here (that needs Linux, unshare and the right to)")


@contextmanager
def confined(log: Path, *arguments: str, home: Path, **settings: str) -> Iterator[subprocess.Popen[bytes]]:
    """`care` with these arguments."""
    temporary = home.parent / f"tmp-{arguments[0]}"
    temporary.mkdir()
    cache = os.environ.get("XDG_CACHE_HOME", str(Path.home() / ".cache"))  # the model, as `make install` trained it
    where = {"HOME": str(home), "TMPDIR": str(temporary), "PROJECT": str(ROOT), "XDG_CACHE_HOME": cache}
    command = ["unshare", "--mount", "--propagation", "private", "sh", "-ec", READ_ONLY, "sh"]
    with log.open("wb") as output:
        process = subprocess.Popen(
            [*command, sys.executable, "-P", "-m", "care.cli", *arguments],
            cwd=home, env=environment(**settings, **where), stdout=output, stderr=output,
        )  # fmt: skip
    try:
        yield process
    finally:
        process.terminate()
        process.wait(PATIENCE)


def _until_ready(url: str, log: Path) -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        try:
            if httpx.get(f"{url}/readyz", timeout=10).status_code == 200:
                return
        except httpx.TransportError:
            time.sleep(0.1)
    raise AssertionError(f"never ready:\n{log.read_text()}")


def _large_photo() -> bytes:
    """Larger than what a web framework keeps in memory of an upload."""
    out = io.BytesIO()
    Image.effect_noise((1600, 1200), 90).convert("RGB").save(out, "JPEG", quality=95)
    assert out.tell() > 1 << 20
    return out.getvalue()


async def test_worker_and_web_process_write_nothing_but_temporary_files(
    shop: Shop, ana: Someone, tmp_path: Path
) -> None:
    _needs_namespaces()
    order = await shop.sells(ana, WHEY)
    home, port = tmp_path / "home", free_port()
    home.mkdir()
    given = shop.settings
    settings = {
        "CARE_MONGODB_URI": given.mongodb_uri,
        "CARE_MONGODB_DATABASE": given.mongodb_database,
        "CARE_TEMPORAL_ADDRESS": given.temporal_address,
        "CARE_TASK_QUEUE": f"{given.task_queue}-read-only",
        "CARE_SECRET_KEY": given.secret_key.get_secret_value(),
        "CARE_ENCRYPTION_KEY": given.encryption_key.get_secret_value(),
    }
    url, bearer = f"http://127.0.0.1:{port}", {"Authorization": ana.http.headers["Authorization"]}
    logs = [tmp_path / "web.log", tmp_path / "worker.log"]
    with ExitStack() as stack:
        stack.enter_context(confined(logs[0], "serve", "--port", str(port), home=home, **settings))
        stack.enter_context(confined(logs[1], "worker", home=home, **settings))
        _until_ready(url, logs[0])
        async with httpx.AsyncClient(base_url=url, headers=bearer, timeout=60) as client:
            said = await client.post(f"/chat/{ana.customer_id}", json={"message": f"Where is {order.order_id}?"})
            assert order.order_id in said.raise_for_status().json()["reply"]
            files = {"file": ("photo.jpg", _large_photo(), "image/jpeg")}
            assert (await client.post("/evidence", files=files)).status_code == 201
            assert (await client.get("/ui/", follow_redirects=True)).status_code == 200
    for log in logs:
        assert "Read-only file system" not in log.read_text()
    assert list(home.iterdir()) == []

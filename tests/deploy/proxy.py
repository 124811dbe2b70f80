"""Caddy before the web processes, with the configuration that deploy/ ships."""

from __future__ import annotations

import hashlib
import hmac
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import httpx

from care.embedded import free_port
from tests.running import PATIENCE, environment

CADDY = Path(sys.executable).parent / "caddy"
CADDYFILE = Path(__file__).resolve().parents[2] / "deploy" / "proxy" / "Caddyfile"
COOKIE = "care_web"


@dataclass(frozen=True)
class Proxy:
    url: str
    log: Path


@contextmanager
def proxied(folder: Path, webs: Sequence[str], url: str = "") -> Iterator[Proxy]:
    """Ready when this yields, whether or not a web process is; `webs` are their addresses, `url` what it serves."""
    url, log = url or f"http://127.0.0.1:{free_port()}", folder / "caddy.log"
    given = {
        "CARE_SITE": url,
        "CARE_WEBS": " ".join(urlsplit(web).netloc for web in webs),
        "XDG_DATA_HOME": str(folder / "caddy"),
        "XDG_CONFIG_HOME": str(folder / "caddy"),
    }
    command = [str(CADDY), "run", "--adapter", "caddyfile", "--config", str(CADDYFILE)]
    with log.open("wb") as output:
        process = subprocess.Popen(command, cwd=folder, env=environment(**given), stdout=output, stderr=output)
    try:
        deadline = time.monotonic() + PATIENCE
        while not _answers(url):
            assert process.poll() is None, f"Caddy ended:\n{log.read_text()}"
            assert time.monotonic() < deadline, f"Caddy was never ready:\n{log.read_text()}"
            time.sleep(0.05)
        yield Proxy(url, log)
    finally:
        process.terminate()
        process.wait(PATIENCE)


def stuck_to(url: str) -> str:
    """The value of the proxy's cookie for whoever is led to the web process at this address."""
    return hmac.new(b"", urlsplit(url).netloc.encode(), hashlib.sha256).hexdigest()


def _answers(url: str) -> bool:
    try:
        httpx.get(f"{url}/healthz", timeout=10)
    except httpx.TransportError:
        return False
    return True

"""The proxy's own part, before nobody; with web processes behind it: tests/chaos/test_several.py."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from care.embedded import free_port
from tests.deploy.proxy import CADDY, CADDYFILE, Proxy, proxied
from tests.running import environment

SECRET = ("/skip", "/files", "/ui/reset")
TOKEN, NAME, SEARCHED = "eyJ0b2tlbi5vZi5zb21lYm9keQ", "ana@shop.example", "Ana Martins"


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Proxy]:
    with proxied(tmp_path_factory.mktemp("proxy"), [f"http://127.0.0.1:{free_port()}"]) as proxy:
        yield proxy


@pytest.fixture(scope="module")
def answers(alone: Proxy) -> list[httpx.Response]:
    """To requests that are full of what nobody should read. At once: it tries for seconds to reach somebody."""
    headers = {"Cookie": f"care_session={TOKEN}", "Authorization": f"Bearer {TOKEN}", "X-Name": NAME}

    def ask(path: str) -> httpx.Response:
        return httpx.get(f"{alone.url}{path}", params={"search": SEARCHED, "email": NAME}, headers=headers, timeout=60)

    with ThreadPoolExecutor() as threads:
        return list(threads.map(ask, ["/customers", *(f"{path}/{TOKEN}" for path in SECRET)]))


@pytest.mark.parametrize("site", ["http://:8080", "care.shop.example"])
def test_caddy_takes_the_configuration(site: str) -> None:
    """With a name it serves https there, and leads http on."""
    command = [str(CADDY), "adapt", "--adapter", "caddyfile", "--config", str(CADDYFILE), "--validate"]
    given = {"CARE_SITE": site, "CARE_WEBS": "care-web-1:8080 care-web-2:8080", "CARE_PROXIES": "10.0.0.0/8 10.1.0.7"}
    done = subprocess.run(command, env=environment(**given), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    [server] = json.loads(done.stdout)["apps"]["http"]["servers"].values()
    assert server["listen"] == [":443" if site == "care.shop.example" else ":8080"]
    assert server["trusted_proxies"]["ranges"] == ["10.0.0.0/8", "10.1.0.7"]
    assert '"dial": "care-web-2:8080"' in json.dumps(json.loads(done.stdout))


def test_the_configuration_is_written_as_caddy_writes_it() -> None:
    done = subprocess.run([str(CADDY), "fmt", "--diff", str(CADDYFILE)], capture_output=True, text=True, check=False)
    assert [line for line in done.stdout.splitlines() if line.startswith(("+", "-"))] == []


def test_where_nobody_serves_it_says_so_in_a_sentence(answers: list[httpx.Response]) -> None:
    for answer in answers:
        assert answer.status_code in (502, 503)
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.headers["retry-after"] == "1"
        assert answer.json()["status"] == answer.status_code
        assert "Please try again in a moment." in answer.json()["detail"]


@pytest.mark.usefixtures("answers")
def test_its_log_holds_no_permission_and_nothing_of_people(alone: Proxy) -> None:
    """Not even where it fails, and tells of that."""
    logged = alone.log.read_text()
    for path in ("/customers", *(f"{path}/..." for path in SECRET)):
        assert f'"uri":"{path}"' in logged
    assert not [secret for secret in (TOKEN, NAME, "Ana", "search=", '"remote_ip":"127.0.0.1"') if secret in logged]

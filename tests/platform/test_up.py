"""`care up` as a user meets it: one real start of everything, looked at from outside."""

from __future__ import annotations

import json
import os
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path

from tests.running import PATIENCE, CareUp, alive, care, environment

ROOT = Path(__file__).resolve().parents[2]


def test_it_ends_with_the_line_that_says_where_care_is(whole_product: CareUp) -> None:
    assert f"CARE is ready: http://127.0.0.1:{whole_product.port}\n" in whole_product.output


def test_runtime_json_tells_everything_to_its_owner_only(whole_product: CareUp) -> None:
    runtime = whole_product.runtime
    assert set(runtime) == {"web", "temporal_ui", "temporal_address", "mongodb_uri", "pid", "pids", "accounts"}
    assert set(runtime["pids"]) == {"mongod", "temporal", "worker", "web"}
    assert all(alive(pid) for pid in [runtime["pid"], *runtime["pids"].values()])
    assert stat.S_IMODE((whole_product.data_dir / "runtime.json").stat().st_mode) == 0o600


def test_the_demo_has_accounts_for_every_role(whole_product: CareUp) -> None:
    roles = [account["role"] for account in whole_product.runtime["accounts"]]
    assert roles.count("customer") >= 2
    assert roles.count("agent") >= 2
    assert {"supervisor", "admin"} <= set(roles)
    assert len({account["password"] for account in whole_product.runtime["accounts"]}) == len(roles)


def test_every_demo_account_can_sign_in(whole_product: CareUp) -> None:
    for account in whole_product.runtime["accounts"]:
        number = [a["email"] for a in whole_product.runtime["accounts"] if a["role"] == account["role"]]
        with whole_product.signed_in(account["role"], number.index(account["email"])) as client:
            assert client.get("/products").status_code == 200


def test_every_demo_customer_has_subscriptions_asleep(whole_product: CareUp) -> None:
    with whole_product.signed_in("customer") as client:
        customer = whole_product.account("customer")["customer_id"]
        subscriptions = client.get(f"/subscriptions/{customer}").json()["items"]
    asleep = [found for found in subscriptions if found["status"] == "active"]
    assert asleep
    assert all(found["next_delivery"] for found in asleep)


def test_a_second_one_on_the_same_directory_is_refused(whole_product: CareUp, tmp_path: Path) -> None:
    second = care("up", "--data-dir", str(whole_product.data_dir), "--port", "1", cwd=tmp_path)
    assert second.returncode == 1
    assert second.stderr.startswith("care: CARE already runs on ")
    assert f"process {whole_product.runtime['pid']}, {whole_product.runtime['web']}" in second.stderr


def test_a_reset_is_refused_while_it_runs(whole_product: CareUp, tmp_path: Path) -> None:
    reset = care("up", "--data-dir", str(whole_product.data_dir), "--reset", "--yes", cwd=tmp_path)
    assert reset.returncode == 1
    assert "already runs" in reset.stderr
    assert (whole_product.data_dir / "mongodb").is_dir()


def test_a_taken_port_is_named_with_a_way_out(whole_product: CareUp, tmp_path: Path) -> None:
    other = care("up", "--data-dir", "elsewhere", "--port", str(whole_product.port), cwd=tmp_path)
    assert other.returncode == 1
    assert other.stderr.startswith(f"care: Port {whole_product.port} is taken by another program")
    assert f"--port {whole_product.port + 1}" in other.stderr
    assert not (tmp_path / "elsewhere" / "mongodb").exists()


def test_status_finds_every_part_healthy(whole_product: CareUp, tmp_path: Path) -> None:
    found = care("status", "--json", "--data-dir", str(whole_product.data_dir), cwd=tmp_path)
    status = json.loads(found.stdout)
    assert found.returncode == 0, found.stdout
    assert status["healthy"]
    assert "password" not in found.stdout


def test_the_doctor_finds_nothing_broken_and_names_the_local_models(whole_product: CareUp, tmp_path: Path) -> None:
    found = care("doctor", "--data-dir", str(whole_product.data_dir), cwd=tmp_path)
    assert found.returncode == 0, found.stdout
    assert found.stdout.count("local models") == 2
    assert "search attributes: registered" in found.stdout


def test_an_account_that_is_added_can_sign_in(whole_product: CareUp, tmp_path: Path) -> None:
    added = care(
        *("account", "add", "new.agent@example.com", "--role", "agent", "--data-dir", str(whole_product.data_dir)),
        cwd=tmp_path,
        CARE_PASSWORD="correct horse battery",
    )
    assert added.returncode == 0, added.stderr
    with whole_product.signed_in("admin") as client:
        form = {"username": "new.agent@example.com", "password": "correct horse battery"}
        assert client.post("/auth/token", data=form).status_code == 200


def test_seeding_twice_starts_a_subscription_once_and_names_what_it_refuses(
    whole_product: CareUp, tmp_path: Path
) -> None:
    customer = whole_product.account("customer", 1)["customer_id"]
    good = {"customer_id": customer, "items": [{"sku": "WHEY-1KG", "quantity": 3}], "frequency": "daily"}
    (tmp_path / "seed").mkdir()
    lines = [json.dumps(good), json.dumps(good | {"frequency": "hourly"})]
    (tmp_path / "seed" / "subscriptions.jsonl").write_text("\n".join(lines))
    for _ in range(2):
        seeded = care("seed", "--data-dir", str(whole_product.data_dir), cwd=tmp_path)
        assert "1 subscriptions loaded" in seeded.stdout
        assert seeded.stderr.startswith("subscriptions.jsonl, line 2: ")
        assert seeded.returncode == 1
    with whole_product.signed_in("customer", 1) as client:
        found = client.get(f"/subscriptions/{customer}").json()["items"]
    assert [one["items"][0]["quantity"] for one in found].count(3) == 1


def test_another_worker_joins_by_the_data_directory_and_leaves_when_asked(
    whole_product: CareUp, tmp_path: Path
) -> None:
    log = tmp_path / "worker.log"
    with log.open("wb") as output:
        worker = subprocess.Popen(
            [sys.executable, str(ROOT / "worker.py"), "--data-dir", str(whole_product.data_dir)],
            cwd=tmp_path,
            env=environment(),
            stderr=output,
        )
    deadline = time.monotonic() + PATIENCE
    while '"event": "ready"' not in log.read_text():
        assert worker.poll() is None, log.read_text()
        assert time.monotonic() < deadline
        time.sleep(0.1)
    worker.terminate()
    assert worker.wait(PATIENCE) == 0


def test_a_part_that_is_killed_is_named_and_comes_back(whole_product: CareUp) -> None:
    before, said = whole_product.runtime["pids"]["web"], len(whole_product.output)
    os.kill(before, signal.SIGKILL)
    assert f"Its log: {whole_product.data_dir}/logs/web.log" in whole_product.until("web died", after=said)
    whole_product.until("web was started again", after=said)
    assert alive(whole_product.runtime["pids"]["web"])
    assert whole_product.runtime["pids"]["web"] != before
    whole_product.until_ready()


def test_no_log_holds_a_password_a_key_or_a_customers_name(whole_product: CareUp) -> None:
    secrets = [account["password"] for account in whole_product.runtime["accounts"]]
    secrets += [account["email"] for account in whole_product.runtime["accounts"]]
    secrets += json.loads((whole_product.data_dir / "secrets.json").read_text()).values()
    logs = {path.name: path.read_text(errors="replace") for path in (whole_product.data_dir / "logs").iterdir()}
    found = [(name, secret) for name, text in logs.items() for secret in secrets if secret in text]
    assert found == []

"""What the cluster promises to those who test with it: many processes on one shop, and links and clocks that fail."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from datetime import datetime
from email.utils import parsedate_to_datetime

import httpx
import pytest

from tests.chaos.cluster import Cluster, cluster
from tests.running import PATIENCE

pytestmark = pytest.mark.skipif(
    not os.environ.get("CARE_STORM_ROUNDS"), reason="the short storm uses all of it: `make chaos` tries each part"
)


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    with cluster(tmp_path_factory.mktemp("cluster"), clocks=("worker", "web")) as running:
        yield running


def test_what_is_made_at_one_web_process_is_seen_at_the_other_though_a_worker_is_killed(shop: Cluster) -> None:
    shop.workers[0].kill()
    with shop.signed_in("customer") as one, shop.signed_in("customer", web=1) as other:
        customer = shop.account("customer")["customer_id"]
        body = {"customer_id": customer, "items": [{"sku": "AMUL-MILK-1L", "quantity": 1}], "frequency": "daily"}
        made = one.post("/subscription", json=body).raise_for_status().json()["subscription_id"]
        assert other.get(f"/subscription/{made}").raise_for_status().json()["status"] == "active"
    shop.restore()


@pytest.mark.parametrize("cut", ["hang", "refuse"])
def test_a_cut_link_takes_one_process_away_and_no_other(shop: Cluster, cut: str) -> None:
    first, second = shop.webs
    getattr(first.links["mongodb"], cut)()
    assert httpx.get(f"{first.url}/readyz", timeout=60).status_code == 503
    assert httpx.get(f"{second.url}/readyz", timeout=60).status_code == 200
    shop.restore()
    assert httpx.get(f"{first.url}/readyz", timeout=60).status_code == 200


def test_the_clock_of_one_process_is_moved_and_no_other(shop: Cluster) -> None:
    def clock(web: int) -> datetime:
        return parsedate_to_datetime(httpx.get(f"{shop.webs[web].url}/healthz").headers["date"])

    shop.set_clock(shop.webs[0], 3600)
    deadline = time.monotonic() + PATIENCE
    while (clock(0) - clock(1)).total_seconds() < 3500:
        assert time.monotonic() < deadline
        time.sleep(0.2)
    shop.restore()

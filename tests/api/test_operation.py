"""What whoever runs CARE relies on: health, readiness, figures, and the document of the API."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from motor.motor_asyncio import AsyncIOMotorClient

from api import standing
from care import embedded, temporal
from care.metrics.shop import OF_TEMPORAL, OF_THE_SHOP
from care.models.analytics import Usage
from care.models.dispatch import Channel, Dispatch
from care.models.policy import RefundPolicy
from care.policy import load_policy
from care.stores import Stores, over
from tests.api.shop import MILK, Shop, Someone
from tests.api.test_errors import assert_is_problem
from tests.metrics import labels_by_name, value_in, values_in
from workflows.client import CareClient


@contextmanager
def _with(shop: Shop, **changed: Any) -> Iterator[None]:
    """The shop with another part in place of one of its services."""
    before = shop.services
    shop.app.state.services = replace(before, **changed)
    try:
        yield
    finally:
        shop.app.state.services = before


@pytest.fixture
def policy() -> RefundPolicy:
    return load_policy()


@pytest.fixture
async def gone() -> AsyncIterator[Stores]:
    """Stores over a database that does not answer."""
    client: AsyncIOMotorClient[dict[str, Any]] = AsyncIOMotorClient(
        "127.0.0.1", embedded.free_port(), serverSelectionTimeoutMS=100
    )
    yield over(client["gone"])
    client.close()


async def test_a_process_that_answers_is_alive(shop: Shop) -> None:
    assert (await shop.browser().get("/healthz")).json() == {"status": "ok"}


@pytest.mark.usefixtures("at_work")
async def test_it_is_ready_with_database_temporal_and_worker(shop: Shop) -> None:
    assert (await shop.browser().get("/readyz")).json() == {"status": "ok"}


async def test_without_a_worker_it_says_so(shop: Shop, policy: RefundPolicy) -> None:
    client = await temporal.connect(shop.settings, lazy=True)
    lonely = CareClient(client, shop.services.stores, policy, shop.services.payments, task_queue="nobody-listens-here")
    with _with(shop, client=lonely):
        assert "worker" in assert_is_problem(await shop.browser().get("/readyz"), 503)["detail"]


async def test_without_temporal_it_says_so_and_pages_still_come(shop: Shop, ana: Someone, policy: RefundPolicy) -> None:
    nowhere = shop.settings.model_copy(update={"temporal_address": f"127.0.0.1:{embedded.free_port()}"})
    lost = await temporal.connect(nowhere, lazy=True)
    client = CareClient(lost, shop.services.stores, policy, shop.services.payments)
    order = {"customer_id": ana.customer_id, "items": [{"sku": MILK.sku, "quantity": 1}], "frequency": "daily"}
    with _with(shop, client=client):
        assert "Temporal" in assert_is_problem(await shop.browser().get("/readyz"), 503)["detail"]
        refused = await ana.http.post("/subscription", json=order)
        assert_is_problem(refused, 503)
        assert refused.headers["retry-after"] == "1"
        assert (await ana.http.get(f"/orders/{ana.customer_id}")).status_code == 200


async def test_without_the_database_it_says_so(shop: Shop, ana: Someone, gone: Stores) -> None:
    with _with(shop, stores=gone):
        assert "database" in assert_is_problem(await shop.browser().get("/readyz"), 503)["detail"]
        assert "database" in assert_is_problem(await ana.http.get(f"/orders/{ana.customer_id}"), 503)["detail"]
        assert (await shop.browser().get("/healthz")).status_code == 200
        # A proxy that asks this goes on sending people here, where they are told.
        assert (await shop.browser().get("/readyz", params={"only": "web"})).status_code == 200


async def test_requests_are_counted_by_route_and_not_by_id(shop: Shop, ana: Someone) -> None:
    await ana.http.get(f"/orders/{ana.customer_id}")
    await ana.http.get("/no/such/thing/CUST001")
    figures = (await shop.browser().get("/metrics")).text
    assert re.search(r'care_requests_total\{method="GET",route="/orders/\{customer_id\}",status="200"\} \d', figures)
    assert "unmatched" in figures
    assert ana.customer_id not in figures


async def test_models_are_measured_and_so_is_whether_one_is_left_alone(shop: Shop, stores: Stores) -> None:
    usage = Usage(tokens_in=7, tokens_out=5, cost=12_000_000, currency="USD")
    await stores.meters.count("groq m", ok=False, milliseconds=40, usage=usage)
    await stores.meters.rests("groq m", 60)
    with _with(shop, stores=stores):
        figures = await _looked_at(shop)
    for figure in ("failures_today 1", "tokens_in_today 7", "cost_micros_today 12", "mean_milliseconds_today 40"):
        name, value = figure.split()
        assert f'care_model_{name}{{model="groq m"}} {value}.0' in figures
    assert 'care_model_left_alone{model="groq m"} 1.0' in figures


@pytest.mark.usefixtures("at_work")
async def test_prometheus_hears_how_the_shop_stands(shop: Shop, ana: Someone) -> None:
    await ana.http.post(f"/chat/{ana.customer_id}", json={"message": "Let me talk to a human"})
    figures = await _looked_at(shop)
    assert value_in(figures, "care_reachable") == 2
    assert value_in(figures, "care_handoffs_waiting") >= 1
    assert value_in(figures, "care_handoffs_waiting_oldest_age_seconds") > 0
    assert value_in(figures, "care_task_queue_pollers", kind="workflow") == 1
    assert value_in(figures, "care_database_bytes") > value_in(figures, "care_evidence_bytes")
    known = labels_by_name()
    for name, samples in values_in(figures).items():
        if name.startswith("care_") and not name.endswith("_created"):
            assert all(labels.keys() == known[name] for labels, _ in samples), name
    told = {each.name for each in OF_THE_SHOP} | {each.name for each in OF_TEMPORAL}
    assert told - values_in(figures).keys() <= _MAY_BE_MISSING


async def test_what_cannot_be_asked_has_no_figure(shop: Shop, gone: Stores) -> None:
    await _looked_at(shop)
    with _with(shop, stores=gone):
        figures = await _looked_at(shop)
    assert value_in(figures, "care_reachable", server="mongodb") == 0
    assert value_in(figures, "care_reachable", server="temporal") == 1
    assert "care_deliveries_late" not in values_in(figures)
    assert "care_task_queue_backlog" in values_in(figures)


async def test_many_who_ask_are_answered_by_one_look(shop: Shop, stores: Stores) -> None:
    await _looked_at(shop)
    await stores.outbox.add([_mail()])
    with _with(shop, stores=stores):
        soon = (await shop.browser().get("/metrics")).text
        later = await _looked_at(shop)
    assert value_in(soon, "care_outbox_pending") == 0
    assert value_in(later, "care_outbox_pending", channel="mail") == 1


# A shop in which nothing was ever due at the desk, or checked.
_MAY_BE_MISSING = {
    "care_reviews_next_deadline_timestamp_seconds",
    "care_check_last_run_timestamp_seconds",
    "care_check_faults",
}


async def _looked_at(shop: Shop) -> str:
    """The figures of now, however fresh the last ones are."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(standing, "FRESH", 0)
        return (await shop.browser().get("/metrics")).text


def _mail() -> Dispatch:
    at = datetime.now(UTC)
    return Dispatch(dispatch_id="N1:mail", notification_id="N1", channel=Channel.MAIL, created_at=at, next_at=at)


async def test_the_documentation_loads_nothing_from_elsewhere(shop: Shop) -> None:
    visitor = shop.browser()
    page = await visitor.get("/docs")
    addresses = re.findall(r'(?:src|href)="([^"]+)"', page.text)
    assert addresses
    for address in addresses:
        assert (await visitor.get(address)).status_code == 200
    assert "//" not in "".join(addresses)


async def test_the_document_describes_errors_as_they_are_answered(shop: Shop) -> None:
    document = (await shop.browser().get("/openapi.json")).json()
    for path, calls in document["paths"].items():
        for method, call in calls.items():
            errors = {status: each for status, each in call["responses"].items() if status >= "400"}
            assert errors or path in {"/healthz", "/metrics"}, f"{method} {path}"
            for each in errors.values():
                schema = each["content"]["application/problem+json"]["schema"]
                assert schema == {"$ref": "#/components/schemas/Problem"}, f"{method} {path}"
    assert "HTTPValidationError" not in str(document)


async def test_the_first_page_is_the_portal(shop: Shop) -> None:
    answer = await shop.browser().get("/")
    assert answer.is_redirect
    assert answer.headers["location"] == "/ui/"

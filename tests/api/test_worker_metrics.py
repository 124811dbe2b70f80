"""What a worker tells Prometheus: the work of a real one, counted, and the figures of Temporal's SDK beside it."""

from __future__ import annotations

import asyncio
import socket
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from prometheus_client import CollectorRegistry

from care.errors import SetupError
from care.metrics.endpoint import SdkMetrics, serving
from care.metrics.worker import MeasuredMeters, WorkerMetrics
from care.models.analytics import Usage
from care.stores import Stores
from tests.api.shop import WHEY, Shop, Someone
from tests.api.waiting import until_status
from tests.metrics import labels_by_name, value_in, values_in

# What Prometheus adds, and what a family of counters says beside them.
_CREATED = "_created"


async def scraped(shop: Shop) -> str:
    async with httpx.AsyncClient() as prometheus:
        answer = await prometheus.get(f"http://{shop.settings.metrics_host}:{shop.settings.metrics_port}/metrics")
    assert answer.headers["content-type"].startswith("text/plain; version=")
    return answer.text


async def until_counted(shop: Shop, name: str, **labels: str) -> str:
    async with asyncio.timeout(30):
        while True:
            text = await scraped(shop)
            if value_in(text, name, **labels):
                return text
            await asyncio.sleep(0.1)


@pytest.mark.usefixtures("at_work")
async def test_a_claim_is_counted_from_its_verdict_to_its_payout(shop: Shop, ana: Someone, agent: Someone) -> None:
    before = await scraped(shop)
    order = await shop.sells(ana, WHEY)
    evidence = await shop.shows_photo(ana, seed=71)
    refund_id = (await shop.claims(ana, order, evidence_ids=[evidence])).json()["refund_id"]
    await until_status(ana, refund_id, "in_review")
    await agent.http.post(f"/review/decide/{refund_id}", json={"decision": "approve", "note": "Broken."})
    await until_status(ana, refund_id, "paid")
    after = await scraped(shop)

    def more(name: str, **labels: str) -> float:
        return value_in(after, name, **labels) - value_in(before, name, **labels)

    assert more("care_refund_verdicts_total", band="person") == 1
    assert more("care_refund_payouts_total", to="payment", outcome="succeeded") == 1
    assert more("care_activity_seconds_count", activity="refund.inspect_evidence", outcome="ok") == 1
    assert more("temporal_workflow_task_schedule_to_start_latency_seconds_count") > 0
    assert "# HELP care_refund_verdicts_total Claims judged" in after


@pytest.mark.usefixtures("at_work")
async def test_deliveries_are_counted_with_how_late_they_were(shop: Shop, ana: Someone) -> None:
    wish = {
        "customer_id": ana.customer_id,
        "items": [{"sku": WHEY.sku, "quantity": 1}],
        "recurrence": "FREQ=SECONDLY;INTERVAL=1",
        "remind_before": [],
    }
    subscription_id = (await ana.http.post("/subscription", json=wish)).json()["subscription_id"]
    text = await until_counted(shop, "care_deliveries_total", step="deliver", outcome="delivered")
    await ana.http.post(f"/subscription/cancel/{subscription_id}", json={})
    assert value_in(text, "care_delivery_lateness_seconds_count") >= 1
    assert value_in(text, "care_delivery_lateness_seconds_sum") > 0


@pytest.mark.usefixtures("at_work")
async def test_a_conversation_is_handed_over_once(shop: Shop, ana: Someone) -> None:
    before = value_in(await scraped(shop), "care_handoffs_total")
    said = {"message": "Let me talk to a human"}
    talk = (await ana.http.post(f"/chat/{ana.customer_id}", json=said)).json()
    more = {"message": "Hello?", "conversation_id": talk["conversation_id"]}
    assert (await ana.http.post(f"/chat/{ana.customer_id}", json=more)).json()["handed_off"]
    text = await scraped(shop)
    assert value_in(text, "care_handoffs_total") == before + 1
    assert value_in(text, "care_model_call_seconds_count", provider="local", outcome="ok") >= 1


@pytest.mark.usefixtures("at_work")
async def test_it_tells_nothing_that_is_not_declared_and_no_id(shop: Shop, ana: Someone, agent: Someone) -> None:
    text = await scraped(shop)
    known = labels_by_name()
    for name, samples in values_in(text).items():
        if name.startswith("care_") and not name.endswith(_CREATED):
            for labels, _ in samples:
                assert labels.keys() == known[name], name
    assert "CUST" not in text
    assert "care.test" not in text
    assert "REF0" not in text
    assert "SUB0" not in text


async def test_model_calls_are_counted_for_the_worker_and_for_the_day(stores: Stores) -> None:
    metrics = WorkerMetrics()
    meters = MeasuredMeters(stores.meters, metrics)
    usage = Usage(tokens_in=7, tokens_out=5, cost=12_000_000, currency="USD")
    await meters.count("groq openai/m", ok=False, milliseconds=40, retry=True, usage=usage)
    await meters.rests("groq openai/m", 60)
    metrics.used_up("tokens")
    registry: CollectorRegistry = metrics.registry
    model = {"provider": "groq", "model": "openai/m"}
    failed = {**model, "outcome": "failed", "retry": "true"}
    assert registry.get_sample_value("care_model_call_seconds_sum", failed) == 0.04
    assert registry.get_sample_value("care_model_tokens_total", {**model, "direction": "in"}) == 7
    assert registry.get_sample_value("care_model_cost_micros_total", {**model, "currency": "USD"}) == 12
    assert registry.get_sample_value("care_model_rests_total", model) == 1
    left_alone = registry.get_sample_value("care_model_left_alone_until_timestamp_seconds", model)
    assert left_alone
    assert timedelta(0) < datetime.fromtimestamp(left_alone, UTC) - datetime.now(UTC) <= timedelta(seconds=60)
    assert registry.get_sample_value("care_budget_used_up_total", {"budget": "tokens"}) == 1
    (today,) = await stores.meters.totals(1)
    assert (today.calls, today.failures, today.rests) == (1, 1, 1)


def test_a_port_that_is_taken_is_said_in_a_sentence() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with (
            pytest.raises(SetupError, match=f"127.0.0.1:{port}.*CARE_METRICS_PORT"),
            serving(CollectorRegistry(), SdkMetrics(), "127.0.0.1", port),
        ):
            pass

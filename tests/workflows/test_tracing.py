"""Which spans workflows make, however often they are replayed: the workers here keep no cache, so each task replays."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import format_trace_id
from temporalio.client import Client
from temporalio.testing import WorkflowEnvironment

from care import tracing, tracing_setup
from care.calls import TracedCalls
from care.errors import ModelTrouble
from care.models.customer import Role
from care.models.refund import RefundStatus, Ruling
from care.models.subscription import OneDelivery
from care.settings import Settings
from care.stores import Stores
from tests.workflows.refund_shop import SMALL, SURE, claim, hire, in_clear, in_review, shop, until
from tests.workflows.subscriptions import Shop
from workflows.refund import RefundWorkflow
from workflows.subscription import SubscriptionWorkflow

TROUBLE = ModelTrouble("the words of ana", retryable=True)


class Recorded:
    """All spans that were ended, once the block has been left."""

    def __init__(self) -> None:
        self.spans: list[ReadableSpan] = []

    def of(self, trace: str) -> Counter[str]:
        return Counter(span.name for span in self.spans if _trace(span) == trace)

    def one(self, name: str) -> ReadableSpan:
        (found,) = (span for span in self.spans if span.name == name)
        return found

    def above(self, span: ReadableSpan) -> str:
        """The names of the spans above one, up to the root."""
        known = {each.context.span_id: each for each in self.spans if each.context}
        names = []
        while span.parent:
            span = known[span.parent.span_id]
            names.append(span.name)
        return " < ".join(names)


@contextmanager
def recording() -> Iterator[Recorded]:
    recorded, exporter = Recorded(), InMemorySpanExporter()
    end = tracing_setup.record(exporter, Settings(_env_file=None), "worker")
    try:
        yield recorded
    finally:
        end()
        recorded.spans += exporter.get_finished_spans()


@contextmanager
def request() -> Iterator[list[str]]:
    """Stands for one; its trace is in the list."""
    with tracing.span("request", parent=tracing.context_of(None)) as span:
        yield [format_trace_id(span.get_span_context().trace_id)]


def traced(client: Client) -> Client:
    """Beside the interceptors that it has: one lets the test server's clock run while a result is waited for."""
    config = client.config()
    return Client(**config | {"interceptors": [TracedCalls(), *config["interceptors"]]})


def _trace(span: ReadableSpan) -> str:
    assert span.context
    return format_trace_id(span.context.trace_id)


def _links(span: ReadableSpan) -> set[str]:
    return {format_trace_id(link.context.trace_id) for link in span.links}


async def test_a_case_is_one_trace_from_the_request_to_the_payout_however_often_it_is_replayed(
    time_skipping: WorkflowEnvironment, stores: Stores, task_queue: str
) -> None:
    with recording() as seen:
        async with shop(traced(time_skipping.client), stores, task_queue) as it:
            it.judge.answers = [TROUBLE, SURE]
            with request() as ours:
                handle = await it.open(claim())
            assert (await handle.result()).status is RefundStatus.PAID
    names = seen.of(ours[0])
    nodes = ("fetch_order", "inspect_evidence", "weigh_signals", "refund_decision")
    assert names == {
        **dict.fromkeys(("request", "update opened", "RefundWorkflow.run", "RefundWorkflow.opened"), 1),
        **dict.fromkeys(("open_refund", *(f"refund.{node}" for node in nodes), "pay_out_refund"), 1),
        "refund.inspect_evidence": 2,
        "record_refund": 1,
        "settle_refund": 1,
    }
    assert seen.above(seen.one("refund.weigh_signals")) == "RefundWorkflow.run < update opened < request"
    assert seen.above(seen.one("RefundWorkflow.opened")) == "update opened < request"
    ids = [span.context.span_id for span in seen.spans if span.context]
    assert len(ids) == len(set(ids))


async def test_an_error_is_told_by_its_type_and_never_by_its_words(
    time_skipping: WorkflowEnvironment, stores: Stores, task_queue: str
) -> None:
    with recording() as seen:
        async with shop(traced(time_skipping.client), stores, task_queue) as it:
            it.judge.answers = [TROUBLE, SURE]
            await (await it.open(claim())).result()
    tries = [span for span in seen.spans if span.name == "refund.inspect_evidence"]
    assert [span.status.is_ok for span in tries] == [False, True]
    assert tries[0].attributes
    assert tries[0].attributes["error.type"] == "ModelTrouble"
    assert not any("ana" in span.to_json() for span in seen.spans)


async def test_a_ruling_and_what_it_leads_to_are_the_trace_of_whoever_ruled(
    time_skipping: WorkflowEnvironment, stores: Stores, task_queue: str
) -> None:
    await hire(stores, "amy@shop.test", Role.AGENT)
    ruling = Ruling(decision="approve", amount=SMALL, note="clear", reviewer="amy@shop.test")
    with recording() as seen:
        async with shop(traced(time_skipping.client), stores, task_queue) as it:
            with request() as opening:
                handle = await in_review(it, claim())
            with request() as deciding:
                await handle.execute_update(RefundWorkflow.rule, ruling)
            await handle.result()
    assert seen.of(deciding[0])["pay_out_refund"] == seen.of(deciding[0])["settle_refund"] == 1
    assert "pay_out_refund" not in seen.of(opening[0])


async def test_a_signal_that_was_typed_begins_a_trace_that_is_linked_to_the_case(
    time_skipping: WorkflowEnvironment, stores: Stores, task_queue: str
) -> None:
    with recording() as seen:
        async with shop(traced(time_skipping.client), stores, task_queue) as it:
            with request() as opening:
                handle = await in_review(it, claim())
            typed = {"decision": "approve", "amount": SMALL, "note": "clear picture", "reviewer": "amy"}
            await in_clear(handle, it.client).signal("review", typed)
            await until(handle, RefundStatus.PAID)
    signal = seen.one("RefundWorkflow.review")
    assert _trace(signal) != opening[0]
    assert _links(signal) == {opening[0]}
    assert seen.of(_trace(signal))["pay_out_refund"] == 1


@pytest.mark.parametrize("cached", [0, 100])
async def test_a_delivery_is_a_trace_of_its_own_that_leads_back_to_the_request(
    time_skipping: WorkflowEnvironment, stores: Stores, task_queue: str, cached: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    house = await Shop(time_skipping, stores, task_queue).open()
    soon = (await time_skipping.get_current_time()).date() + timedelta(days=4)
    with recording() as seen:
        async with house.worker(cached=cached):
            with request() as starting:
                monkeypatch.setattr(house.env, "_client", traced(time_skipping.client))
                handle = await house.subscribe(recurrence="FREQ=WEEKLY;COUNT=3", start_date=soon)
            with request() as skipping:
                await handle.execute_update(SubscriptionWorkflow.skip, OneDelivery())
            await handle.result()
    assert seen.of(skipping[0]) == {
        "request": 1,
        "update skip": 1,
        "SubscriptionWorkflow.skip": 1,
        "project_subscription": 1,
    }
    delivered = [span for span in seen.spans if span.name == "SubscriptionWorkflow.deliver"]
    assert len(delivered) == 2
    assert len({_trace(span) for span in delivered} | {starting[0], skipping[0]}) == 4
    assert _links(delivered[0]) | _links(delivered[1]) <= {starting[0], skipping[0]}
    for span in delivered:
        assert starting[0] in _links(span)
        assert seen.of(_trace(span)) == {"SubscriptionWorkflow.deliver": 1, "deliver_at_hand": 1}

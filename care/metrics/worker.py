"""What one worker counts: activities, deliveries, refunds, handoffs, messages, and the calls of models.

No id is ever a label: each label takes a handful of values, which are words of ours.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from care.brains.hosted import Meters
from care.metrics.process import measure_process
from care.models.analytics import Usage
from care.models.dispatch import Dispatch, DispatchStatus
from care.models.subscription import Outcome, Setback, StepKind

_SHORT = (0.005, 0.02, 0.1, 0.5, 2.5, 10, 60)  # seconds, of an activity
_ASKED = (0.05, 0.2, 0.5, 1, 2, 5, 10, 20, 60)  # of a model
_LATE = (1, 5, 30, 60, 300, 900, 3600, 21600, 86400)
_MICROS = 1_000_000  # Usage counts in millionths of those


class WorkerMetrics:
    """One registry a worker, so that two workers in one process (tests) do not share counts."""

    def __init__(self) -> None:
        self.registry = registry = CollectorRegistry()
        measure_process(registry)
        self.activities = Histogram(
            "care_activity_seconds",
            "Time of one run of an activity, by how it ended: ok, failed, cancelled.",
            ("activity", "outcome"),
            buckets=_SHORT,
            registry=registry,
        )
        self._deliveries = Counter(
            "care_deliveries",
            "Tries of deliveries, by what was tried (deliver, retry, give_up, miss) and how it went.",
            ("step", "outcome"),
            registry=registry,
        )
        self._lateness = Histogram(
            "care_delivery_lateness_seconds",
            "From the moment a delivery was due until its order was placed, for first tries.",
            buckets=_LATE,
            registry=registry,
        )
        self._verdicts = Counter(
            "care_refund_verdicts",
            "Claims judged, by where the verdict leads: pay, ask, return_first, person.",
            ("band",),
            registry=registry,
        )
        self._payouts = Counter(
            "care_refund_payouts",
            "Payouts that came to an end, by way (payment, wallet) and outcome (succeeded, declined).",
            ("to", "outcome"),
            registry=registry,
        )
        self._handoffs = Counter(
            "care_handoffs", "Conversations that the assistant gave to a person.", registry=registry
        )
        self._tries = Counter(
            "care_outbox_tries",
            "Messages tried, by channel (mail, webhook) and what became of them: sent, retried, failed, cancelled.",
            ("channel", "outcome"),
            registry=registry,
        )
        model = ("provider", "model")
        self._calls = Histogram(
            "care_model_call_seconds",
            "Time of one call of a model, by outcome (ok, failed) and whether it repeats one that failed.",
            (*model, "outcome", "retry"),
            buckets=_ASKED,
            registry=registry,
        )
        self._tokens = Counter(
            "care_model_tokens", "Tokens, by direction: in, out.", (*model, "direction"), registry=registry
        )
        self._cost = Counter(
            "care_model_cost_micros",
            "What calls cost, in millionths of the currency of the prices.",
            (*model, "currency"),
            registry=registry,
        )
        self._rests = Counter(
            "care_model_rests", "How often a model was left alone because it failed.", model, registry=registry
        )
        self._left_alone = Gauge(
            "care_model_left_alone_until_timestamp_seconds",
            "Until when this worker leaves the model alone; in the past, it asks.",
            model,
            registry=registry,
        )
        self._used_up = Counter(
            "care_budget_used_up",
            "Times that a model was not asked because a case or a customer had used up its budget.",
            ("budget",),
            registry=registry,
        )

    def delivery(self, step: StepKind, outcome: Outcome | Setback, late: timedelta) -> None:
        """`late`: how long after it was due."""
        self._deliveries.labels(step.value, outcome).inc()
        if step is StepKind.DELIVER and outcome == "delivered":
            self._lateness.observe(max(0.0, late.total_seconds()))

    def verdict(self, band: str) -> None:
        self._verdicts.labels(band).inc()

    def payout(self, to: str, outcome: str) -> None:
        self._payouts.labels(to, outcome).inc()

    def handoff(self) -> None:
        self._handoffs.inc()

    def message(self, after: Dispatch) -> None:
        """The entry after a try, or after there was nothing left to tell."""
        outcome = "retried" if after.status is DispatchStatus.PENDING else after.status.value
        self._tries.labels(after.channel.value, outcome).inc()

    def used_up(self, budget: str) -> None:
        self._used_up.labels(budget).inc()

    def call(self, name: str, *, ok: bool, seconds: float, retry: bool, usage: Usage | None) -> None:
        provider, model = _model(name)
        self._calls.labels(provider, model, "ok" if ok else "failed", str(retry).lower()).observe(seconds)
        if usage is not None:
            self._tokens.labels(provider, model, "in").inc(usage.tokens_in)
            self._tokens.labels(provider, model, "out").inc(usage.tokens_out)
            if usage.currency:
                self._cost.labels(provider, model, usage.currency).inc(usage.cost / _MICROS)

    def rest(self, name: str, until: datetime) -> None:
        self._rests.labels(*_model(name)).inc()
        self._left_alone.labels(*_model(name)).set(until.timestamp())


class MeasuredMeters:
    """Counts for this worker what the meters count for all of them."""

    def __init__(self, meters: Meters, metrics: WorkerMetrics) -> None:
        self._meters = meters
        self._metrics = metrics

    async def count(
        self, name: str, *, ok: bool, milliseconds: int, retry: bool = False, usage: Usage | None = None
    ) -> None:
        self._metrics.call(name, ok=ok, seconds=milliseconds / 1000, retry=retry, usage=usage)
        await self._meters.count(name, ok=ok, milliseconds=milliseconds, retry=retry, usage=usage)

    async def rests(self, name: str, seconds: float) -> None:
        self._metrics.rest(name, datetime.now(UTC) + timedelta(seconds=seconds))
        await self._meters.rests(name, seconds)


def _model(name: str) -> tuple[str, str]:
    """ "groq openai/gpt-oss-20b" as provider and model; our own model is its own provider."""
    provider, _, model = name.partition(" ")
    return provider, model or provider

"""How the shop and its platform stand, as gauges. Every web process tells the same: read them with `max`, never `sum`.

What cannot be asked has no figure: an old one would say that all is well.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Generic, NamedTuple, TypeVar

from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from care.models.refund import RefundStatus
from care.models.standing import QueueState, Standing, Waiting

T = TypeVar("T")
Values = Mapping[str, float | None]


class Look(NamedTuple):
    """What was seen, and when; None for what could not be reached."""

    at: datetime
    standing: Standing | None
    queues: list[QueueState] | None


class Figure(NamedTuple, Generic[T]):
    """`read` gives the value under each value of `label`; without a label there is one, under "". None: no figure."""

    name: str
    about: str
    read: Callable[[T, datetime], Values]
    label: str | None = None


def _age(waiting: Waiting, at: datetime) -> float:
    return max(0.0, (at - waiting.since).total_seconds()) if waiting.since else 0.0


def _waits(
    name: str, about: str, oldest: str, read: Callable[[Standing], Mapping[str, Waiting]], label: str | None = None
) -> Iterable[Figure[Standing]]:
    """How many wait, and the age of the oldest."""
    yield Figure(name, about, lambda s, _at: {k: w.count for k, w in read(s).items()}, label)
    age = f"{name}_oldest_age_seconds"
    yield Figure(age, oldest, lambda s, at: {k: _age(w, at) for k, w in read(s).items()}, label)


def _named(each: Mapping[RefundStatus, Waiting]) -> dict[str, Waiting]:
    return {key.value: waiting for key, waiting in each.items()}


OF_THE_SHOP: list[Figure[Standing]] = [
    *_waits(
        "care_deliveries_late",
        "Deliveries that are due for five minutes and more, and not ordered.",
        "For how long the first of them is due; 0 if there is none.",
        lambda s: {"": s.late},
    ),
    Figure(
        "care_subscriptions",
        "Subscriptions, by status.",
        lambda s, _at: {status.value: count for status, count in s.subscriptions.items()},
        "status",
    ),
    *_waits(
        "care_refunds_open",
        "Cases that are not settled, by status.",
        "Age of the oldest of them.",
        lambda s: _named(s.refunds),
        "status",
    ),
    *_waits(
        "care_refunds_unpaid",
        "Refunds that are approved and not paid.",
        "Since when the first of them was approved.",
        lambda s: {"": s.unpaid},
    ),
    Figure(
        "care_reviews_open",
        "Cases at the desk: with agents (first), with supervisors (escalated).",
        lambda s, _at: {stage: reviews.open for stage, reviews in s.reviews.items()},
        "stage",
    ),
    Figure(
        "care_reviews_overdue",
        "Those of them whose deadline is past.",
        lambda s, _at: {stage: reviews.overdue for stage, reviews in s.reviews.items()},
        "stage",
    ),
    Figure(
        "care_reviews_next_deadline_timestamp_seconds",
        "Their next deadline, if there is one.",
        lambda s, _at: {
            stage: each.next_due_at.timestamp() if each.next_due_at else None for stage, each in s.reviews.items()
        },
        "stage",
    ),
    Figure("care_reviews_claimed", "Those of them that somebody has taken.", lambda s, _at: {"": s.claimed}),
    *_waits(
        "care_handoffs_waiting",
        "Conversations that wait for a colleague.",
        "For how long the first of them waits.",
        lambda s: {"": s.handoffs},
    ),
    *_waits(
        "care_payments_pending",
        "Charges and repayments that the provider has not decided.",
        "Age of the oldest of them.",
        lambda s: {"": s.movements},
    ),
    *_waits(
        "care_outbox_pending",
        "Messages that have not gone out, due or not.",
        "Age of the oldest of them.",
        lambda s: {channel.value: each.pending for channel, each in s.outbox.items()},
        "channel",
    ),
    *_waits(
        "care_outbox_due",
        "Messages whose time has come.",
        "For how long the first of them is due.",
        lambda s: {channel.value: each.due for channel, each in s.outbox.items()},
        "channel",
    ),
    Figure(
        "care_check_last_run_timestamp_seconds",
        "When `care repair ledger` (ledger) and `care audit verify` (audit) last came to their end.",
        lambda s, _at: {each.check: each.at.timestamp() for each in s.checks},
        "check",
    ),
    Figure(
        "care_check_faults",
        "What that run has left for a person to look at.",
        lambda s, _at: {each.check: each.faults for each in s.checks},
        "check",
    ),
    Figure(
        "care_database_bytes",
        "What the database takes on its disk, indexes included.",
        lambda s, _at: {"": s.storage.database},
    ),
    Figure("care_evidence_bytes", "What customers' files take of it.", lambda s, _at: {"": s.storage.evidence}),
    Figure(
        "care_database_disk_bytes",
        "The disk below the database: used, total.",
        lambda s, _at: {"used": s.storage.disk_used, "total": s.storage.disk_total},
        "part",
    ),
]

OF_TEMPORAL: list[Figure[list[QueueState]]] = [
    Figure(
        "care_task_queue_backlog",
        "Tasks that no worker has taken yet, roughly, by kind: workflow, activity.",
        lambda queues, _at: {each.kind: each.backlog for each in queues},
        "kind",
    ),
    Figure(
        "care_task_queue_backlog_age_seconds",
        "For how long the oldest of them waits.",
        lambda queues, _at: {each.kind: each.age for each in queues},
        "kind",
    ),
    Figure(
        "care_task_queue_added_per_second",
        "Tasks that come.",
        lambda queues, _at: {each.kind: each.added for each in queues},
        "kind",
    ),
    Figure(
        "care_task_queue_dispatched_per_second",
        "Tasks that workers take.",
        lambda queues, _at: {each.kind: each.dispatched for each in queues},
        "kind",
    ),
    Figure(
        "care_task_queue_pollers",
        "Workers that ask for tasks of this kind.",
        lambda queues, _at: {each.kind: len(set(each.pollers)) for each in queues},
        "kind",
    ),
]

REACHABLE = ("care_reachable", "1 if it answers this process: mongodb, temporal.")


class ShopMetrics(Collector):
    """Shows the last `look`; nothing before the first."""

    def __init__(self) -> None:
        self.look: Look | None = None

    def collect(self) -> Iterable[GaugeMetricFamily]:
        if self.look is None:
            return
        at, standing, queues = self.look
        answers = {"mongodb": float(standing is not None), "temporal": float(queues is not None)}
        yield _family(*REACHABLE, "server", answers)
        if standing is not None:
            yield from (_family(each.name, each.about, each.label, each.read(standing, at)) for each in OF_THE_SHOP)
        if queues is not None:
            yield from (_family(each.name, each.about, each.label, each.read(queues, at)) for each in OF_TEMPORAL)


def _family(name: str, about: str, label: str | None, values: Values) -> GaugeMetricFamily:
    family = GaugeMetricFamily(name, about, labels=[label] if label else [])
    for key, value in values.items():
        if value is not None:
            family.add_metric([key] if label else [], value)
    return family

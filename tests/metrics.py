"""Every metric that there is, with its labels: what CARE declares, and what Temporal's SDK is seen to expose."""

from __future__ import annotations

from typing import Any, NamedTuple

from prometheus_client import CollectorRegistry
from prometheus_client.parser import text_string_to_metric_families

from api.metrics import WebMetrics
from care.metrics.shop import OF_TEMPORAL, OF_THE_SHOP, REACHABLE, Figure
from care.metrics.worker import WorkerMetrics

_COMMON = {"namespace", "task_queue", "service_name"}
_TYPED = {*_COMMON, "workflow_type", "activity_type"}
# As temporalio 1.35 names them; tests/test_sdk_metrics.py holds this to a real worker. Not all that it has: those that
# somebody looks at.
SDK: dict[str, tuple[str, set[str]]] = {
    "temporal_workflow_task_schedule_to_start_latency_seconds": ("histogram", _COMMON),
    "temporal_workflow_task_execution_latency_seconds": ("histogram", {*_COMMON, "workflow_type"}),
    "temporal_workflow_task_replay_latency_seconds": ("histogram", {*_COMMON, "workflow_type"}),
    "temporal_workflow_task_execution_failed_total": ("counter", {*_COMMON, "workflow_type", "failure_reason"}),
    "temporal_activity_schedule_to_start_latency_seconds": ("histogram", _COMMON),
    "temporal_activity_execution_latency_seconds": ("histogram", _TYPED),
    "temporal_activity_execution_failed_total": ("counter", {*_TYPED, "failure_reason"}),
    "temporal_local_activity_execution_latency_seconds": ("histogram", _TYPED),
    "temporal_sticky_cache_size": ("gauge", _COMMON),
    "temporal_sticky_cache_hit_total": ("counter", {*_COMMON, "workflow_type"}),
    "temporal_sticky_cache_miss_total": ("counter", _COMMON),
    "temporal_worker_task_slots_available": ("gauge", {*_COMMON, "worker_type"}),
    "temporal_worker_task_slots_used": ("gauge", {*_COMMON, "worker_type"}),
    "temporal_num_pollers": ("gauge", {*_COMMON, "poller_type"}),
    "temporal_request_total": ("counter", {*_COMMON, "operation"}),
    "temporal_request_failure_total": ("counter", {"namespace", "operation", "service_name", "status_code"}),
    "temporal_request_latency_seconds": ("histogram", {*_COMMON, "operation"}),
    "temporal_workflow_failed_total": ("counter", {*_COMMON, "workflow_type"}),
}


class Metric(NamedTuple):
    """`name` as it is asked for, but for the suffixes of a histogram. `kind`: counter, gauge, histogram, info."""

    name: str
    kind: str
    labels: frozenset[str]
    about: str


def declared() -> list[Metric]:
    """CARE's own, of web and worker."""
    figures: list[Figure[Any]] = [*OF_THE_SHOP, *OF_TEMPORAL]
    shop = [Metric(each.name, "gauge", frozenset({each.label} if each.label else ()), each.about) for each in figures]
    answers = Metric(REACHABLE[0], "gauge", frozenset({"server"}), REACHABLE[1])
    return [*_of(WebMetrics().registry), *_of(WorkerMetrics().registry), *shop, answers]


def of_processes() -> set[str]:
    """What prometheus-client tells of each process, without being asked."""
    ours = {each.name for each in declared()}
    named = {sample.name for family in WorkerMetrics().registry.collect() for sample in family.samples}
    return {name for name in named if name.startswith(("process_", "python_")) and name not in ours}


def _of(registry: CollectorRegistry) -> list[Metric]:
    """Nothing has a value yet, so what is declared is read from the collectors themselves."""
    found: dict[str, Any] = {each._name: each for each in _collectors(registry) if hasattr(each, "_labelnames")}
    return [
        Metric(
            name + "_total" * (each._type == "counter"), each._type, frozenset(each._labelnames), each._documentation
        )
        for name, each in found.items()
    ]


def _collectors(registry: CollectorRegistry) -> list[Any]:
    return list(registry._collector_to_names)


def labels_by_name() -> dict[str, set[str]]:
    """Each name that a query may use, and the labels that it has; without those that Prometheus adds."""
    known = {each.name: (each.kind, set(each.labels)) for each in declared()} | SDK
    names: dict[str, set[str]] = {name: {"version", "implementation"} for name in of_processes()} | {"up": set()}
    for name, (kind, labels) in known.items():
        if kind == "histogram":
            names |= {f"{name}_bucket": {*labels, "le"}, f"{name}_sum": labels, f"{name}_count": labels}
        else:
            names[name] = labels
    return names


def values_in(text: str) -> dict[str, list[tuple[dict[str, str], float]]]:
    """Each sample's labels and value, by name."""
    values: dict[str, list[tuple[dict[str, str], float]]] = {}
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            values.setdefault(sample.name, []).append((sample.labels, sample.value))
    return values


def value_in(text: str, name: str, **labels: str) -> float:
    """The sum of the samples that have these labels."""
    return sum(value for has, value in values_in(text).get(name, []) if labels.items() <= has.items())

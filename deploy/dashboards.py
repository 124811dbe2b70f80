"""Writes Grafana's dashboards: `python deploy/dashboards.py`. A table of panels is read and changed; its JSON is not.

What every web process tells of the whole shop is taken with `max`; what each process counts for itself, with `sum`.
"""

from __future__ import annotations

import json
from itertools import count
from pathlib import Path
from typing import Any, NamedTuple

FOLDER = Path(__file__).resolve().parent / "grafana" / "dashboards"
RUNBOOK = "docs/runbook.md"
SOURCE = {"type": "prometheus", "uid": "prometheus"}
PAGE = 24  # columns of Grafana's grid
GOOD, WARNING, BAD = "green", "orange", "red"
EACH = 'instance=~"$instance"'


class Panel(NamedTuple):
    """`asks` are (query, legend). `limits`: from which value on it warns, and from which it is bad; for a figure that
    is alerted, the alert's name says where the runbook begins. `kind`: timeseries, stat, bargauge."""

    title: str
    asks: list[tuple[str, str]]
    unit: str = "short"
    kind: str = "timeseries"
    limits: tuple[float, float] | None = None
    alert: str = ""
    about: str = ""
    width: int = 8


def stat(title: str, ask: str, unit: str = "short", **how: Any) -> Panel:
    return Panel(title, [(ask, "")], unit, "stat", width=how.pop("width", 4), **how)


def quantiles(metric: str, by: str = "", where: str = "") -> list[tuple[str, str]]:
    """The median and the slowest in twenty of a histogram."""
    group = f"le, {by}" if by else "le"
    rate = f"sum by ({group}) (rate({metric}_bucket{{{where}}}[$__rate_interval]))"
    legend = f"{{{{{by}}}}} " if by else ""
    return [(f"histogram_quantile({q}, {rate})", f"{legend}p{round(q * 100)}") for q in (0.5, 0.95)]


def rate(metric: str, by: str, where: str = "") -> str:
    return f"sum by ({by}) (rate({metric}{{{where}}}[$__rate_interval]))"


SHOP: dict[str, list[Panel]] = {
    "What waits now": [
        stat("Deliveries late", "max(care_deliveries_late)", limits=(1, 1), alert="DeliveriesLate"),
        stat(
            "Claims past a deadline",
            'max(care_reviews_open{stage="escalated"}) + max(care_reviews_overdue{stage="first"})',
            limits=(1, 1),
            alert="ReviewsOverdue",
        ),
        stat(
            "Oldest unpaid refund",
            "max(care_refunds_unpaid_oldest_age_seconds)",
            "s",
            limits=(300, 900),
            alert="RefundPayoutStuck",
        ),
        stat(
            "Longest wait for a colleague",
            "max(care_handoffs_waiting_oldest_age_seconds)",
            "s",
            limits=(300, 900),
            alert="HandoffWaiting",
        ),
        stat(
            "Oldest mail",
            'max(care_outbox_pending_oldest_age_seconds{channel="mail"})',
            "s",
            limits=(300, 1800),
            alert="OutboxStuck",
        ),
        stat("Faults in the books", 'max(care_check_faults{check="ledger"})', limits=(1, 1), alert="LedgerImbalance"),
    ],
    "Deliveries": [
        Panel(
            "Deliveries by outcome", [(rate("care_deliveries_total", "step, outcome"), "{{step}} {{outcome}}")], "ops"
        ),
        Panel("How late orders are placed", quantiles("care_delivery_lateness_seconds"), "s"),
        Panel("Subscriptions", [("max by (status) (care_subscriptions)", "{{status}}")]),
    ],
    "Refunds and the desk": [
        Panel("Open cases", [("max by (status) (care_refunds_open)", "{{status}}")]),
        Panel("Age of the oldest", [("max by (status) (care_refunds_open_oldest_age_seconds)", "{{status}}")], "s"),
        Panel("Verdicts", [(rate("care_refund_verdicts_total", "band"), "{{band}}")], "ops"),
        Panel(
            "The desk's queue",
            [
                ("max by (stage) (care_reviews_open)", "{{stage}}"),
                ("max(care_reviews_claimed)", "claimed"),
                ("max by (stage) (care_reviews_overdue)", "{{stage}} overdue"),
            ],
        ),
        Panel(
            "Time to the next deadline",
            [("min by (stage) (care_reviews_next_deadline_timestamp_seconds) - time()", "{{stage}}")],
            "s",
        ),
        Panel("Payouts", [(rate("care_refund_payouts_total", "to, outcome"), "{{to}} {{outcome}}")], "ops"),
    ],
    "Money and messages": [
        Panel(
            "Payments not decided",
            [
                ("max(care_payments_pending)", "how many"),
                ("max(care_payments_pending_oldest_age_seconds) / 60", "minutes of the oldest"),
            ],
        ),
        Panel("Outbox", [("max by (channel) (care_outbox_pending)", "{{channel}}")]),
        Panel(
            "Messages by outcome", [(rate("care_outbox_tries_total", "channel, outcome"), "{{channel}} {{outcome}}")]
        ),
    ],
    "Chat": [
        Panel("Handed to people", [("sum(increase(care_handoffs_total[1h]))", "in an hour")]),
        Panel("Waiting for a colleague", [("max(care_handoffs_waiting)", "conversations")]),
        Panel(
            "Messages to the assistant",
            [('sum by (status) (rate(care_requests_total{route=~"/chat.*"}[$__rate_interval]))', "{{status}}")],
            "reqps",
        ),
    ],
}

PLATFORM: dict[str, list[Panel]] = {
    "Alive": [
        stat("Web processes", 'sum(up{job="care-web"})', alert="NoWeb"),
        stat("Workers that ask for work", 'max(care_task_queue_pollers{kind="workflow"})', alert="NoWorker"),
        stat("MongoDB", 'max(care_reachable{server="mongodb"})', alert="MongoDBUnreachable", about="1: it answers."),
        stat("Temporal", 'max(care_reachable{server="temporal"})', alert="TemporalUnreachable", about="1: it answers."),
        stat(
            "Oldest task that waits",
            "max(care_task_queue_backlog_age_seconds)",
            "s",
            limits=(10, 60),
            alert="QueueBacklogGrowing",
        ),
        stat(
            "Disk of the database",
            'max(care_database_disk_bytes{part="used"}) / max(care_database_disk_bytes{part="total"})',
            "percentunit",
            limits=(0.75, 0.85),
            alert="DatabaseDiskFilling",
        ),
    ],
    "Web": [
        Panel("Requests", [(rate("care_requests_total", "status", EACH), "{{status}}")], "reqps"),
        Panel(
            "Errors of ours",
            [(f"care:request_errors:ratio_rate{window}", window) for window in ("5m", "1h", "6h")],
            "percentunit",
            alert="WebErrorsBurst",
        ),
        Panel("Time to answer", quantiles("care_request_seconds", where=EACH), "s", alert="WebSlow"),
        Panel(
            "Slowest routes",
            [
                (
                    "topk(8, histogram_quantile(0.95, sum by (le, route) "
                    f"(rate(care_request_seconds_bucket{{{EACH}}}[$__rate_interval]))))",
                    "{{route}}",
                )
            ],
            "s",
            width=16,
        ),
        Panel("Memory", [(f"process_resident_memory_bytes{{{EACH}}}", "{{job}} {{instance}}")], "bytes"),
    ],
    "Task queue": [
        Panel("Waiting tasks", [("max by (kind) (care_task_queue_backlog)", "{{kind}}")], alert="QueueBacklogGrowing"),
        Panel(
            "In and out",
            [
                ("max by (kind) (care_task_queue_added_per_second)", "{{kind}} in"),
                ("max by (kind) (care_task_queue_dispatched_per_second)", "{{kind}} out"),
            ],
            "ops",
        ),
        Panel(
            "Schedule to start",
            [
                (ask, f"{kind} {legend}")
                for kind in ("workflow_task", "activity")
                for ask, legend in quantiles(f"temporal_{kind}_schedule_to_start_latency_seconds", where=EACH)
            ],
            "s",
            alert="ScheduleToStartHigh",
        ),
    ],
    "Workers": [
        Panel(
            "Slots in use", [(f"sum by (worker_type) (temporal_worker_task_slots_used{{{EACH}}})", "{{worker_type}}")]
        ),
        Panel(
            "Slots free",
            [(f"sum by (worker_type) (temporal_worker_task_slots_available{{{EACH}}})", "{{worker_type}}")],
        ),
        Panel("Pollers", [(f"sum by (poller_type) (temporal_num_pollers{{{EACH}}})", "{{poller_type}}")]),
        Panel("Workflows in the cache", [(f"temporal_sticky_cache_size{{{EACH}}}", "{{instance}}")]),
        Panel(
            "Found in the cache",
            [
                (
                    f"sum(rate(temporal_sticky_cache_hit_total{{{EACH}}}[$__rate_interval])) / "
                    f"(sum(rate(temporal_sticky_cache_hit_total{{{EACH}}}[$__rate_interval])) + "
                    f"sum(rate(temporal_sticky_cache_miss_total{{{EACH}}}[$__rate_interval])))",
                    "hits",
                )
            ],
            "percentunit",
            about="What is not found there is replayed from its history.",
        ),
        Panel("Replay", quantiles("temporal_workflow_task_replay_latency_seconds", where=EACH), "s"),
        Panel(
            "Failed workflow tasks",
            [
                (
                    rate("temporal_workflow_task_execution_failed_total", "workflow_type, failure_reason", EACH),
                    "{{workflow_type}} {{failure_reason}}",
                )
            ],
            "ops",
            alert="WorkflowTaskFailures",
        ),
        Panel(
            "Failed workflows", [(rate("temporal_workflow_failed_total", "workflow_type", EACH), "{{workflow_type}}")]
        ),
        Panel(
            "Failed calls to Temporal",
            [
                (
                    rate("temporal_request_failure_total", "operation, status_code", EACH),
                    "{{operation}} {{status_code}}",
                )
            ],
            "ops",
        ),
        Panel(
            "Activities: the slowest",
            [
                (
                    "topk(8, histogram_quantile(0.95, sum by (le, activity) "
                    f"(rate(care_activity_seconds_bucket{{{EACH}}}[$__rate_interval]))))",
                    "{{activity}}",
                )
            ],
            "s",
            width=12,
        ),
        Panel(
            "Activities that fail",
            [(rate("care_activity_seconds_count", "activity", f'outcome="failed", {EACH}'), "{{activity}}")],
            "ops",
            width=12,
        ),
    ],
    "Storage": [
        Panel(
            "The database's disk",
            [
                ("max by (part) (care_database_disk_bytes)", "disk, {{part}}"),
                ("max(care_database_bytes)", "database"),
                ("max(care_evidence_bytes)", "customers' files"),
            ],
            "bytes",
            width=16,
            alert="DatabaseDiskFilling",
        ),
        Panel(
            "Since the nightly checks",
            [("time() - max by (check) (care_check_last_run_timestamp_seconds)", "{{check}}")],
            "s",
            alert="NightlyCheckMissing",
        ),
    ],
}

NAMED = "{{provider}} {{model}}"
BY_MODEL = "provider, model"
ASKED = rate("care_model_call_seconds_count", BY_MODEL)
FAILED = rate("care_model_call_seconds_count", BY_MODEL, 'outcome="failed"')
MODELS: dict[str, list[Panel]] = {
    "Today (UTC)": [
        stat("Calls", "sum(max by (model) (care_model_calls_today))", width=6),
        stat("Failed", "sum(max by (model) (care_model_failures_today))", width=6, limits=(10, 100)),
        stat(
            "Cost",
            "sum(max by (model) (care_model_cost_micros_today)) / 1e6",
            limits=(25, 50),
            alert="ModelCostHigh",
            width=6,
        ),
        stat("Models left alone now", "sum(max by (model) (care_model_left_alone))", limits=(1, 1), width=6),
    ],
    "Calls": [
        Panel(
            "Calls", [(rate("care_model_call_seconds_count", f"{BY_MODEL}, outcome"), NAMED + " {{outcome}}")], "ops"
        ),
        Panel(
            "Share that fails",
            [
                # None that failed is no series: it is a share of zero.
                (f"({FAILED} or 0 * {ASKED}) / {ASKED}", NAMED)
            ],
            "percentunit",
            alert="ModelFailing",
        ),
        Panel("Time of a call", quantiles("care_model_call_seconds", by="model"), "s"),
        Panel("Asked again", [(rate("care_model_call_seconds_count", BY_MODEL, 'retry="true"'), NAMED)], "ops"),
        Panel("Left alone", [(f"sum by ({BY_MODEL}) (increase(care_model_rests_total[1h]))", NAMED)]),
        Panel(
            "For how long yet",
            [(f"clamp_min(max by ({BY_MODEL}) (care_model_left_alone_until_timestamp_seconds) - time(), 0)", NAMED)],
            "s",
            about="The breaker of a worker: nobody asks a model that keeps failing.",
        ),
    ],
    "Tokens and cost": [
        Panel("Tokens", [(rate("care_model_tokens_total", f"{BY_MODEL}, direction"), NAMED + " {{direction}}")], "ops"),
        Panel(
            "Cost of an hour",
            [
                (
                    f"sum by ({BY_MODEL}, currency) (increase(care_model_cost_micros_total[1h])) / 1e6",
                    NAMED + " {{currency}}",
                )
            ],
        ),
        Panel(
            "Budgets used up",
            [("sum by (budget) (increase(care_budget_used_up_total[1h]))", "{{budget}}")],
            about="Not asked, because a case or a customer had its share: the local model or a person takes over.",
        ),
    ],
}


def dashboard(title: str, rows: dict[str, list[Panel]]) -> dict[str, Any]:
    ids, panels, y = count(1), [], 0
    for row, members in rows.items():
        panels.append(
            {
                "id": next(ids),
                "type": "row",
                "title": row,
                "collapsed": False,
                "panels": [],
                "gridPos": {"x": 0, "y": y, "w": PAGE, "h": 1},
            }
        )
        y, x, height = y + 1, 0, 4 if members[0].kind == "stat" else 8
        for each in members:
            if x + each.width > PAGE:
                x, y = 0, y + height
            panels.append(_panel(each, next(ids), {"x": x, "y": y, "w": each.width, "h": height}))
            x += each.width
        y += height
    return {
        "uid": f"care-{title.lower()}",
        "title": f"CARE: {title}",
        "tags": ["care"],
        "timezone": "browser",
        "schemaVersion": 39,
        "refresh": "30s",
        "time": {"from": "now-6h", "to": "now"},
        "links": [{"type": "dashboards", "title": "CARE", "tags": ["care"], "asDropdown": True}],
        "templating": {"list": [_variable()]},
        "panels": panels,
    }


def _variable() -> dict[str, Any]:
    query = 'label_values(up{job=~"care-.*"}, instance)'
    return {
        "name": "instance",
        "type": "query",
        "datasource": SOURCE,
        "definition": query,
        "query": {"query": query, "refId": "instance"},
        "refresh": 2,
        "includeAll": True,
        "allValue": ".*",
        "multi": True,
        "current": {"text": "All", "value": "$__all"},
    }


def _panel(panel: Panel, number: int, place: dict[str, int]) -> dict[str, Any]:
    steps: list[dict[str, Any]] = [{"color": GOOD, "value": None}]
    if panel.limits:
        warns, bad = panel.limits
        steps += [{"color": WARNING, "value": warns}] * (warns < bad) + [{"color": BAD, "value": bad}]
    defaults = {"unit": panel.unit, "thresholds": {"mode": "absolute", "steps": steps}}
    if panel.kind == "stat":
        options: dict[str, Any] = {"reduceOptions": {"calcs": ["lastNotNull"]}, "colorMode": "background"}
    else:
        options = {
            "legend": {"displayMode": "list", "placement": "bottom"},
            "tooltip": {"mode": "multi", "sort": "desc"},
        }
    link = {"title": f"Runbook: {panel.alert}", "url": f"{RUNBOOK}#{panel.alert.lower()}"}
    return {
        "id": number,
        "type": panel.kind,
        "title": panel.title,
        "description": panel.about,
        "datasource": SOURCE,
        "gridPos": place,
        "fieldConfig": {"defaults": defaults, "overrides": []},
        "options": options,
        "links": [link] if panel.alert else [],
        "targets": [
            {"refId": chr(ord("A") + n), "datasource": SOURCE, "expr": ask, "legendFormat": legend}
            for n, (ask, legend) in enumerate(panel.asks)
        ],
    }


def dashboards() -> dict[str, str]:
    """The text of each file, by its name: a panel a line, so that a change can be read."""
    made = {"shop": ("Shop", SHOP), "platform": ("Platform", PLATFORM), "models": ("Models", MODELS)}
    return {f"{name}.json": _text(dashboard(*of)) for name, of in made.items()}


def _text(board: dict[str, Any]) -> str:
    panels = ",\n".join(json.dumps(panel) for panel in board.pop("panels"))
    return f'{json.dumps(board)[:-1]}, "panels": [\n{panels}\n]}}\n'


if __name__ == "__main__":
    for name, text in dashboards().items():
        (FOLDER / name).write_text(text)

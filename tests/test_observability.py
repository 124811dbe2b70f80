"""Alerts, dashboards, the runbook and docs/metrics.md ask for nothing that is not there, and leave out nothing.

promtool, where it is installed (Debian's package `prometheus`), also plays the alerts through.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import promql_parser as promql
import pytest
import yaml

from deploy.dashboards import FOLDER, dashboards
from tests.metrics import SDK, declared, labels_by_name, of_processes

ROOT = Path(__file__).resolve().parents[1]
PROMETHEUS = ROOT / "deploy/prometheus"
CONFIG = yaml.safe_load((PROMETHEUS / "prometheus.yml").read_text())
RULES: list[dict[str, Any]] = [
    rule for group in yaml.safe_load((PROMETHEUS / "alerts.yml").read_text())["groups"] for rule in group["rules"]
]
ALERTS = {rule["alert"]: rule for rule in RULES if "alert" in rule}
RECORDED = {rule["record"]: rule for rule in RULES if "record" in rule}
RUNBOOK = (ROOT / "docs/runbook.md").read_text()
# What Prometheus adds to all that it scrapes.
_ADDED = {"job", "instance"}


def known() -> dict[str, set[str]]:
    return {name: labels | _ADDED for name, labels in labels_by_name().items()} | {name: set() for name in RECORDED}


def panels() -> Iterator[dict[str, Any]]:
    for text in dashboards().values():
        yield from (panel for panel in json.loads(text)["panels"] if panel["type"] != "row")


def asked_by_dashboards() -> dict[str, str]:
    """Each query as Prometheus gets it, by its place."""
    return {
        f"{panel['title']} {target['refId']}": target["expr"]
        .replace("$__rate_interval", "5m")
        .replace("$instance", ".*")
        for panel in panels()
        for target in panel["targets"]
    }


QUERIES = {**{name: str(rule["expr"]) for name, rule in (ALERTS | RECORDED).items()}, **asked_by_dashboards()}


class Asked:
    """The metrics that a query names, and the labels that it takes from each or from what comes of them."""

    def __init__(self, query: str) -> None:
        self.labels: dict[str, set[str]] = {}
        self.groups: set[str] = set()
        promql.walk(promql.parse(query), self._visit)

    def _visit(self, node: Any) -> None:
        match node:
            case promql.VectorSelector():
                self.labels.setdefault(str(node.name), set()).update(each.name for each in node.matchers.matchers)
            case promql.AggregateExpr() if node.modifier:
                self.groups |= set(node.modifier.labels)
            case promql.BinaryExpr() if node.modifier and node.modifier.matching:
                self.groups |= set(node.modifier.matching.labels)


@pytest.mark.parametrize("place", QUERIES)
def test_a_query_asks_for_metrics_and_labels_that_there_are(place: str) -> None:
    asked, metrics = Asked(QUERIES[place]), known()
    assert asked.labels
    for name, labels in asked.labels.items():
        assert name in metrics, f"{place}: there is no {name}"
        assert labels <= metrics[name], f"{place}: {name} has no {labels - metrics[name]}"
    had = set().union(*(metrics[name] for name in asked.labels))
    assert asked.groups <= had, f"{place}: nothing has {asked.groups - had}"


def test_names_and_labels_are_found_wherever_a_query_has_them() -> None:
    assert Asked('sum by (le) (rate(a_bucket{x="y"}[5m])) > on (b) c').labels == {"a_bucket": {"x"}, "c": set()}
    assert Asked("sum by (le) (rate(a[5m])) > on (b) c").groups == {"le", "b"}


@pytest.mark.parametrize("panel", list(panels()), ids=lambda panel: panel["title"])
def test_a_legend_names_labels_that_the_answer_has(panel: dict[str, Any]) -> None:
    for target in panel["targets"]:
        query = target["expr"].replace("$__rate_interval", "5m").replace("$instance", ".*")
        answer = promql.parse(query)
        named = set(re.findall(r"{{(\w+)}}", target["legendFormat"]))
        asked = Asked(query)
        kept = asked.groups if asked.groups else set().union(*(known()[name] for name in asked.labels))
        assert named <= kept, f"{answer}: {named - kept}"


@pytest.mark.parametrize("name", ALERTS)
def test_an_alert_says_what_is_the_matter_how_urgent_it_is_and_where_to_read_on(name: str) -> None:
    rule = ALERTS[name]
    assert rule["labels"]["severity"] in {"page", "ticket"}
    assert rule["annotations"]["runbook_url"] == f"docs/runbook.md#{name.lower()}"
    summary = rule["annotations"]["summary"]
    assert summary.endswith(".")
    asked, metrics = Asked(rule["expr"]), known()
    had = asked.groups or set().union(*(metrics[each] for each in asked.labels))
    assert set(re.findall(r"\$labels\.(\w+)", summary)) <= had


def test_the_runbook_has_a_part_for_each_alert_and_for_nothing_else() -> None:
    assert re.findall(r"^### (\w+)$", RUNBOOK, re.M) == list(ALERTS)


@pytest.mark.parametrize("name", ALERTS)
def test_the_runbook_says_what_an_alert_means_what_to_do_and_how_it_ends(name: str) -> None:
    part = RUNBOOK.split(f"\n### {name}\n")[1].partition("\n##")[0]
    heads = re.findall(r"^\*\*([\w ]+)\.\*\*", part, re.M)
    assert heads == ["Means", "Look", "Do", "Over"], heads


def test_links_to_the_runbook_lead_somewhere() -> None:
    linked = {link["url"] for panel in panels() for link in panel["links"]}
    assert linked
    assert linked <= {f"docs/runbook.md#{name.lower()}" for name in ALERTS}


def test_each_alert_is_played_through() -> None:
    tests = yaml.safe_load((PROMETHEUS / "alerts_test.yml").read_text())["tests"]
    fires = {each["alertname"] for test in tests for each in test["alert_rule_test"] if each["exp_alerts"]}
    assert fires == ALERTS.keys()


def test_the_jobs_that_are_asked_for_are_scraped() -> None:
    scraped = {job["job_name"] for job in CONFIG["scrape_configs"]}
    assert scraped == {"care-web", "care-worker"}
    assert set(re.findall(r'job="([\w-]+)"', json.dumps(QUERIES).replace('\\"', '"'))) <= scraped
    for job, service in (("care-web", "web"), ("care-worker", "worker")):
        (found,) = (each for each in CONFIG["scrape_configs"] if each["job_name"] == job)
        assert found["dns_sd_configs"][0]["names"] == [service]


def test_the_dashboards_are_as_their_table_says() -> None:
    assert {path.name: path.read_text() for path in FOLDER.glob("*.json")} == dashboards(), (
        "run `python deploy/dashboards.py`"
    )


def test_no_two_panels_lie_on_each_other() -> None:
    for text in dashboards().values():
        board = json.loads(text)
        taken: set[tuple[int, int]] = set()
        for panel in board["panels"]:
            at = panel["gridPos"]
            cells = {(at["x"] + x, at["y"] + y) for x in range(at["w"]) for y in range(at["h"])}
            assert not cells & taken, panel["title"]
            assert at["x"] + at["w"] <= 24
            taken |= cells


def test_grafana_finds_dashboards_and_prometheus() -> None:
    provisioning = ROOT / "deploy/grafana/provisioning"
    (source,) = yaml.safe_load((provisioning / "datasources/prometheus.yml").read_text())["datasources"]
    assert {each["datasource"]["uid"] for panel in panels() for each in panel["targets"]} == {source["uid"]}
    (provider,) = yaml.safe_load((provisioning / "dashboards/care.yml").read_text())["providers"]
    assert provider["options"]["path"] == "/var/lib/grafana/dashboards"


def test_the_page_of_metrics_lists_all_that_there_are_as_they_are() -> None:
    rows = re.findall(r"^\| `(\w+)` \| (\w+) \| ([^|]*) \|(?: (.*) \|)?$", (ROOT / "docs/metrics.md").read_text(), re.M)
    written = {name: (kind, set(re.findall(r"`(\w+)`", labels)), about) for name, kind, labels, about in rows}
    there = {each.name: (each.kind, set(each.labels), each.about) for each in declared()}
    assert written == there | {name: (kind, labels, "") for name, (kind, labels) in SDK.items()}
    assert len(rows) == len(written)


def test_names_are_as_prometheus_wants_them() -> None:
    # Older than the rest, and kept: their users know them.
    before = {name for name in labels_by_name() if name.endswith("_today")}
    for each in declared():
        assert re.fullmatch(r"care_[a-z_]+", each.name)
        assert each.about.endswith("."), each.name
        assert (each.kind == "counter") == each.name.endswith("_total"), each.name
        if each.kind == "histogram":
            assert each.name.endswith("_seconds")
        if "milliseconds" in each.name or "minutes" in each.name:
            assert each.name in before
    assert {"process_cpu_seconds_total", "python_info"} <= of_processes()


@pytest.mark.parametrize(
    "arguments",
    [["check", "config", "prometheus.yml"], ["check", "rules", "alerts.yml"], ["test", "rules", "alerts_test.yml"]],
    ids=" ".join,
)
def test_promtool_agrees(arguments: list[str]) -> None:
    promtool = shutil.which("promtool", path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
    if promtool is None:
        pytest.skip("promtool is not here: `make promtool` takes it out of Debian's package prometheus")
    told = subprocess.run(
        [promtool, *arguments], cwd=PROMETHEUS, capture_output=True, text=True, timeout=60, check=False
    )
    assert told.returncode == 0, told.stdout + told.stderr

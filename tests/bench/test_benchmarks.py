"""Each benchmark runs to its end and has figures; how large they are is for a calm machine to say."""

from __future__ import annotations

import math
import os
import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bench import EXPONENT, Figure, alternating, boot, deliveries, growth, idle, memory, of_rounds, portal
from bench.answers import refund, start, turn
from bench.cycle import cycle
from bench.filling import Sample
from bench.hot import hot
from bench.models import models
from bench.servers import servers
from bench.storm import Bench
from bench.suite import suite
from care.errors import SetupError

BENCH = pytest.mark.skipif(not os.environ.get("CARE_BENCH"), reason="takes minutes: set CARE_BENCH=1")


@BENCH
def test_what_a_piece_of_work_costs_is_counted() -> None:
    figures = {figure.name: figure for figure in cycle(1)}
    events, billed = figures["a weekly cycle: events"], figures["a weekly cycle: actions"]
    assert (events.value, events.yardstick) == (19, 23)
    assert (billed.value, billed.yardstick) == (7, 6)
    # An order, a movement of the ledger and its entry: with any others alive on the server there would be more.
    assert (figures["a delivery: documents"].value, figures["a delivery: written"].value) == (3, 6)
    assert figures["two reminders: documents"].value == 2
    for part in ("events", "actions", "commands", "documents"):
        parts = (figures[f"{what}: {part}"].value for what in ("two reminders", "a delivery"))
        assert sum(parts) == figures[f"a weekly cycle: {part}"].value
    assert all(figure.yardstick is not None for figure in figures.values())


@BENCH
def test_hot_documents_are_measured_beside_others() -> None:
    assert [figure.value > 0 and figure.ratio is not None for figure in hot(20)] == [True] * 3


@BENCH
@pytest.mark.parametrize("benchmark", [start, turn, refund, models])
def test_answers_are_measured_beside_their_yardsticks(benchmark: Callable[[int], list[Figure]]) -> None:
    figures = benchmark(2)
    assert [figure.value > 0 and figure.ratio is not None for figure in figures] == [True] * len(figures)


@BENCH
def test_a_start_and_a_system_at_rest_are_measured_beside_bare_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(boot, "ROUNDS", 1)
    for what in ("SETTLE", "WATCH"):
        monkeypatch.setattr(idle, what, 1.0)
    figures = {figure.name: figure for figure in boot.boot()}
    assert all(figure.yardstick is not None for figure in figures.values())
    for what in ("ready, new data directory with demo", "ready, same directory again", "import, worker", "import, web"):
        assert figures[what].spread is not None
    for who in (*idle.PARTS, idle.ITSELF):
        assert figures[f"memory, {who}"].value > 0


@BENCH
def test_a_worker_and_the_web_are_weighed_beside_bare_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (memory, portal):
        monkeypatch.setattr(module, "SETTLE", 1.0)
    figures = {figure.name: figure for figure in memory.memory(12)}
    assert all(figure.yardstick is not None for figure in figures.values())
    for name in ("worker with 0 sleeping subscriptions", "worker with 12 sleeping subscriptions"):
        assert figures[name].value > 50
    assert figures["web with 12 portal windows"].value > figures["web with 0 portal windows"].value


@BENCH
def test_a_storm_of_the_product_and_of_both_yardsticks_ends(tmp_path: Path) -> None:
    with servers(tmp_path) as both:
        bench = Bench(both, tmp_path, many=3)
        spread = timedelta(seconds=2)
        every = (lambda: bench.product(1, spread), lambda: bench.bare(1), lambda: bench.loop(1))
        storms = [bench.once(each) for each in every]
    for storm in storms:
        assert storm.rate > 0
        assert set(storm.cpu) == {"mongod", "temporal", "worker"}


@BENCH
@pytest.mark.timeout(900)
def test_what_grows_is_measured_at_each_size_and_by_its_exponent(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (alternating, deliveries, growth):
        monkeypatch.setattr(module, "ROUNDS", 1)
    monkeypatch.setattr(growth, "FACTORS", (1, 10))
    monkeypatch.setattr(growth, "PIECES", 2)
    figures = growth.growth(3)
    assert all(figure.yardstick is not None for figure in figures)
    assert [figure.name for figure in figures if "GET" in figure.name] == [
        f"GET /subscriptions, {what}" for what in ("3 customers", "30 customers", "exponent")
    ]
    assert all(figure.value > 0 for figure in figures if figure.unit != EXPONENT)


@BENCH
def test_a_part_of_the_suite_is_timed_beside_its_collection() -> None:
    (figure,) = suite(arguments=["tests/bench/test_counting.py"])
    assert figure.yardstick is not None
    assert figure.value > 0


@BENCH
def test_a_suite_that_fails_has_no_time() -> None:
    with pytest.raises(SetupError, match="failed"):
        suite(arguments=["tests/bench/no_such_test.py"])


def test_a_suite_is_timed_in_a_checkout_alone(tmp_path: Path) -> None:
    with pytest.raises(SetupError, match="no checkout"):
        suite(tmp_path)


def test_figures_of_rounds_are_medians_with_the_ratios_of_each_round() -> None:
    figure = of_rounds("deliveries", [10, 30, 20], "1/s", [10, 10, 10])
    assert figure == Figure("deliveries", 20, "1/s", 10, "", (10, 30), 2, (1, 3))


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([5, 5, 5], 0),  # whatever there is
        ([5, 50, 500], 1),  # as much as there is
        ([8, 2, 0.5], math.log10(1 / 4)),
        ([1, 10, 10, 10], 0.3),  # not by the first and the last alone
    ],
)
def test_an_exponent_says_how_something_grows_with_the_data(values: list[float], expected: float) -> None:
    sizes = [1_000, 10_000, 100_000, 1_000_000]
    assert growth.exponent(sizes[: len(values)], values) == pytest.approx(expected)


def test_a_copy_of_a_customer_keeps_its_threads_and_has_no_word_of_another() -> None:
    documents: dict[str, list[dict[str, Any]]] = {
        "orders": [{"_id": "ORD-1", "customer_id": "C-ORD-1", "items": [{"sku": "MILK", "quantity": 2}]}],
        "refunds": [{"_id": "REF1", "order_id": "ORD-1", "sha256": "ab12"}],
        "ledger": [{"_id": "refund:REF1", "lines": [{"account": "customer:C-ORD-1:card", "amount": 149}]}],
    }
    copy = Sample(documents, re.compile("ab12|ORD-1|REF1")).another("-7")
    assert copy == {
        "orders": [{"_id": "ORD-1-7", "customer_id": "C-ORD-1-7", "items": [{"sku": "MILK", "quantity": 2}]}],
        "refunds": [{"_id": "REF1-7", "order_id": "ORD-1-7", "sha256": "ab12-7"}],
        "ledger": [{"_id": "refund:REF1-7", "lines": [{"account": "customer:C-ORD-1-7:card", "amount": 149}]}],
    }

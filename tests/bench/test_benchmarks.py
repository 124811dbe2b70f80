"""Each benchmark runs to its end and has figures; how large they are is for a calm machine to say."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from bench import Figure, boot, idle, memory, of_rounds, portal
from bench.answers import refund, start, turn
from bench.cycle import cycle
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
    assert (events.value, events.yardstick) == (24, 23)
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

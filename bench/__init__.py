"""The benchmarks behind `care bench`: each figure stands beside its yardstick from the same run."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from statistics import median

from rich.console import Console
from rich.table import Table

from bench.machine import described
from care.errors import SetupError

# What runs only by its name: it takes as long as all the others.
ALONE = {"suite"}
# The unit of what has no ratio to its yardstick: both lie around 0.
EXPONENT = "exponent"


@dataclass(frozen=True)
class Figure:
    """One measured number. `yardstick` is the same work without CARE; `target` is a bound for `value`, in `unit`, or
    for `ratio`, the value over its yardstick.

    Of several rounds they are medians, and `spread` and `ratio_spread` the least and the greatest.
    """

    name: str
    value: float
    unit: str
    yardstick: float | None = None
    target: str = ""
    spread: tuple[float, float] | None = None
    ratio: float | None = None
    ratio_spread: tuple[float, float] | None = None


def of_rounds(name: str, values: list[float], unit: str, yardsticks: list[float], target: str = "") -> Figure:
    """The figure of values that were measured in alternation with their yardsticks, round by round."""
    ratios = [value / yardstick for value, yardstick in zip(values, yardsticks, strict=True)]
    return Figure(
        name,
        median(values),
        unit,
        median(yardsticks),
        target,
        (min(values), max(values)),
        median(ratios),
        (min(ratios), max(ratios)),
    )


def run(names: list[str], size: int | None = None) -> dict[str, dict[str, object]]:
    """Runs the named benchmarks, or all but those that run ALONE, and prints a table of each.

    Raises SetupError for an unknown name.

    What it gives has for each name the `figures`, and the `machine` on which they were measured, with what and when.
    `size` is for those that can be made larger than they are.
    """
    known = _known(size)
    unknown = set(names) - set(known)
    if unknown:
        raise SetupError(f"There is no benchmark {', '.join(sorted(unknown))}: choose from {', '.join(known)}.")
    machine = described()
    Console().print(", ".join(f"{name} {value}" for name, value in machine.items()))
    results: dict[str, dict[str, object]] = {}
    for name in names or [name for name in known if name not in ALONE]:
        figures = known[name]()
        _show(name, figures)
        results[name] = {"machine": machine, "figures": [vars(figure) for figure in figures]}
    return results


def _known(size: int | None) -> dict[str, Callable[[], list[Figure]]]:
    from bench.answers import refund, start, turn
    from bench.boot import boot
    from bench.cycle import cycle
    from bench.growth import growth
    from bench.hot import hot
    from bench.memory import memory
    from bench.models import models
    from bench.storm import storm
    from bench.suite import suite

    return {
        "boot": boot,
        "cycle": partial(cycle, size or 10),
        "growth": partial(growth, size or 1000),
        "hot": partial(hot, size or 400),
        "memory": partial(memory, size or 10_000),
        "models": partial(models, size or 10),
        "refund": partial(refund, size or 20),
        "start": partial(start, size or 40),
        "storm": partial(storm, size or 1000),
        "suite": suite,
        "turn": partial(turn, size or 40),
    }


def _show(name: str, figures: list[Figure]) -> None:
    table = Table("figure", "value", "unit", "yardstick", "ratio", "target", title=f"care bench {name}")
    for f in figures:
        yardstick = "" if f.yardstick is None else f"{f.yardstick:,.2f}"
        ratio = f.ratio
        if ratio is None and f.yardstick and f.unit != EXPONENT:
            ratio = f.value / f.yardstick
        value = f"{f.value:,.2f}{_between(f.spread)}"
        shown = "" if ratio is None else f"{ratio:,.2f}{_between(f.ratio_spread)}"
        table.add_row(f.name, value, f.unit, yardstick, shown, f.target)
    Console().print(table)


def _between(spread: tuple[float, float] | None) -> str:
    return "" if spread is None else f" ({spread[0]:,.2f} to {spread[1]:,.2f})"

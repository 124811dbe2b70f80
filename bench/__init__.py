"""The benchmarks behind `care bench`: each figure stands beside its yardstick from the same run."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from rich.console import Console
from rich.table import Table

from care.errors import SetupError


@dataclass(frozen=True)
class Figure:
    """One measured number. `yardstick` is the same work without CARE; `target` is a bound for `value`, in `unit`."""

    name: str
    value: float
    unit: str
    yardstick: float | None = None
    target: str = ""


def run(names: list[str], size: int | None = None) -> dict[str, list[dict[str, object]]]:
    """Runs the named benchmarks, or all, and prints a table of each. Raises SetupError for an unknown name.

    `size` is for those that can be made larger than they are.
    """
    known = _known(size)
    unknown = set(names) - set(known)
    if unknown:
        raise SetupError(f"There is no benchmark {', '.join(sorted(unknown))}: choose from {', '.join(known)}.")
    results: dict[str, list[dict[str, object]]] = {}
    for name in names or known:
        figures = known[name]()
        _show(name, figures)
        results[name] = [vars(figure) for figure in figures]
    return results


def _known(size: int | None) -> dict[str, Callable[[], list[Figure]]]:
    from bench.boot import boot
    from bench.memory import memory

    return {"boot": boot, "memory": partial(memory, size or 1000)}


def _show(name: str, figures: list[Figure]) -> None:
    table = Table("figure", "value", "unit", "yardstick", "target", title=f"care bench {name}")
    for f in figures:
        table.add_row(f.name, f"{f.value:,.2f}", f.unit, "" if f.yardstick is None else f"{f.yardstick:,.2f}", f.target)
    Console().print(table)

"""What a million and a hundred million subscriptions need: `python -m bench.scale`.

It multiplies the calendars of `bench/simulation.py` with what `care bench` measured last, in `bench/measured.json`.
With `--docs` it writes its tables into docs/scale.md and docs/performance.md, between their marks.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from bench import EXPONENT
from bench.simulation import Calendar, Mix, calendar, fullest
from workflows.subscription import LONGEST_HISTORY

MEASURED = Path(__file__).with_name("measured.json")
DOCS = Path(__file__).parents[1] / "docs"
MONTHS, HOURS, RETENTION = 12, 730, 30 / 365  # in a year; in a month; how long closed histories are kept, in years
_GB = 1e9
# Temporal Cloud's list of 2026-11-27 (docs.temporal.io/cloud/pricing, /cloud/limits): dollars for a million Actions up
# to so many millions in a month (beyond the last, it says, ask: then the last), and for a GB kept for an hour.
TIERS = ((5, 50.0), (10, 45.0), (20, 40.0), (50, 35.0), (100, 30.0), (float("inf"), 25.0))
OPEN_GBH, CLOSED_GBH = 0.042, 0.00105
NAMESPACE_ACTIONS = 500  # a second, that a namespace has in any case

Row = tuple[str, ...]


@dataclass(frozen=True)
class Units:
    """What one piece costs. CPU in milliseconds, by who takes it."""

    delivery: Mapping[str, float]
    reminder: Mapping[str, float]
    refund: Mapping[str, float]
    reviewed: Mapping[str, float]
    message: Mapping[str, float]
    year: Mapping[str, float]
    cpu: Mapping[str, float]
    rates: Mapping[str, float]
    cores: int

    @property
    def overhead(self) -> float:
        """Of a year over its 52 cycles: what it takes to carry a history over."""
        return self.year["actions"] / (52 * (self.delivery["actions"] + 2 * self.reminder["actions"]))


def units_of(measured: Mapping[str, Any]) -> Units:
    cycle, storm, hot = (_values(measured[name]["figures"]) for name in ("cycle", "storm", "hot"))

    def cost(what: str, pieces: int = 1) -> dict[str, float]:
        named = {name.removeprefix(f"{what}: "): v for name, v in cycle.items() if name.startswith(f"{what}: ")}
        return {name: value / pieces for name, value in named.items()}

    return Units(
        delivery=cost("a delivery"),
        reminder=cost("two reminders", 2),
        refund=cost("a refund that the machine approves"),
        reviewed=cost("a refund that a person approves"),
        message=cost("a message in a conversation"),
        year=cost("a year of a weekly subscription"),
        cpu={who: storm[f"CPU for a delivery, {who}"] for who in ("worker", "temporal", "mongod")},
        rates=hot,
        cores=int(measured["storm"]["machine"]["cores"]),
    )


def needs(many: float, due: Calendar, units: Units, mix: Mix, spread: timedelta) -> dict[str, float]:
    """By name and unit; what is a second's is that of the busiest one in the year."""
    deliveries, reminders = (many * sum(kind.values()) for kind in (due.deliveries, due.reminders))
    refunds, messages = mix.refunds * deliveries, mix.messages * MONTHS * many

    def yearly(what: str) -> float:
        ruled = (units.refund[what] + units.reviewed[what]) / 2
        planned = deliveries * units.delivery[what] + reminders * units.reminder[what]
        return planned * units.overhead + refunds * ruled + messages * units.message[what]

    def at_peak(delivery: float, reminder: float, over: timedelta = spread) -> float:
        mean = many * due.peak(over, delivery=delivery, reminder=reminder)
        # Chance moves pieces of work; what each of them weighs scales with it.
        pieces = many * due.peak(over, delivery=1, reminder=1)
        return mean if over <= timedelta(seconds=1) else mean * fullest(pieces) / pieces

    # A reminder is not measured apart: it takes as much of a delivery as it has of its events.
    share = units.reminder["events"] / units.delivery["events"]
    cpu = {who: at_peak(ms, ms * share) / 1000 for who, ms in units.cpu.items()}
    per_event = units.year["history_bytes"] / units.year["events"]
    open_gb = many * LONGEST_HISTORY / 2 * per_event / _GB
    closed_gb = (yearly("history_bytes") * RETENTION) / _GB
    actions = yearly("actions") / MONTHS
    return {
        "deliveries on a mean day": deliveries / 365,
        "deliveries on the busiest day": many * due.busiest_day(),
        "reminders on a mean day": reminders / 365,
        "deliveries in the busiest second, all at 09:00": many * due.peak(timedelta(0), delivery=1),
        "deliveries in the busiest second, spread": at_peak(1, 0),
        "Actions in a month": actions,
        "Actions in the busiest second, all at 09:00": at_peak(
            units.delivery["actions"], units.reminder["actions"], timedelta(0)
        ),
        "Actions in the busiest second, spread": at_peak(units.delivery["actions"], units.reminder["actions"]),
        "GB of open histories": open_gb,
        "GB of closed histories, kept for 30 days": closed_gb,
        "commands to MongoDB in the busiest second, spread": at_peak(
            units.delivery["commands"], units.reminder["commands"]
        ),
        "documents more in a year": yearly("documents"),
        "GB of documents more in a year": yearly("document_bytes") / _GB,
        "cores of workers in the busiest second, spread": cpu["worker"],
        "cores of Temporal in the busiest second, spread": cpu["temporal"],
        "cores of MongoDB in the busiest second, spread": cpu["mongod"],
        "dollars a month at Temporal Cloud, Actions": price(actions),
        "dollars a month at Temporal Cloud, histories": HOURS * (open_gb * OPEN_GBH + closed_gb * CLOSED_GBH),
    }


def price(actions: float) -> float:
    """Of so many in a month, in dollars."""
    total, below, left = 0.0, 0.0, actions / 1e6
    for upto, dollars in TIERS:
        here = min(left, upto - below)
        total, left, below = total + here * dollars, left - here, upto
    return total


def limits(due: Calendar, units: Units, mix: Mix, spread: timedelta) -> list[tuple[str, float, float]]:
    """What ends first: its name, how much of it there is a second, and at how many subscriptions that is used up."""
    in_a_year = sum(due.deliveries.values())
    seconds = 365 * 24 * 3600
    in_second = due.peak(spread, delivery=1)
    actions = due.peak(spread, delivery=units.delivery["actions"], reminder=units.reminder["actions"])
    work = 1000 * units.cores / sum(units.cpu.values())  # deliveries a second
    stock, lines, ids = (
        units.rates[name]
        for name in ("orders that take one product's stock", "lines of the audit record", "ids from one counter")
    )
    # People work a third of the day on five days of seven.
    rulings = in_a_year * mix.refunds / 2 / (seconds * 5 / 7 / 3)
    found = [
        ("deliveries on this machine, all of its cores", work, due.peak(spread, delivery=1, reminder=0.5)),
        ("Actions of one namespace at Temporal Cloud, as it begins", NAMESPACE_ACTIONS, actions),
        ("orders of the one most wanted product", stock, in_second * mix.top_product),
        ("lines of the audit record, for rulings", lines, rulings),
        ("ids of refunds, from one counter", ids, in_second * mix.refunds),
    ]
    return sorted(((name, rate, rate / share) for name, rate, share in found), key=lambda row: row[2])


def tables(measured: Mapping[str, Any], mix: Mix, spread: timedelta) -> dict[str, str]:
    """Markdown by the name of its mark."""
    units, due = units_of(measured), calendar(mix)
    one, many = (needs(n, due, units, mix, spread) for n in (1e6, 1e8))
    large = [(name, _number(one[name]), _number(many[name])) for name in one]
    ends = [(name, _number(rate), _number(at)) for name, rate, at in limits(due, units, mix, spread)]
    found = {
        "needs": _table(("", "1 million", "100 million"), large),
        "limits": _table(("what", "a second", "used up at so many subscriptions"), ends),
    }
    head = ("figure", "value", "unit", "yardstick", "ratio", "target")
    for name in measured:
        rows = [_row(figure) for figure in measured[name]["figures"]]
        machine = ", ".join(f"{what} {value}" for what, value in measured[name]["machine"].items())
        found[name] = f"{_table(head, rows)}\n\nWith: {machine}."
    return found


def written(text: str, found: Mapping[str, str]) -> str:
    """A document with its tables put in anew: each lies between `<!-- NAME -->` and `<!-- /NAME -->`."""
    for name, table in found.items():
        begin, end = f"<!-- {name} -->\n", f"<!-- /{name} -->\n"
        if begin in text:
            before, _, rest = text.partition(begin)
            text = f"{before}{begin}{table}\n{end}{rest.partition(end)[2]}"
    return text


def _values(figures: list[dict[str, Any]]) -> dict[str, float]:
    return {figure["name"]: figure["value"] for figure in figures}


def _row(figure: Mapping[str, Any]) -> Row:
    yardstick, ratio = figure["yardstick"], figure["ratio"]
    if ratio is None and yardstick and figure["unit"] != EXPONENT:
        ratio = figure["value"] / yardstick
    return (
        figure["name"],
        _number(figure["value"]) + _between(figure["spread"]),
        figure["unit"],
        "" if yardstick is None else _number(yardstick),
        "" if ratio is None else f"{ratio:.2f}{_between(figure['ratio_spread'])}",
        figure["target"],
    )


def _between(spread: list[float] | None) -> str:
    return f" ({_number(spread[0])} to {_number(spread[1])})" if spread else ""


def _number(value: float) -> str:
    """Three figures that count."""
    if value >= 100:
        digits = len(str(int(value))) - 3
        return f"{round(value, -digits):,.0f}"
    return f"{value:.3g}"


def _table(head: Row, rows: Sequence[Row]) -> str:
    lines = [head, tuple("---" for _ in head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def main() -> None:
    asked = argparse.ArgumentParser(description="What so many subscriptions need, from what was measured last.")
    asked.add_argument("--subscriptions", type=float, default=1e6)
    asked.add_argument("--spread", type=int, default=60, help="minutes after 09:00")
    asked.add_argument("--json", action="store_true", help="the needs, as JSON")
    asked.add_argument("--docs", action="store_true", help="write the tables into docs/")
    given = asked.parse_args()
    measured, mix, spread = json.loads(MEASURED.read_text()), Mix(), timedelta(minutes=given.spread)
    if given.docs:
        found = tables(measured, mix, spread)
        for document in (DOCS / "scale.md", DOCS / "performance.md"):
            document.write_text(written(document.read_text(), found))
        return
    needed = needs(given.subscriptions, calendar(mix), units_of(measured), mix, spread)
    lines = [f"{name}: {_number(value)}" for name, value in needed.items()]
    sys.stdout.write((json.dumps(needed, indent=2) if given.json else "\n".join(lines)) + "\n")


if __name__ == "__main__":
    main()

"""Plots for the supervisor, as SVG: the style sheet gives their colours, in light and in dark.

Each has its legend as text, a sentence for readers without sight, and its numbers as a table behind a disclosure.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from nicegui import ui

from care.models.money import Money
from ui.language import _
from ui.parts import words
from ui.parts.elements import box, text
from ui.parts.numbers import number, numbers

# As in the light theme; `.body--dark .plot` in the style sheet knows each by its value.
_INK, _LINE = "#566070", "#e4e7ec"
COLORS = {"good": "#0f766e", "info": "#4f5fd6", "warn": "#c2700c", "bad": "#c0392b", "plain": "#8792a2"}
# Pixels: the height of a bar that lies with the room around it, and the width of its name.
_ROW, _NAME = 30, 118
_MOST_DAYS = 45  # bars that can be told apart on a phone
_ALL_SHOWN = {"interval": 0}
# By name: ECharts measures the words of its axes where there is no page to inherit from.
_FAMILY = "Inter,-apple-system,Roboto,system-ui,sans-serif"
_BASE: dict[str, Any] = {
    "textStyle": {"fontFamily": _FAMILY, "fontSize": 12, "color": _INK},
    "animation": False,
    "tooltip": {"trigger": "axis", "confine": True, "className": "plot-tip", "axisPointer": {"type": "none"}},
}


@dataclass(frozen=True)
class Series:
    """What is counted at each place of the axis, by its name and the name of its colour."""

    name: str
    color: str
    values: Sequence[int]

    @property
    def total(self) -> int:
        return sum(self.values)


def by_day(title: str, days: Sequence[date], series: Sequence[Series]) -> None:
    """Bars of a day upon each other; of a week where there are many days."""
    weekly = len(days) > _MOST_DAYS
    if weekly:
        days, series = in_weeks(days, series)
    labels = [words.day(day, today=days[-1]) for day in days]
    stacked(title, labels, series, axis={"hideOverlap": True, "alignMinLabel": "left"})
    happened = [n for n in range(len(days)) if any(each.values[n] for each in series)]
    head = [_("Week from") if weekly else _("Day"), *(each.name for each in series)]
    numbers(title, head, lambda: [[labels[n], *(number(each.values[n]) for each in series)] for n in happened])


def in_weeks(days: Sequence[date], series: Sequence[Series]) -> tuple[Sequence[date], list[Series]]:
    """Seven days at a time, counted back from the last: the first may be fewer."""
    begins = [0, *range(len(days) % 7 or 7, len(days), 7)]
    parts = [slice(begin, end) for begin, end in zip(begins, [*begins[1:], len(days)], strict=True)]
    summed = [replace(each, values=[sum(each.values[part]) for part in parts]) for each in series]
    return [days[begin] for begin in begins], summed


def stacked(title: str, labels: Sequence[str], series: Sequence[Series], *, axis: dict[str, Any] | None = None) -> None:
    """Bars that stand. `axis`: how its labels are set, if not all of them have room."""
    _legend(series)
    _plot(
        f"{title}: {_told(series)}",
        {
            "grid": {"left": 2, "right": 26, "top": 10, "bottom": 4, "containLabel": True},
            "xAxis": _axis(type="category", data=list(labels), axisLabel={"color": _INK} | (axis or _ALL_SHOWN)),
            "yAxis": _axis(type="value", minInterval=1, splitLine={"lineStyle": {"color": _LINE}}),
            "series": [_bars(each) for each in series],
        },
    )


def rows(title: str, labels: Sequence[str], series: Sequence[Series]) -> None:
    """Bars that lie, a few: one for each label, from the top."""
    _legend(series)
    _plot(
        f"{title}: {_told(series)}",
        {
            "grid": {"left": 2, "right": 6, "top": 2, "bottom": 6, "containLabel": True},
            "xAxis": _axis(type="value", minInterval=1, splitLine={"lineStyle": {"color": _LINE}}),
            "yAxis": _names(labels),
            "series": [_bars(each) for each in series],
        },
        height=len(labels) * _ROW + 44,
    )


def counts_and_money(title: str, labels: Sequence[str], counts: Sequence[int], amounts: Sequence[Money]) -> None:
    """Two bars for each label, side by side: how many, and how much, each with its figure at its end."""
    minor = [each.amount for each in amounts]
    told = [f"{name} {n}, {words.money(m)}" for name, n, m in zip(labels, counts, amounts, strict=True)]
    _plot(
        f"{title}: {'; '.join(told)}",
        {
            "tooltip": {"show": False},
            "grid": [
                {"left": _NAME, "right": "46%", "top": 2, "bottom": 2},
                {"left": "58%", "right": 2, "top": 2, "bottom": 2},
            ],
            "xAxis": [_hidden(0, max(counts) * 2), _hidden(1, max(minor) * 2 or 1)],
            "yAxis": [_names(labels), _names(labels, shown=False) | {"gridIndex": 1}],
            "series": [
                _row(COLORS["good"], [_end(n, number(n)) for n in counts]),
                _row(COLORS["info"], [_end(m.amount, words.money(m)) for m in amounts])
                | {"xAxisIndex": 1, "yAxisIndex": 1},
            ],
        },
        height=len(labels) * _ROW + 8,
    )


def _told(series: Sequence[Series]) -> str:
    return ", ".join(f"{each.name} {number(each.total)}" for each in series)


def _legend(series: Sequence[Series]) -> None:
    with box("legend", tag="ul"):
        for each in series:
            with box(tag="li"):
                box(f"swatch {each.color}", tag="i")
                text(f"{each.name} {number(each.total)}", tag="span")


def _plot(spoken: str, options: dict[str, Any], *, height: int = 220) -> None:
    with box("plot").props("role=img").style(f"height: {height}px") as frame:
        frame.props["aria-label"] = spoken
        ui.echart(_BASE | options, renderer="svg")


def _axis(**more: Any) -> dict[str, Any]:
    look = {"axisTick": {"show": False}, "axisLine": {"lineStyle": {"color": _LINE}}, "axisLabel": {"color": _INK}}
    return look | more


def _names(labels: Sequence[str], *, shown: bool = True) -> dict[str, Any]:
    label = {"show": shown, "color": _INK, "width": _NAME - 8, "overflow": "truncate"}
    return _axis(type="category", data=list(labels), inverse=True, axisLabel=label, axisLine={"show": False})


def _hidden(grid: int, most: float) -> dict[str, Any]:
    return {"type": "value", "show": False, "gridIndex": grid, "min": 0, "max": most}


def _bars(series: Series) -> dict[str, Any]:
    return {
        "name": series.name,
        "type": "bar",
        "stack": "all",
        "data": [value or None for value in series.values],  # what is not there has no outline either
        "barMaxWidth": 22,
        "itemStyle": {"color": COLORS[series.color]},
        "emphasis": {"disabled": True},
    }


def _row(color: str, data: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "type": "bar",
        "data": data,
        "barMaxWidth": 16,
        "itemStyle": {"color": color, "borderRadius": 3},
        "emphasis": {"disabled": True},
    }


def _end(value: int, label: str) -> dict[str, Any]:
    return {"value": value, "label": {"show": True, "position": "right", "color": _INK, "formatter": label}}

"""Plots for the supervisor. Colours hold in light and dark; each plot has its sentence for readers without sight."""

from __future__ import annotations

from typing import Any

from nicegui import ui

from ui.parts.elements import box, card, text

_INK = "#7c8896"
_COLORS = ["#0f9488", "#5b6ee1", "#e08c16", "#d9534f", "#7b8794", "#39a96b", "#b05fd0"]
_BASE: dict[str, Any] = {
    "color": _COLORS,
    "textStyle": {"fontFamily": "inherit", "color": _INK},
    "animation": False,
    "tooltip": {"trigger": "item", "confine": True},
}


def _plot(title: str, spoken: str, options: dict[str, Any]) -> None:
    with card(title), box().props("role=img") as frame:
        frame.props["aria-label"] = spoken
        ui.echart(_BASE | options).classes("plot")


def bars(title: str, labels: list[str], values: list[int]) -> None:
    if not any(values):
        _nothing(title)
        return
    _plot(
        title,
        f"{title}: {sum(values)} in all, at most {max(values)} on a day",
        {
            "grid": {"left": 36, "right": 12, "top": 14, "bottom": 28},
            "tooltip": {"trigger": "axis", "confine": True},
            "xAxis": {"type": "category", "data": labels, "axisLabel": {"color": _INK}, "axisTick": {"show": False}},
            "yAxis": {
                "type": "value",
                "minInterval": 1,
                "axisLabel": {"color": _INK},
                "splitLine": {"lineStyle": {"color": _INK, "opacity": 0.18}},
            },
            "series": [{"type": "bar", "data": values, "barMaxWidth": 22, "itemStyle": {"borderRadius": [4, 4, 0, 0]}}],
        },
    )


def ring(title: str, parts: dict[str, int]) -> None:
    shown = {name: value for name, value in parts.items() if value}
    if not shown:
        _nothing(title)
        return
    _plot(
        title,
        f"{title}: " + ", ".join(f"{name} {value}" for name, value in shown.items()),
        {
            "legend": {"bottom": 0, "icon": "circle", "textStyle": {"color": _INK}},
            "series": [
                {
                    "type": "pie",
                    "radius": ["48%", "72%"],
                    "center": ["50%", "43%"],
                    "label": {"show": True, "color": _INK, "formatter": "{c}"},
                    "itemStyle": {"borderRadius": 4},
                    "data": [{"name": name, "value": value} for name, value in shown.items()],
                }
            ],
        },
    )


def _nothing(title: str) -> None:
    with card(title):
        text("Nothing in this time yet.", "mute")

"""The question when to be reminded of each delivery of a new subscription."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from nicegui import ui

from ui.language import _, plural
from ui.parts.rhythm import field

_DAYS = (1, 2, 3, 5, 7, 14)
# More than a delivery needs, and as many as the request takes.
_MOST = 5


class Reminders:
    def __init__(self, changed: Callable[[], object], days: list[int]) -> None:
        choices = {n: plural("{n} day before", "{n} days before", n) for n in _DAYS}
        self._days = ui.select(choices, label=_("Reminders"), value=sorted(days), multiple=True, on_change=changed)
        field(self._days).props(f"max-values={_MOST}")
        self._days.on_value_change(self._hint)
        self._hint()

    def typed(self) -> list[int]:
        return sorted(self._days.value or [])

    def chosen(self) -> list[timedelta]:
        return [timedelta(days=n) for n in self.typed()]

    def _hint(self) -> None:
        """Nothing chosen is an answer too."""
        if self.typed():
            self._days.props(remove="hint")
        else:
            self._days.props["hint"] = _("You are not reminded.")

"""A date, asked for with the picker of the phone or the browser; what cannot be is told beside it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from nicegui import ui

from ui.language import _
from ui.parts import words
from ui.parts.unfinished import Unfinished


class DateField:
    def __init__(
        self, label: str, value: date | str, earliest: date, latest: date, changed: Callable[[], object]
    ) -> None:
        """`value`: a date, or what a half-typed field held."""
        self._earliest, self._latest = earliest, latest
        self.control = ui.input(label, value=str(value), on_change=changed, validation=self._fault)
        props = f"type=date outlined dense stack-label hide-bottom-space min={earliest} max={latest}"
        self.control.props(props).classes("full-width")

    @property
    def typed(self) -> str:
        return self.control.value or ""

    def chosen(self) -> date:
        """Raises Unfinished for a date that cannot be."""
        if fault := self._fault(self.typed):
            raise Unfinished(fault)
        return date.fromisoformat(self.typed)

    def _fault(self, typed: str | None) -> str | None:
        try:
            value = date.fromisoformat(typed or "")
        except ValueError:
            return _("Please choose a date.")
        if value < self._earliest:
            return _("Please choose {day} or a later date.", day=words.day(self._earliest))
        if value > self._latest:
            return _("Please choose a date until {day}.", day=words.day(self._latest, today=self._earliest))
        return None

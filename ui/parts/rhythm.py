"""The questions "how often" and "on which day", asked by the new form and by a change."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import date

from nicegui import ui

from care.models.subscription import Frequency
from ui.parts import words

_FREQUENCIES = {"weekly": "Every week", "biweekly": "Every 2 weeks", "monthly": "Every month", "daily": "Every day"}
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


class Rhythm:
    """`day` fits the frequency: a weekday, a day of the month, or none."""

    def __init__(
        self, frequency: Frequency | None, day: int | str | None, first: date, changed: Callable[[], Awaitable[object]]
    ) -> None:
        """`first` stands in where no day is known."""
        self._told = changed
        by_name = day if day in WEEKDAYS else WEEKDAYS[first.weekday()]
        by_number = day if isinstance(day, int) else first.day
        often = (frequency or Frequency.WEEKLY).value
        self._often = field(ui.select(_FREQUENCIES, label="How often", value=often, on_change=self._turned))
        days = {d: d.capitalize() for d in WEEKDAYS}
        self._weekday = field(ui.select(days, label="Delivery day", value=by_name, on_change=changed))
        months = {n: f"On the {words.ordinal(n)}" for n in range(1, 32)}
        self._monthday = field(ui.select(months, label="Day of the month", value=by_number, on_change=changed))
        self._fit()

    @property
    def frequency(self) -> Frequency:
        return Frequency(self._often.value)

    @property
    def day(self) -> int | str | None:
        match self.frequency:
            case Frequency.DAILY:
                return None
            case Frequency.MONTHLY:
                return int(self._monthday.value)
            case _:
                return str(self._weekday.value)

    def _fit(self) -> None:
        """Only the question that fits the rhythm is asked."""
        self._weekday.set_visibility(self.frequency in (Frequency.WEEKLY, Frequency.BIWEEKLY))
        self._monthday.set_visibility(self.frequency is Frequency.MONTHLY)

    async def _turned(self) -> None:
        self._fit()
        await self._told()


def field(control: ui.select) -> ui.select:
    control.props("outlined dense options-dense stack-label").classes("full-width")
    return control

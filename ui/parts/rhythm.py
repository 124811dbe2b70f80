"""The questions "how often" and "on which day", asked by the new form and by a change."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import date

from nicegui import ui

from care.models.subscription import Frequency
from ui.language import _, mark
from ui.parts import words

_FREQUENCIES = {
    "weekly": mark("Every week"),
    "biweekly": mark("Every 2 weeks"),
    "monthly": mark("Every month"),
    "daily": mark("Every day"),
}
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
# Every month has so many days.
_SHORTEST = 28


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
        choices = {name: _(said) for name, said in _FREQUENCIES.items()}
        self._often = field(ui.select(choices, label=_("How often"), value=often, on_change=self._turned))
        days = {name: _capital(words.weekday(name)) for name in WEEKDAYS}
        self._weekday = field(ui.select(days, label=_("Delivery day"), value=by_name, on_change=changed))
        months = {n: _("On the {nth}", nth=words.ordinal(n)) for n in range(1, 32)}
        self._monthday = field(ui.select(months, label=_("Day of the month"), value=by_number, on_change=self._turned))
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
        monthly = self.frequency is Frequency.MONTHLY
        self._weekday.set_visibility(self.frequency in (Frequency.WEEKLY, Frequency.BIWEEKLY))
        self._monthday.set_visibility(monthly)
        if monthly and int(self._monthday.value) > _SHORTEST:
            self._monthday.props["hint"] = _("In shorter months on the last day.")
        else:
            self._monthday.props(remove="hint")

    async def _turned(self) -> None:
        self._fit()
        await self._told()


def field(control: ui.select) -> ui.select:
    control.props("outlined dense options-dense stack-label hide-bottom-space").classes("full-width")
    return control


def _capital(word: str) -> str:
    """As it stands alone: Spanish writes the days small within a sentence."""
    return word[:1].upper() + word[1:]

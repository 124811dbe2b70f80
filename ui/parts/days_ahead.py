"""The same days as a list, for narrow windows and for those who would rather read than look."""

from __future__ import annotations

from datetime import date

from ui.language import _, current, plural
from ui.parts.agenda import Days, Entry, State
from ui.parts.calendar import Choose, named, sign, spoken
from ui.parts.elements import box, icon, text
from ui.parts.focus import keyed


def days_ahead(days: Days, *, today: date, choose: Choose) -> None:
    if not days:
        text(_("Nothing is planned in this time."), "mute")
    with box("stack", tag="ul"):
        for value, entries in days.items():
            with box(tag="li"):
                _row(value, entries, today, choose)


def _row(value: date, entries: list[Entry], today: date, choose: Choose) -> None:
    with box("row-link choice", tag="button", name=spoken(value, entries, today)) as element:
        element.props["type"] = "button"
        with box("datebox"):
            text(current().weekday(value, short=True), "m")
            text(current().number(value.day), "d")
            text(current().short_month(value), "m")
        with box("stack grow"):
            for state, said in _lines(entries):
                with box("line happening", tag="span"):
                    sign(state)
                    text(said, "small wrap", tag="span")
        icon("chevron_right")
    keyed(element, value.isoformat()).on("click", lambda: choose(value))


def _lines(entries: list[Entry]) -> list[tuple[State, str]]:
    """What happens, in a line each; of several reminders only how many."""
    reminders = [entry for entry in entries if entry.state == "reminder"]
    lines = [(entry.state, named(entry)) for entry in entries if entry.state != "reminder" or len(reminders) == 1]
    if len(reminders) > 1:
        lines.append(("reminder", plural("{n} reminder", "{n} reminders", len(reminders))))
    return lines

"""Which days the figures are about: chosen by a preset or two dates, kept in the page's address."""

from __future__ import annotations

from datetime import date, timedelta

from nicegui import ui

from care.errors import Invalid
from care.models.period import Period
from ui.language import _, plural
from ui.parts import words
from ui.parts.elements import banner, box, button, link, telling, text, told_of
from ui.visit import Visit

_PRESETS = (7, 30, 90)
_USUAL = 30


def asked(visit: Visit) -> tuple[Period, Invalid | None]:
    """What the address asks for; the last 30 days if it asks for nothing, or (with why) for what cannot be shown."""
    today = visit.now().date()
    usual = _latest(_USUAL, today)
    if not visit.query.keys() & {"from", "to"}:
        return usual, None
    try:
        return Period.written(visit.query.get("from", ""), visit.query.get("to", ""), today), None
    except Invalid as refused:
        return usual, refused


def picker(visit: Visit) -> None:
    today = visit.now().date()
    chosen, refused = asked(visit)
    if refused:
        problem = _("{problem} Shown are the last {n} days.", problem=told_of(refused), n=_USUAL)
        banner("event_busy", problem, "warn")
    with box("line wraps period"):
        with box("options filters", tag="nav", name=_("Time shown")):
            for days in _PRESETS:
                _preset(_latest(days, today), chosen)
        with box("line wraps dates"):
            first, last = _day(_("From"), chosen.first, today), _day(_("To"), chosen.last, today)

            def show() -> None:
                with telling():
                    ui.navigate.to(_address(Period.written(first.value or "", last.value or "", today)))

            for field in (first, last):
                field.on("keydown.enter", show)
            button(_("Show"), show, look="outline")


def _preset(offered: Period, chosen: Period) -> None:
    is_chosen = (offered.first, offered.last) == (chosen.first, chosen.last)
    with link(_address(offered, prefix="/ui"), "filter on" if is_chosen else "filter") as element:
        if is_chosen:
            element.props["aria-current"] = "true"
        text(plural("{n} day", "{n} days", offered.days), tag="span")


def _day(label: str, value: date, latest: date) -> ui.input:
    """A date by the browser's own picker."""
    field = ui.input(label, value=value.isoformat()).props(f"type=date outlined dense stack-label max={latest}")
    return field.classes("date")


def _address(period: Period, prefix: str = "") -> str:
    return f"{prefix}/analytics?from={period.first}&to={period.last}"


def _latest(days: int, today: date) -> Period:
    return Period.of_days(today - timedelta(days=days - 1), today, today)


def in_words(period: Period) -> str:
    """ "Wed 28 Oct to Thu 26 Nov"."""
    if period.first == period.last:
        return words.day(period.first, today=period.last)
    first, last = words.day(period.first, today=period.last), words.day(period.last)
    return _("{first} to {last}", first=first, last=last)

"""Analytics: the operation over some days, for staff."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from nicegui import ui

from care.models.analytics import Summary, Table
from care.models.period import Period
from ui import live
from ui.language import _, mark
from ui.parts.elements import REFUSALS, box, card, empty, heading, link_button, text, told_of
from ui.parts.figures import (
    churn_card,
    deliveries_card,
    model_days_card,
    models_card,
    refund_days_card,
    resolutions_card,
)
from ui.parts.figures_of_refunds import agents_card, agreement_card, outcomes_card
from ui.parts.glance import glance
from ui.parts.period import asked, in_words, picker
from ui.visit import Visit

# Seconds between two looks at the figures, however much changes; and where a look takes long, so many times as long.
_CALM, _TIMES = 5.0, 10
_KINDS = {"refunds", "conversations", "orders", "subscriptions"}
_TABLES = {
    Table.DAYS: mark("All, by day"),
    Table.REFUNDS: mark("Refunds"),
    Table.AGENTS: mark("Agents"),
    Table.DELIVERIES: mark("Deliveries"),
    Table.CONVERSATIONS: mark("Conversations"),
    Table.MODELS: mark("Models"),
}


@dataclass
class _Part:
    """One place of the page: it is drawn anew only when what it shows has changed."""

    draw: Callable[[Summary, Period], None]
    figures: tuple[str, ...]
    place: ui.element = field(default_factory=lambda: box("part"))
    shown: tuple[Any, ...] | None = None

    def show(self, summary: Summary, period: Period) -> None:
        new = (period, *(getattr(summary, name) for name in self.figures))
        if new != self.shown:
            self.shown = new
            self.place.clear()
            with self.place:
                self.draw(summary, period)


async def page(visit: Visit) -> None:
    async def look() -> None:
        period, _refused = asked(visit)  # the last 30 days are others tomorrow
        summary = await visit.services.stores.analytics.summary(period)
        for part in parts:
            part.show(summary, period)

    async def look_again() -> None:
        began = time.monotonic()
        await look()
        await asyncio.sleep(max(_CALM, _TIMES * (time.monotonic() - began)))  # the next look waits for it

    async def first_look() -> None:
        """After the page: to count much takes longer than a page may take to build."""
        with waiting:
            try:
                await look()
                waiting.delete()
            except REFUSALS as error:
                waiting.clear()
                empty("cloud_off", told_of(error), tone="warn")

    period, _refused = asked(visit)
    with heading(_("Analytics"), _("What the machine settles, what people settle, what waits.")):
        text(_("{days}, in UTC", days=in_words(period)), "mute small")
    picker(visit)
    async with live.follow(live.DESK, _KINDS, look_again):
        parts = _places()
        waiting = _counting()
        ui.timer(0, first_look, once=True)
    _take_along(period)


def _counting() -> ui.element:
    with box("card empty").props("role=status") as place:
        with box("dots").props("aria-hidden=true"):
            for _dot in range(3):
                box(tag="i")
        text(_("Counting"), "mute")
    return place


def _places() -> list[_Part]:
    first = _Part(
        glance,
        (
            *("reviews_open", "reviews_overdue", "automatic_refunds", "refunds", "deliveries", "failed_deliveries"),
            *("skipped_deliveries", "subscriptions_active", "subscriptions_started", "subscriptions_cancelled"),
        ),
    )
    with box("grid two even"):
        return [
            first,
            _Part(resolutions_card, ("conversations", "verified", "resolutions_by_day")),
            _Part(outcomes_card, ("refunds",)),
            _Part(agreement_card, ("agreement",)),
            _Part(agents_card, ("agents", "deadlines_met", "deadlines_missed")),
            _Part(deliveries_card, ("delivery_days",)),
            _Part(churn_card, ("subscriptions_by_day", "subscriptions_active")),
            _Part(refund_days_card, ("refunds_by_day",)),
            _Part(model_days_card, ("models_by_day",)),
            _wide(),
        ]


def _wide() -> _Part:
    part = _Part(models_card, ("models",))
    part.place.classes("wide")
    return part


def _take_along(period: Period) -> None:
    with card(_("Take the figures along")):
        text(_("Tables of these days, for a spreadsheet (CSV). Amounts are in cents, times in UTC."), "mute small")
        with box("options"):
            for what, label in _TABLES.items():
                file = f"/analytics/export?what={what}&from={period.first}&to={period.last}"
                element = link_button(_(label), file, symbol="download", look="outline").props("download")
                element.props["aria-label"] = _("Download as CSV: {table}", table=_(label))

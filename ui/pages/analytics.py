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
from ui.parts.elements import box, card, heading, link_button, text
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
from ui.parts.period import in_words, picker, usable_period
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
        period = usable_period(visit)
        summary = await visit.services.stores.analytics.summary(period)
        for part in parts:
            part.show(summary, period)

    async def look_again() -> None:
        began = time.monotonic()
        await look()
        await asyncio.sleep(max(_CALM, _TIMES * (time.monotonic() - began)))  # the next look waits for it

    with heading(_("Analytics"), _("What the machine settles, what people settle, what waits.")):
        text(_("{days}, in UTC", days=in_words(usable_period(visit))), "mute small")
    picker(visit)
    async with live.follow(live.DESK, _KINDS, look_again):
        parts = _places()
        await look()
    _take_along(usable_period(visit))


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

"""Autonomous Order Planner: what comes by itself, when, and how to change that."""

from __future__ import annotations

from datetime import date, timedelta

from nicegui import ui

from care.models.subscription import Subscription
from care.rules.subscription import is_over
from ui import live
from ui.language import plural
from ui.parts.agenda import agenda
from ui.parts.calendar import legend, month
from ui.parts.day_sheet import day_sheet
from ui.parts.elements import box, button, card, empty, heading, icon_button, text
from ui.parts.planner_form import new_subscription
from ui.parts.subscription_card import subscription_card
from ui.visit import Visit

_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
# How far one can turn, in months: as far ahead as a delivery can be moved, and a year back.
_AHEAD, _BACK = 24, 12


async def page(visit: Visit) -> None:
    with heading("Autonomous Order Planner", "Let the things you always need come by themselves."):
        button("New subscription", lambda: new_subscription(visit), symbol="add")
    plan = _Plan(visit)
    async with live.follow(visit.customer_id, {"subscriptions"}, plan.redraw):
        with box("grid wide-left"):
            await plan.months()
            with box("stack loose"):
                await plan.listed()


class _Plan:
    """The calendar and the list of one open page."""

    def __init__(self, visit: Visit) -> None:
        self._visit = visit
        self._turned = 0
        self._ended = False

    async def redraw(self) -> None:
        await self.listed.refresh()
        await self.months.refresh()

    async def _subscriptions(self) -> list[Subscription]:
        return (await self._visit.services.stores.subscriptions.page(self._visit.customer_id, limit=100)).items

    @ui.refreshable_method
    async def listed(self) -> None:
        subscriptions = await self._subscriptions()
        over = [s for s in subscriptions if is_over(s)]
        going = sorted((s for s in subscriptions if not is_over(s)), key=_soonest)
        text("Your subscriptions", tag="h2")
        if not going:
            empty("event_repeat", "Nothing planned yet", "Choose a product: we order, deliver and remind you.")
        for subscription in going:
            subscription_card(self._visit, subscription, self._choose)
        if over:
            said = (_hide if self._ended else _show)(len(over))
            look = button(said, self._turn_ended, symbol="expand_less" if self._ended else "expand_more", look="flat")
            look.classes("self-start")
        for subscription in over if self._ended else []:
            subscription_card(self._visit, subscription, self._choose)

    @ui.refreshable_method
    async def months(self) -> None:
        today, now = self._visit.today(), self._visit.now()
        whole = today.year * 12 + today.month - 1 + self._turned
        year, number = whole // 12, whole % 12 + 1
        first = date(year, number, 1)
        days = agenda(await self._subscriptions(), first, first + timedelta(days=31), now)
        with card(classes="planner"):
            with box("line between"):
                icon_button("chevron_left", "Month before", lambda: self._turn(-1)).set_enabled(self._turned > -_BACK)
                with box("line"):
                    text(f"{_MONTHS[number - 1]} {year}", tag="h2").props("aria-live=polite")
                    if self._turned:
                        button("Today", lambda: self._turn(-self._turned), look="outline dense").classes("compact")
                icon_button("chevron_right", "Month after", lambda: self._turn(1)).set_enabled(self._turned < _AHEAD)
            month(year, number, days, today=today, choose=self._choose)
            legend()
            text("Choose a day to skip, move or order.", "mute small")

    def _turn(self, by: int) -> None:
        self._turned = max(-_BACK, min(_AHEAD, self._turned + by))
        self.months.refresh()

    def _turn_ended(self) -> None:
        self._ended = not self._ended
        self.listed.refresh()

    async def _choose(self, value: date) -> None:
        """The sheet lies outside the calendar, which is drawn anew whenever something changes."""
        with ui.context.client.content:
            day_sheet(self._visit, value, await self._subscriptions())


def _soonest(subscription: Subscription) -> tuple[bool, str]:
    """The next to come first; what waits for its customer last."""
    return subscription.next_delivery is None, subscription.next_delivery or ""


def _show(number: int) -> str:
    return plural("Show {n} ended subscription", "Show {n} ended subscriptions", number)


def _hide(number: int) -> str:
    return plural("Hide {n} ended subscription", "Hide {n} ended subscriptions", number)

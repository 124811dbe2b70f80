"""Autonomous Order Planner: what comes by itself, when, and how to change that."""

from __future__ import annotations

from datetime import date, timedelta
from functools import partial
from itertools import islice

from nicegui import ui

from care.models.subscription import Subscription
from care.rules.subscription import is_over
from ui import live
from ui.language import _, current, plural
from ui.parts import focus
from ui.parts.agenda import Days, agenda
from ui.parts.calendar import legend, month, weeks
from ui.parts.day_sheet import DaySheet
from ui.parts.days_ahead import days_ahead
from ui.parts.elements import box, button, card, empty, heading, icon_button, text
from ui.parts.focus import keyed
from ui.parts.planner_form import form_again, new_subscription
from ui.parts.subscription_card import subscription_card
from ui.visit import Visit

# How far one can turn, in months: as far ahead as a delivery can be moved, and a year back.
_AHEAD, _BACK = 24, 12
# How far the list reaches that begins today, and how many days with something to tell it shows at most.
_SOON, _DAYS_SOON = timedelta(days=92), 12


async def page(visit: Visit) -> None:
    focus.listen()
    with heading(_("Autonomous Order Planner"), _("Let the things you always need come by themselves.")):
        button(_("New subscription"), lambda: new_subscription(visit), symbol="add")
    plan = _Plan(visit)
    async with live.follow(visit.customer_id, {"subscriptions"}, plan.redraw):
        await plan.read()
        with box("grid wide-left"):
            with box("stays"):
                plan.months()
            with box("stack loose"):
                plan.listed()
    ui.context.client.on_connect(plan.connected)


class _Plan:
    """The calendar and the list of one open page, and the sheet that is open over them."""

    def __init__(self, visit: Visit) -> None:
        self._visit = visit
        self._turned = 0
        self._ended = False
        self._as_list = False
        self._sheet: DaySheet | None = None
        self._met = False
        self._all: list[Subscription] = []

    async def read(self) -> None:
        self._all = (await self._visit.services.stores.subscriptions.page(self._visit.customer_id, limit=100)).items

    async def redraw(self) -> None:
        before = self._all
        await self.read()
        if self._all == before:  # drawing anew takes the buttons away from under a finger
            return
        self.listed.refresh()
        self.months.refresh()
        if self._sheet and self._sheet.is_open:
            self._sheet.follow(self._all)

    async def connected(self) -> None:
        """Not again when only the connection was lost: then everything is still there."""
        if not self._met:
            self._met = True
            await form_again(self._visit)

    @ui.refreshable_method
    def listed(self) -> None:
        over = [s for s in self._all if is_over(s)]
        going = sorted((s for s in self._all if not is_over(s)), key=_soonest)
        text(_("Your subscriptions"), tag="h2")
        if not going:
            empty("event_repeat", _("Nothing planned yet"), _("Choose a product: we order, deliver and remind you."))
        for subscription in going:
            subscription_card(self._visit, subscription, self._choose)
        if over:
            said = (_hide if self._ended else _show)(len(over))
            look = button(said, self._turn_ended, symbol="expand_less" if self._ended else "expand_more", look="flat")
            keyed(look, "ended").classes("self-start").props["aria-expanded"] = str(self._ended).lower()
        for subscription in over if self._ended else []:
            subscription_card(self._visit, subscription, self._choose)

    @ui.refreshable_method
    def months(self) -> None:
        today = self._visit.today()
        first = _month(today, self._turned)
        soon = self._as_list and not self._turned
        days = self._days(first, soon=soon)
        with card(classes="planner"):
            with box("line between"):
                self._turner("chevron_left", _("Month before"), -1, "month before")
                with box("line wraps"):
                    text(_("Coming up") if soon else _title(current().month(first)), tag="h2")
                    if self._turned:
                        back = button(_("Today"), lambda: self._turn(-self._turned), look="outline dense")
                        keyed(back, "today").classes("compact")
                self._turner("chevron_right", _("Month after"), 1, "month after")
            if self._as_list:
                days_ahead(days, today=today, choose=self._choose)
            else:
                month(first, days, today=today, choose=self._choose)
                legend(days)
            with box("line between wraps"):
                text(_("Choose a day to skip, move or order."), "mute small")
                self._looks()

    def _days(self, first: date, *, soon: bool) -> Days:
        today = self._visit.today()
        if soon:
            begin, end = today, today + _SOON
        elif self._as_list:
            begin, end = first, _month(first, 1) - timedelta(days=1)
        else:
            shown = weeks(first)
            begin, end = shown[0][0], shown[-1][-1]
        days = agenda(self._all, begin, end, self._visit.now())
        return dict(islice(days.items(), _DAYS_SOON)) if soon else days

    def _turner(self, symbol: str, name: str, by: int, key: str) -> None:
        made = keyed(icon_button(symbol, name, partial(self._turn, by)), key)
        made.set_enabled(-_BACK <= self._turned + by <= _AHEAD)

    def _looks(self) -> None:
        label, symbol = (_("Show as a calendar"), "calendar_month") if self._as_list else (_("Show as a list"), "list")
        keyed(button(label, self._turn_look, symbol=symbol, look="flat dense"), "look").classes("compact")

    def _turn(self, by: int) -> None:
        self._turned = max(-_BACK, min(_AHEAD, self._turned + by))
        self.months.refresh()

    def _turn_look(self) -> None:
        self._as_list = not self._as_list
        self.months.refresh()

    def _turn_ended(self) -> None:
        self._ended = not self._ended
        self.listed.refresh()

    def _choose(self, value: date) -> None:
        """The sheet lies outside the calendar, which is drawn anew whenever something changes."""
        with ui.context.client.content:
            begin = partial(new_subscription, self._visit)
            self._sheet = DaySheet(self._visit, value, self._all, begin)


def _month(day: date, later: int) -> date:
    """The first of the month that is so many months later."""
    whole = day.year * 12 + day.month - 1 + later
    return date(whole // 12, whole % 12 + 1, 1)


def _title(name: str) -> str:
    return name[:1].upper() + name[1:]


def _soonest(subscription: Subscription) -> tuple[bool, str]:
    """The next to come first; what waits for its customer last."""
    return subscription.next_delivery is None, subscription.next_delivery or ""


def _show(number: int) -> str:
    return plural("Show {n} ended subscription", "Show {n} ended subscriptions", number)


def _hide(number: int) -> str:
    return plural("Hide {n} ended subscription", "Hide {n} ended subscriptions", number)

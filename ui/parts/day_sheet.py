"""What happens on one day, and what can be done about it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from datetime import date
from functools import partial

from nicegui import ui

from care.models.subscription import Subscription
from care.rules.subscription_checks import local_date
from ui.language import _
from ui.parts import words
from ui.parts.agenda import Entry, agenda, by_date
from ui.parts.asking import refusal, sheet
from ui.parts.calendar import LOOKS
from ui.parts.day_deeds import Deed, brought, deeds, detail
from ui.parts.elements import REFUSALS, banner, box, button, link, text, tile
from ui.parts.focus import keyed
from ui.parts.moving import order_dialog
from ui.parts.possible import can_come, can_order_now
from ui.parts.standing import day as written
from ui.parts.standing import in_a_row, price, standing
from ui.parts.words import Tone
from ui.visit import Visit

Change = Callable[[], Awaitable[Subscription]]


class DaySheet:
    """Stays open after a skip, and while something changes elsewhere: it shows the day as it is then."""

    def __init__(
        self, visit: Visit, day: date, subscriptions: list[Subscription], begin: Callable[[date], object]
    ) -> None:
        """`begin` opens the form for a new subscription from this day on."""
        self._visit = visit
        self._day = day
        self._begin = begin
        self._told: tuple[str, str, Tone] | None = None
        self._busy = False
        self._all = {s.subscription_id: s for s in subscriptions}
        with sheet(self._title()) as self._frame:
            self.shown()
            with box("line between wraps"):
                if day >= visit.today():
                    self._opens(_("New from this day"), "add", lambda: begin(day), key="begin")
                else:
                    box()
                keyed(button(_("Close"), self._frame.close, look="flat"), "close")

    @property
    def is_open(self) -> bool:
        return not self._frame.is_deleted and bool(self._frame.value)

    def follow(self, subscriptions: list[Subscription]) -> None:
        """After a change in another window, or by the assistant; what the sheet has done itself it shows already."""
        before = dict(self._all)
        for it in subscriptions:
            here = before.get(it.subscription_id)
            if here is None or it.version > here.version:
                self._all[it.subscription_id] = it
        if self._all != before and not self._busy:
            self.shown.refresh()

    @ui.refreshable_method
    def shown(self) -> None:
        visit, day = self._visit, self._day
        entries = agenda(list(self._all.values()), day, day, visit.now()).get(day, [])
        with box("stack").props("aria-live=polite"):
            if self._told:
                banner(*self._told)
        for entry in entries:
            symbol, tone, _word = LOOKS[entry.state]
            with _happens(symbol, tone, entry, detail(visit, entry)):
                if entry.state in ("delivered", "failed") and entry.other:
                    with link(f"/ui/orders#{entry.other}", "small strong"):
                        text(_("Order {order}", order=entry.other), tag="span")
                for number, deed in enumerate(deeds(visit, entry, day)):
                    self._offer(deed, f"{entry.subscription.subscription_id} {entry.key} {number}")
        if not all(by_date(entry.subscription) for entry in entries):
            text(_("What comes several times a day cannot be skipped or moved one by one."), "mute small")
        if not entries:
            over = day < visit.today()
            text(_("Nothing came on this day.") if over else _("Nothing is planned on this day."), "mute")
        self._today()
        if all(entry.state == "reminder" for entry in entries):
            self._could_come()

    def _offer(self, deed: Deed, key: str) -> None:
        if deed.opens:
            self._opens(deed.label, deed.symbol, deed.opens, key=key)
        elif deed.does:
            self._does(deed.label, deed.told, deed.symbol, deed.does, key=key)
        else:
            with (
                keyed(ui.button(deed.label, icon=deed.symbol).props("flat dense no-caps"), key),
                ui.menu().props("role=menu"),
            ):
                for each in deed.choices:
                    if each.does:
                        ui.menu_item(each.label, partial(self._do, each.told, each.does)).props("role=menuitem")

    def _today(self) -> None:
        now = self._visit.now()
        offered = [s for s in self._all.values() if local_date(s, now) == self._day and can_order_now(s, now)]
        if offered:
            text(_("Order one today"), "section", tag="h3")
        for it in offered:
            with _offered(it, f"{words.rhythm(it)} · {price(it)}"):
                key = f"{it.subscription_id} order"
                self._opens(_("Order now"), "bolt", partial(order_dialog, self._visit, it), key=key)

    def _could_come(self) -> None:
        """On an empty day ahead: the next delivery of each subscription that may be moved to it."""
        found = can_come(list(self._all.values()), self._day, self._visit.now())
        if found:
            text(_("Move a delivery to this day"), "section", tag="h3")
        for it in found:
            next_one = it.next_delivery or ""
            with _offered(it, _("Comes {day}", day=written(self._visit, next_one))):
                move = partial(brought, self._visit, it, next_one, self._day)
                self._does(_("Move it here"), _("Moved here."), "redo", move, key=f"{it.subscription_id} here")

    def _opens(self, label: str, symbol: str, opens: Callable[[], object], *, key: str) -> None:
        async def act() -> None:
            self._frame.close()
            opened = opens()
            if isinstance(opened, Awaitable):
                await opened

        keyed(button(label, act, symbol=symbol, look="flat dense"), key)

    def _does(self, label: str, told: str, symbol: str, change: Change, *, key: str) -> None:
        async def act() -> None:
            made.disable()
            await self._do(told, change)

        made = keyed(button(label, act, symbol=symbol, look="flat dense"), key)

    async def _do(self, told: str, change: Change) -> None:
        """The first click counts; what comes of it is told in the sheet."""
        if self._busy:
            return
        self._busy = True
        try:
            after = await change()
            self._all[after.subscription_id] = after
            self._told = "check_circle", in_a_row(told, standing(self._visit, after)), "good"
        except REFUSALS as error:
            self._told = "error_outline", refusal(error), "bad"
        finally:
            self._busy = False
            self.shown.refresh()

    def _title(self) -> str:
        if self._day == self._visit.today():
            return _("Today, {day}", day=words.day(self._day))
        return written(self._visit, self._day)


@contextmanager
def _happens(symbol: str, tone: Tone, entry: Entry, detail: str) -> Iterator[None]:
    """One thing on the day; what is drawn inside are its buttons."""
    with box("happens"):
        tile(symbol, tone)
        with box("stack grow"):
            with box("line between top"):
                text(entry.what, "strong")
                text(entry.subscription.subscription_id, "mute small")
            text(detail, "mute small")
            with box("line wraps"):
                yield


@contextmanager
def _offered(it: Subscription, detail: str) -> Iterator[None]:
    with box("line between offered"):
        with box("stack"):
            text(words.what(it), "strong")
            text(detail, "mute small")
        yield

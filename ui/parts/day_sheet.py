"""What happens on one day, and what can be done about it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from datetime import date
from functools import partial

from nicegui import ui

from care.models.subscription import OneDelivery, RescheduleDelivery, Subscription
from ui.parts import words
from ui.parts.agenda import Entry, agenda, by_date, day_of
from ui.parts.asking import refusal, sheet
from ui.parts.calendar import LOOKS
from ui.parts.elements import REFUSALS, banner, box, button, link, text, tile
from ui.parts.moving import move_dialog, order_dialog
from ui.parts.possible import can_come, can_move, can_order_now, can_skip, can_unskip
from ui.parts.standing import day as written
from ui.parts.standing import price, standing
from ui.parts.words import Tone
from ui.visit import Visit

Change = Callable[[], Awaitable[Subscription]]


def day_sheet(visit: Visit, day: date, subscriptions: list[Subscription]) -> None:
    with sheet(_title(visit, day)) as frame:
        _DaySheet(visit, day, subscriptions, frame).shown()
        with box("line end"):
            button("Close", frame.close, look="flat")


class _DaySheet:
    """Stays open after a skip: it shows the day as it is then, with the way back."""

    def __init__(self, visit: Visit, day: date, subscriptions: list[Subscription], frame: ui.dialog) -> None:
        self._visit = visit
        self._day = day
        self._all = {s.subscription_id: s for s in subscriptions}
        self._frame = frame
        self._told: tuple[str, str, Tone] | None = None
        self._busy = False

    @ui.refreshable_method
    def shown(self) -> None:
        entries = agenda(list(self._all.values()), self._day, self._day, self._visit.now()).get(self._day, [])
        with box("stack").props("aria-live=polite"):
            if self._told:
                banner(*self._told)
        for entry in entries:
            symbol, tone, _ = LOOKS[entry.state]
            with _happens(symbol, tone, entry.subscription, _detail(self._visit, entry)):
                self._actions(entry)
        if not entries:
            text("Nothing is planned on this day.", "mute")
        self._today()
        if all(entry.state == "reminder" for entry in entries):
            self._could_come()

    def _actions(self, entry: Entry) -> None:
        """Only what the rules allow now. Deliveries of several times a day cannot be changed by date."""
        it, key, now, client = entry.subscription, entry.key, self._visit.now(), self._visit.services.client
        one = OneDelivery(date=self._day)
        if not by_date(it) or entry.state in ("delivered", "failed"):
            if entry.other:
                with link(f"/ui/orders#{entry.other}", "small strong"):
                    text(f"Order {entry.other}", tag="span")
        elif entry.state == "planned" and can_skip(it, key, now):
            self._does("Skip it", "Skipped.", "event_busy", lambda: client.skip_delivery(it.subscription_id, one))
            self._opens("Move it", "redo", lambda: move_dialog(self._visit, it, key))
        elif entry.state == "skipped" and can_unskip(it, key, now):
            back = "It comes again."
            self._does("Take the skip back", back, "undo", lambda: client.unskip_delivery(it.subscription_id, one))
        elif entry.state == "moved" and can_move(it, entry.other, self._day, now):
            self._does("Move it back", "Moved back.", "undo", lambda: self._brought(it, entry.other))

    def _today(self) -> None:
        now = self._visit.now()
        offered = [s for s in self._all.values() if self._day == self._visit.today() and can_order_now(s, now)]
        with _section("Order one today", offered):
            for it in offered:
                with _offered(it, f"{words.rhythm(it)} · {price(it)}"):
                    self._opens("Order now", "bolt", partial(order_dialog, self._visit, it))

    def _could_come(self) -> None:
        """On an empty day ahead: the next delivery of each subscription that may be moved to it."""
        found = can_come(list(self._all.values()), self._day, self._visit.now())
        with _section("Move a delivery to this day", found):
            for it in found:
                key = it.next_delivery or ""
                with _offered(it, f"Comes {written(self._visit, key)}"):
                    self._does("Move it here", "Moved here.", "redo", partial(self._brought, it, key))

    def _opens(self, label: str, symbol: str, opens: Callable[[], None]) -> None:
        def act() -> None:
            self._frame.close()
            opens()

        button(label, act, symbol=symbol, look="flat dense")

    def _does(self, label: str, told: str, symbol: str, change: Change) -> None:
        async def act() -> None:
            if self._busy:
                return
            self._busy = True
            made.disable()
            try:
                after = await change()
                self._all[after.subscription_id] = after
                self._told = "check_circle", f"{told} {standing(self._visit, after)}", "good"
            except REFUSALS as error:
                self._told = "error_outline", refusal(error), "bad"
            finally:
                self._busy = False
                self.shown.refresh()

        made = button(label, act, symbol=symbol, look="flat dense")

    async def _brought(self, it: Subscription, key: str) -> Subscription:
        request = RescheduleDelivery(date=day_of(key), to=self._day)
        return await self._visit.services.client.reschedule_delivery(it.subscription_id, request)


@contextmanager
def _happens(symbol: str, tone: Tone, it: Subscription, detail: str) -> Iterator[None]:
    """One thing on the day; what is drawn inside are its buttons."""
    with box("happens"):
        tile(symbol, tone)
        with box("stack grow"):
            text(words.what(it), "strong")
            text(f"{detail} · {it.subscription_id}", "mute small")
            with box("line wraps"):
                yield


@contextmanager
def _section(title: str, rows: list[Subscription]) -> Iterator[None]:
    """Under a title of its own; without rows there is none."""
    if rows:
        text(title, "section", tag="h3")
    yield


@contextmanager
def _offered(it: Subscription, detail: str) -> Iterator[None]:
    with box("line between offered"):
        with box("stack"):
            text(words.what(it), "strong")
            text(detail, "mute small")
        yield


def _title(visit: Visit, day: date) -> str:
    return f"Today, {words.day(day)}" if day == visit.today() else written(visit, day)


def _detail(visit: Visit, entry: Entry) -> str:
    match entry.state:
        case "planned":
            return "Planned" + (f", moved here from {written(visit, entry.other)}" if entry.other else "")
        case "reminder":
            return f"Reminder: it comes {written(visit, entry.key)}"
        case "skipped":
            return "Skipped"
        case "moved":
            return f"Moved to {written(visit, entry.other)}"
        case _:
            return words.outcome(entry.outcome)[0]

"""What can be done about one thing on a day. Only what the rules allow now is offered."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import partial

from care.models.subscription import OneDelivery, RescheduleDelivery, Subscription
from ui.language import _
from ui.parts import words
from ui.parts.agenda import Entry, by_date, day_of
from ui.parts.moving import move_dialog
from ui.parts.paying import overdue_words, payment_dialog
from ui.parts.possible import can_leave_out, can_move, can_skip, can_unskip, left_out
from ui.parts.standing import day as written
from ui.visit import Visit


@dataclass(frozen=True)
class Deed:
    """A button: it `does` something at once, after which it is `told`, `opens` a dialog, or offers `choices`."""

    label: str
    symbol: str
    told: str = ""
    does: Callable[[], Awaitable[Subscription]] | None = None
    opens: Callable[[], object] | None = None
    choices: tuple[Deed, ...] = ()


def deeds(visit: Visit, entry: Entry, day: date) -> Iterator[Deed]:
    it, key, now, skip = entry.subscription, entry.key, visit.now(), visit.services.client.skip_delivery
    if not by_date(it):  # deliveries of several times a day cannot be told apart by date
        return
    one = OneDelivery(date=day)
    match entry.state:
        case "overdue":
            if it.overdue and it.overdue.why == "payment":
                yield Deed(_("Pay another way"), "credit_card", opens=partial(payment_dialog, visit, it))
            yield Deed(_("Skip it"), "event_busy", _("Skipped."), partial(skip, it.subscription_id, one))
        case "planned" if can_skip(it, key, now):
            yield Deed(_("Skip it"), "event_busy", _("Skipped."), partial(skip, it.subscription_id, one))
            yield Deed(_("Move it"), "redo", opens=partial(move_dialog, visit, it, key))
            if entry.other and can_move(it, key, day_of(entry.other), now):
                yield _back(visit, entry, key, day_of(entry.other))
            yield from _items(visit, entry, day)
        case "skipped" if can_unskip(it, key, now):
            unskip = partial(visit.services.client.unskip_delivery, it.subscription_id, one)
            yield Deed(_("Take the skip back"), "undo", _("It comes again."), unskip)
        case "moved" if can_move(it, entry.other, day, now):
            yield _back(visit, entry, entry.other, day)


def detail(visit: Visit, entry: Entry) -> str:
    """How it stands with one thing on the day."""
    it = entry.subscription
    match entry.state:
        case "planned" if entry.other:
            return _("Planned, moved here from {day}", day=written(visit, entry.other))
        case "planned" if by_date(it):
            return _("Planned")
        case "planned":
            return _("Planned for {day}", day=written(visit, entry.key))
        case "extra":
            return _("Ordered as an extra: it goes out now")
        case "reminder":
            return _("Reminder: it comes {day}", day=written(visit, entry.key))
        case "skipped":
            return _("Skipped")
        case "moved":
            return _("Moved to {day}", day=written(visit, entry.other))
        case "overdue" if it.overdue:
            return overdue_words(visit, it, it.overdue)
        case _:
            return words.outcome(entry.outcome)[0]


async def brought(visit: Visit, it: Subscription, key: str, to: date) -> Subscription:
    request = RescheduleDelivery(date=day_of(key), to=to)
    return await visit.services.client.reschedule_delivery(it.subscription_id, request)


def _back(visit: Visit, entry: Entry, key: str, to: date) -> Deed:
    """Moves the delivery of `key` back to where it came from."""
    return Deed(_("Move it back"), "undo", _("Moved back."), partial(brought, visit, entry.subscription, key, to))


def _items(visit: Visit, entry: Entry, day: date) -> Iterator[Deed]:
    """Single items of a delivery, left out of it or put back."""
    it, client = entry.subscription, visit.services.client
    choices = []
    for item in can_leave_out(it, entry.key, visit.now()):
        leave = partial(client.skip_delivery, it.subscription_id, OneDelivery(date=day, sku=item.sku))
        told = _("{item} is left out this time.", item=item.name)
        choices.append(Deed(item.name, "", told, leave))
    if choices:
        yield Deed(_("Leave an item out"), "remove_circle_outline", choices=tuple(choices))
    for item in left_out(it, entry.key):
        put = partial(client.unskip_delivery, it.subscription_id, OneDelivery(date=day, sku=item.sku))
        told = _("{item} comes with it again.", item=item.name)
        yield Deed(_("Put {item} back in", item=item.name), "undo", told, put)

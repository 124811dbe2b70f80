"""Parcels that are being searched for: how long, whose, and what came of it."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from nicegui import ui

from care.errors import Conflict, Invalid
from care.language import language_of
from care.models.common import Page
from care.models.customer import Customer
from care.models.order import Order
from care.models.order_change import CloseTrace
from care.models.tracking import Tracking, TrackingEvent
from ui import live
from ui.language import _, mark
from ui.parts import words
from ui.parts.asking import answers, sheet
from ui.parts.case import facts
from ui.parts.elements import box, button, chip, empty, heading, link, text
from ui.parts.noting import note_field
from ui.parts.pages import Pages
from ui.parts.words import Tone
from ui.visit import Visit

_PAGE = 20
_LONGEST_NOTE = 500
# Words for the customer, to be changed as the case asks.
_RESULTS = [
    mark("The carrier has found it, and it is on its way again."),
    mark("The carrier has delivered it to a neighbour."),
    mark("The carrier could not find it. We will send it again or pay you back, as you like."),
]
_EVENTS: dict[str, str] = {
    "placed": mark("Ordered"),
    "shipped": mark("Sent"),
    "delivered": mark("Delivered"),
    "cancelled": mark("Cancelled"),
    "trace_opened": mark("Search begun"),
}


@dataclass(frozen=True)
class _Searched:
    """An order with an open trace, and what is known around it."""

    order: Order
    customer: Customer
    tracking: Tracking


async def page(visit: Visit) -> None:
    open_ones = Pages(lambda cursor: _read(visit, cursor))

    @ui.refreshable
    def listed() -> None:
        if not open_ones.items:
            detail = _("When a customer misses a parcel and the assistant has it traced, it appears here.")
            empty("inventory_2", _("No parcel is being searched for"), detail, tone="good")
            return
        open_ones.draw(lambda items: _cards(visit, items))

    async def redraw() -> None:
        await open_ones.first()
        listed.refresh()

    with heading(_("Parcels"), _("Searches that are open, the longest first. The customer is told what came of it.")):
        pass
    async with live.follow(live.DESK, {"orders"}, redraw):
        await open_ones.first()
        with box("stack loose"):
            listed()


async def _read(visit: Visit, cursor: str | None) -> Page[_Searched]:
    stores = visit.services.stores
    page = await stores.traces.page(limit=_PAGE, cursor=cursor)
    customers = await asyncio.gather(*(stores.customers.get(order.customer_id) for order in page.items))
    known = await asyncio.gather(*(visit.services.carrier.track(order) for order in page.items))
    items = [_Searched(*each) for each in zip(page.items, customers, known, strict=True)]
    return Page(items=items, next=page.next)


def _cards(visit: Visit, items: list[_Searched]) -> None:
    with box("grid two", tag="ul"):
        for each in items:
            with box(tag="li"):
                _card(visit, each)


def _card(visit: Visit, searched: _Searched) -> None:
    order, customer = searched.order, searched.customer
    with box("card"):
        with box("line between wraps top"):
            with box("stack"):
                text(order.order_id, tag="h2")
                with link(f"/ui/customers/{customer.customer_id}"):
                    text(f"{customer.name} · {customer.customer_id}", "wrap", tag="span")
            if order.trace:
                chip(*_age((visit.now() - order.trace.opened_at).total_seconds()))
        text(", ".join(words.pieces(i.quantity, i.name) for i in order.items), "small wrap")
        facts(_known(searched))
        with box("timeline", tag="ol", name=_("What is known of the parcel")):
            for event in searched.tracking.events:
                with box(tag="li"):
                    text(_(_EVENTS[event.kind]), "strong", tag="span")
                    text(_when(event), "mute small")
        with box("line end"):
            button(_("Close the search"), lambda: _close(visit, searched), symbol="task_alt")


def _age(seconds: float) -> tuple[str, Tone]:
    """Three days is what a carrier's own search takes; after that somebody should ask."""
    tone: Tone = "bad" if seconds > 5 * 86_400 else "warn" if seconds > 2 * 86_400 else "plain"
    return _("searched for {span}", span=words.span(seconds)), tone


def _known(searched: _Searched) -> dict[str, str]:
    order, known = searched.order, {}
    known[_("Worth")] = words.money(order.total)
    if order.trace:
        known[_("Search number")] = order.trace.trace_id
    if order.address:
        known[_("Goes to")] = str(order.address)
    if expected := searched.tracking.expected:
        days = [words.day(each) for each in dict.fromkeys([expected.earliest, expected.latest])]
        known[_("Expected")] = " \N{EN DASH} ".join(days)
    return known


def _when(event: TrackingEvent) -> str:
    return f"{words.moment(event.at, 'UTC')} UTC" if event.at else _("nobody wrote down when")


def _close(visit: Visit, searched: _Searched) -> None:
    order = searched.order
    title = _("What came of the search?")
    with sheet(title, _("The customer of order {order} reads your words.", order=order.order_id)) as asked:
        reader = language_of([searched.customer.locale])
        note = note_field(_("Your words"), _RESULTS, f"trace {order.order_id}", reader=reader)
        note.field.props(f"maxlength={_LONGEST_NOTE} counter")

        async def close() -> str:
            said = note.written
            if not 1 <= len(said) <= _LONGEST_NOTE:
                raise Invalid(_("Please write what came of it, in at most {n} characters.", n=_LONGEST_NOTE))
            closed = await visit.services.close_trace(visit.principal, order.order_id, CloseTrace(note=said).note)
            if closed.trace is None or closed.trace.note != said:
                raise Conflict(_("A colleague has closed it in the meantime. The customer reads their words."))
            note.sent()
            return _("The search is closed, and the customer is told.")

        answers(asked, _("Close the search"), close, back=_("Back"))

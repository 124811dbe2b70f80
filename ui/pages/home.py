"""Home: what comes next, what is open, what needs the customer."""

from __future__ import annotations

from datetime import date
from functools import partial
from operator import itemgetter
from zoneinfo import ZoneInfo

from nicegui import ui

from care.models.order import Order, OrderStatus
from care.models.subscription import Subscription
from care.rules.parcels import expected_in
from ui import live
from ui.language import _, current, plural
from ui.parts import words
from ui.parts.elements import box, card, chip, heading, icon, link, link_button, stat, text
from ui.parts.faults import missing_page
from ui.parts.needs import Need, needs
from ui.parts.notices import notice_row
from ui.parts.orders import expected
from ui.visit import Visit

_ALL = {"subscriptions", "refunds", "notifications", "orders"}
_NEWS, _COMING, _ORDERS = 4, 5, 20


async def page(visit: Visit) -> None:
    hour = visit.now().astimezone(ZoneInfo(visit.zone)).hour
    with heading(f"{words.greeting(hour)}, {visit.name.split()[0]}", _("Here is what is on its way to you.")):
        link_button(_("Report a problem"), "/ui/orders", symbol="report_problem", look="outline")
        link_button(_("Ask support"), "/ui/support", symbol="chat_bubble_outline")

    @ui.refreshable
    async def today() -> None:
        await _today(visit)

    async with live.follow(visit.customer_id, _ALL, today.refresh):
        await today()


async def lost(_visit: Visit) -> None:
    """For addresses that no page has."""
    missing_page()


async def _today(visit: Visit) -> None:
    stores = visit.services.stores
    subscriptions = await stores.subscriptions.active(visit.customer_id)
    refunds = await stores.refunds.history(visit.customer_id)
    notices = (await stores.notifications.page(visit.customer_id, limit=_ORDERS)).items
    orders = await stores.orders.latest(visit.customer_id, _ORDERS)
    waiting = [r for r in refunds if not r.status.is_settled]
    parcels = [o for o in orders if o.status is OrderStatus.SHIPPED]
    upcoming = _upcoming(subscriptions)
    _needs_me(needs(refunds, subscriptions, orders, notices))
    with box("grid four"):
        first = words.occurrence(upcoming[0][0], today=visit.today()) if upcoming else _("None planned")
        stat("event", first, _("Next delivery"), target="/ui/planner")
        sent = plural("{n} order", "{n} orders", len(parcels))
        stat("local_shipping", sent, _("On the way"), "info", target="/ui/orders")
        stat("currency_exchange", _("{n} open", n=len(waiting)), _("Refunds"), "warn", target="/ui/refunds")
        unread = _("{n} unread", n=await stores.notifications.unread(visit.customer_id))
        stat("notifications_none", unread, _("Notifications"), "plain", target="/ui/notifications")
    with box("grid wide-left"):
        _deliveries(visit, parcels, upcoming)
        with card(_("Latest news")):
            if not notices:
                text(_("Nothing yet. Reminders and answers appear here."), "mute")
            with box("notices", tag="ul"):
                for notice in notices[:_NEWS]:
                    notice_row(visit, notice)


def _needs_me(found: list[Need]) -> None:
    if not found:
        return
    with box("stack needs", tag="section", name=_("This needs you")):
        text(_("This needs you"), tag="h2")
        for need in found:
            with link(need.link, f"banner {need.tone}"):
                icon(need.symbol)
                text(need.told, "grow wrap", tag="span")
                icon("chevron_right")


def _upcoming(subscriptions: list[Subscription]) -> list[tuple[str, Subscription]]:
    dates = [(key, s) for s in subscriptions for key in s.upcoming]
    return sorted(dates, key=lambda pair: pair[0])[:_COMING]


def _deliveries(visit: Visit, parcels: list[Order], upcoming: list[tuple[str, Subscription]]) -> None:
    with card(_("Upcoming deliveries")):
        if not (parcels or upcoming):
            text(_("Nothing is planned. Let the things you always need come by themselves."), "mute")
            button = link_button(_("Plan a delivery"), "/ui/planner", symbol="event_repeat", look="outline")
            button.classes("self-start")
        rows = [(_latest(order), partial(_parcel, visit, order)) for order in parcels]
        rows += [(key, partial(_plan, key, subscription)) for key, subscription in upcoming]
        for _key, draw in sorted(rows, key=itemgetter(0)):
            draw()


def _latest(order: Order) -> str:
    """The day that its row shows, as an occurrence's key is written; what nobody has a day for comes first."""
    window = expected_in(order)
    return window.latest.isoformat() if window else ""


def _plan(key: str, subscription: Subscription) -> None:
    with link("/ui/planner", "row-link"):
        datebox(date.fromisoformat(key[:10]))
        with box("stack grow"):
            text(words.what(subscription), "strong cut")
            text(f"{words.rhythm(subscription)} · {subscription.subscription_id}", "mute small wrap")
        chip(*_planned(subscription))


def _parcel(visit: Visit, order: Order) -> None:
    window = expected_in(order)
    with link(f"/ui/orders?order={order.order_id}#{order.order_id}", "row-link"):
        if window:
            datebox(window.latest)
        else:
            with box("datebox"):
                icon("local_shipping", "24px")
        with box("stack grow"):
            text(", ".join(line.name for line in order.items), "strong cut")
            text(" · ".join(filter(None, (order.order_id, expected(visit, order)))), "mute small wrap")
        chip(*words.order_state(order.status))


def _planned(subscription: Subscription) -> tuple[str, words.Tone]:
    label, tone = words.subscription_state(subscription.status)
    return (_("Planned"), "info") if tone == "good" else (label, tone)


def datebox(day: date) -> None:
    with box("datebox"):
        text(current().short_month(day), "m")
        text(str(day.day), "d")

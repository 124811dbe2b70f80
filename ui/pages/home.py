"""Home: what comes next, what is open, what needs the customer."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from nicegui import ui

from care.models.order import OrderStatus
from care.models.refund import Refund
from care.models.subscription import Subscription
from ui import live
from ui.language import plural
from ui.parts import words
from ui.parts.elements import box, card, chip, heading, icon, link, link_button, stat, text
from ui.parts.faults import missing_page
from ui.parts.notices import notice_line, offer, target
from ui.parts.refund_asks import needed
from ui.visit import Visit

_ALL = {"subscriptions", "refunds", "notifications", "orders"}


async def page(visit: Visit) -> None:
    hour = visit.now().astimezone(ZoneInfo(visit.zone)).hour
    with heading(f"{words.greeting(hour)}, {visit.name.split()[0]}", "Here is what is on its way to you."):
        link_button("Ask support", "/ui/support", symbol="chat_bubble_outline")

    @ui.refreshable
    async def today() -> None:
        await _today(visit)

    async with live.follow(visit.customer_id, _ALL, today.refresh):
        await today()


async def lost(_: Visit) -> None:
    """For addresses that no page has."""
    missing_page()


async def _today(visit: Visit) -> None:
    stores = visit.services.stores
    subscriptions = await stores.subscriptions.active(visit.customer_id)
    refunds = await stores.refunds.history(visit.customer_id)
    notices = (await stores.notifications.page(visit.customer_id, limit=4)).items
    orders = await stores.orders.latest(visit.customer_id)
    waiting = [r for r in refunds if not r.status.is_settled]
    on_the_way = [o for o in orders if o.status is OrderStatus.SHIPPED]
    _needs_me(waiting)
    with box("grid four"):
        upcoming = _upcoming(subscriptions)
        first = words.occurrence(upcoming[0][0], today=visit.today()) if upcoming else "None planned"
        stat("event", first, "Next delivery", target="/ui/planner")
        stat(
            "local_shipping",
            plural("{n} order", "{n} orders", len(on_the_way)),
            "On the way",
            "info",
            target="/ui/orders",
        )
        stat("currency_exchange", f"{len(waiting)} open", "Refunds", "warn", target="/ui/refunds")
        unread = await stores.notifications.unread(visit.customer_id)
        stat("notifications_none", f"{unread} unread", "Notifications", "plain", target="/ui/notifications")
    with box("grid wide-left"):
        _deliveries(visit, upcoming)
        with card("Latest news"):
            if not notices:
                text("Nothing yet. Reminders and answers appear here.", "mute")
            for notice in notices:
                with link(target(notice), "row-link"):
                    notice_line(visit, notice)
                offer(visit, notice)


def _needs_me(refunds: list[Refund]) -> None:
    for refund in refunds:
        said = needed(refund)
        if said is None:
            continue
        with link(f"/ui/refunds#{refund.refund_id}", "banner warn"):
            icon("account_balance_wallet" if refund.offered else "add_a_photo")
            text(said, "grow")
            icon("chevron_right")


def _upcoming(subscriptions: list[Subscription]) -> list[tuple[str, Subscription]]:
    dates = [(key, s) for s in subscriptions for key in s.upcoming]
    return sorted(dates, key=lambda pair: pair[0])[:5]


def _deliveries(visit: Visit, upcoming: list[tuple[str, Subscription]]) -> None:
    with card("Upcoming deliveries"):
        if not upcoming:
            text("Nothing is planned. Let the things you always need come by themselves.", "mute")
            link_button("Plan a delivery", "/ui/planner", symbol="event_repeat", look="outline").classes("self-start")
        for key, subscription in upcoming:
            with link("/ui/planner", "row-link"):
                datebox(key)
                with box("stack grow"):
                    text(words.what(subscription), "strong cut")
                    text(f"{words.rhythm(subscription)} · {subscription.subscription_id}", "mute small wrap")
                label, tone = words.subscription_state(subscription.status)
                chip("Planned" if label == "Active" else label, "info" if label == "Active" else tone)


def datebox(key: str) -> None:
    named = words.occurrence(key[:10])
    with box("datebox"):
        text(named.split()[2], "m")
        text(str(int(key[8:10])), "d")

"""What a customer has, as cards for the staff who help them: each the newest few, and more on demand."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeAlias, TypeVar

from nicegui import ui

from care.models.common import Page
from care.models.conversation import Conversation
from care.models.order import Order
from care.models.refund import Refund
from care.models.subscription import Subscription
from ui import live
from ui.language import _
from ui.parts import words
from ui.parts.elements import box, card, chip, link, text
from ui.parts.pages import Pages
from ui.visit import Visit

T = TypeVar("T")
Row: TypeAlias = Callable[[T], None]
_FEW = 5


async def orders_card(visit: Visit, customer_id: str) -> None:
    def row(order: Order) -> None:
        with box("row-still"), box("stack grow"):
            with box("line between wraps"):
                text(f"{order.order_id} · {words.money(order.total)}", "strong small")
                with box("options"):
                    if order.trace and order.trace.status == "open":
                        with link("/ui/parcels"):
                            chip(_("Parcel searched for"), "warn")
                    chip(*words.order_state(order.status))
            text(", ".join(words.pieces(i.quantity, i.name) for i in order.items), "small wrap")
            placed = words.day(order.placed_at.date(), today=visit.today())
            text(f"{placed} · {words.payment_state(order.payment.status)}", "mute small")

    orders = visit.services.stores.orders
    whose, title, none = (customer_id, "orders"), _("Orders"), _("No orders.")
    await _card(whose, title, none, lambda c: orders.page(customer_id, limit=_FEW, cursor=c), row)


async def refunds_card(visit: Visit, customer_id: str) -> None:
    def row(refund: Refund) -> None:
        with link(f"/ui/desk/{refund.refund_id}", "row-link"), box("stack grow"):
            with box("line between wraps"):
                text(f"{refund.refund_id} · {words.money(refund.amount)}", "strong small")
                chip(*words.refund_state(refund.status))
            asked = words.day(refund.created_at.date(), today=visit.today())
            text(f"{asked} · {refund.order_id} · {words.reason(refund.reason)}", "mute small wrap")

    refunds = visit.services.stores.refunds
    whose, title, none = (customer_id, "refunds"), _("Refunds"), _("No refunds.")
    await _card(whose, title, none, lambda c: refunds.page(customer_id, limit=_FEW, cursor=c), row)


async def subscriptions_card(visit: Visit, customer_id: str) -> None:
    def row(subscription: Subscription) -> None:
        with box("row-still"), box("stack grow"):
            with box("line between wraps"):
                text(subscription.subscription_id, "strong small")
                chip(*words.subscription_state(subscription.status))
            text(words.what(subscription), "small wrap")
            said = [words.rhythm(subscription)]
            if subscription.next_delivery:
                day = words.occurrence(subscription.next_delivery, today=visit.today())
                said.append(_("next delivery {day}", day=day))
            text(" · ".join(said), "mute small")

    subscriptions = visit.services.stores.subscriptions
    whose, title, none = (customer_id, "subscriptions"), _("Subscriptions"), _("No subscriptions.")
    await _card(whose, title, none, lambda c: subscriptions.page(customer_id, limit=_FEW, cursor=c), row)


async def conversations_card(visit: Visit, customer_id: str) -> None:
    def row(talk: Conversation) -> None:
        with link(f"/ui/conversations/{talk.conversation_id}", "row-link"), box("stack grow"):
            with box("line between wraps"):
                text(talk.title, "strong small wrap grow")
                chip(_("With a colleague"), "warn") if talk.handed_off else chip(_("With the assistant"))
            text(f"{words.moment(talk.updated_at, visit.zone)} UTC", "mute small")

    talks = visit.services.stores.conversations
    whose, title, none = (customer_id, "conversations"), _("Conversations"), _("No conversations.")
    await _card(whose, title, none, lambda c: talks.page(customer_id, limit=_FEW, cursor=c), row)


async def _card(
    whose: tuple[str, str], title: str, none: str, read: Callable[[str | None], Awaitable[Page[T]]], row: Row[T]
) -> None:
    """Kept up to date: `whose` is the customer, and the kind of change after which it is read again."""
    pages = Pages(read)

    def rows(items: list[T]) -> None:
        with box("rows", tag="ul"):
            for item in items:
                with box(tag="li"):
                    row(item)

    @ui.refreshable
    def shown() -> None:
        if pages.items:
            pages.draw(rows)
        else:
            text(none, "mute")

    async def redraw() -> None:
        await pages.first()
        shown.refresh()

    customer_id, kind = whose
    async with live.follow(customer_id, {kind}, redraw):
        await pages.first()
        with card(title):
            shown()

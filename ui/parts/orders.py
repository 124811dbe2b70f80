"""An order as a card: its way as a track, its items, what can be done with it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from zoneinfo import ZoneInfo

from care.models.order import Order, OrderStatus, PaymentStatus
from ui.parts import words
from ui.parts.elements import box, button, card, chip, text
from ui.visit import Visit

_WAY = (OrderStatus.PENDING, OrderStatus.SHIPPED, OrderStatus.DELIVERED)
_STOPS = ("Ordered", "On its way", "Delivered")


def track(order: Order) -> None:
    """Three stops; a cancelled order has no way."""
    if order.status is OrderStatus.CANCELLED:
        return
    reached = _WAY.index(order.status)
    with box("track", tag="ol", name=f"State: {words.order_state(order.status)[0]}"):
        for n, stop in enumerate(_STOPS):
            text(stop, "done" if n <= reached else "", tag="li")


def lines(order: Order) -> None:
    for item in order.items:
        with box("line between top small"):
            text(words.pieces(item.quantity, item.name), "wrap")
            text(str(item.price * item.quantity))
    if order.shipping.amount:
        with box("line between small mute"):
            text("Shipping")
            text(str(order.shipping))


def order_card(
    visit: Visit,
    order: Order,
    *,
    report: Callable[[Order], Awaitable[None]],
    cancel: Callable[[Order], Awaitable[None]],
) -> None:
    label, tone = words.order_state(order.status)
    with card() as element:
        element.props["id"] = order.order_id
        with box("line between wraps"):
            with box("stack"):
                text(
                    words.day(
                        order.placed_at.astimezone(ZoneInfo(visit.zone)).date(),
                        today=visit.today(),
                    ),
                    tag="h2",
                )
                text(order.order_id + (" · subscription" if order.subscription_id else ""), "mute small wrap")
            chip(label, tone)
        track(order)
        with box("stack"):
            lines(order)
        with box("line between wraps"):
            with box("stack"):
                text(f"Total {order.total}", "strong")
                text(_money(order), "mute small")
            with box("line"):
                if order.status is OrderStatus.PENDING:
                    button("Cancel", lambda: cancel(order), look="flat")
                if order.status in (OrderStatus.DELIVERED, OrderStatus.SHIPPED):
                    button("Report a problem", lambda: report(order), symbol="report_problem", look="outline")


def _money(order: Order) -> str:
    said = [words.payment_state(order.payment.status)]
    if order.refunded.amount and order.payment.status is not PaymentStatus.REFUNDED:
        said.append(f"{order.refunded} paid back")
    if order.reserved.amount:
        said.append(f"{order.reserved} in an open refund")
    return " · ".join(said)

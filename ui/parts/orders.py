"""An order as a card: its way as a track, its items, what can be done with it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from care.models.order import Order, OrderStatus, PaymentStatus
from care.models.refund import Refund
from care.rules.parcels import expected_in
from ui.language import _
from ui.parts import refund_words, words
from ui.parts.elements import box, button, card, chip, icon, link, link_button, text
from ui.visit import Visit

Act = Callable[[Order], Any]
_UNPAID = {PaymentStatus.PENDING, PaymentStatus.FAILED}


@dataclass(frozen=True)
class Actions:
    """What a customer can do with an order; each opens its dialog."""

    report: Act
    cancel: Act
    readdress: Act
    pay: Act


def stops(order: Order) -> list[tuple[str, datetime | None, bool]]:
    """The way of an order: each stop, when it was reached (None where nobody has said), and whether it was."""
    ordered = (_("Ordered"), order.placed_at, True)
    if order.status is OrderStatus.CANCELLED:
        return [ordered, (_("Cancelled"), None, True)]
    sent = order.status is not OrderStatus.PENDING
    arrived = order.status is OrderStatus.DELIVERED
    return [ordered, (_("On its way"), order.shipped_at, sent), (_("Delivered"), order.delivered_at, arrived)]


def track(visit: Visit, order: Order) -> None:
    state = words.order_state(order.status)[0]
    ended = " ended" if order.status is OrderStatus.CANCELLED else ""
    with box(f"track{ended}", tag="ol", name=_("State: {state}", state=state)):
        for label, at, reached in stops(order):
            with box("done" if reached else "", tag="li"):
                text(label, tag="span")
                if at and reached:
                    text(_day(visit, at), "when", tag="span")


def lines(order: Order) -> None:
    for item in order.items:
        with box("line between top small"):
            text(words.pieces(item.quantity, item.name), "wrap")
            text(words.money(item.price * item.quantity), "amount")
    if order.shipping.amount:
        with box("line between small mute"):
            text(_("Shipping"))
            text(words.money(order.shipping), "amount")


def order_card(visit: Visit, order: Order, refunds: list[Refund], actions: Actions) -> None:
    """`refunds` are those of this order, newest first."""
    with card() as element:
        element.props["id"] = order.order_id
        with box("line between top"):
            with box("stack"):
                text(_day(visit, order.placed_at), tag="h2")
                text(order.order_id, "mute small wrap")
            chip(*words.order_state(order.status))
        track(visit, order)
        _parcel(visit, order)
        with box("stack"):
            lines(order)
        with box("line between top"):
            text(_("Total {amount}", amount=words.money(order.total)), "strong")
            text(" · ".join(_money(order)), "mute small to-end")
        _facts(order, actions)
        _refunds(refunds)
        _can(order, actions)


def unpaid(order: Order) -> bool:
    """Whether it waits for its payment: until then nothing is sent."""
    return order.status is OrderStatus.PENDING and order.payment.status in _UNPAID and order.total.amount > 0


def expected(visit: Visit, order: Order) -> str:
    """When the parcel is expected; empty where nobody has said."""
    window = expected_in(order)
    if window is None:
        return ""
    earliest, latest = (words.day(each, today=visit.today()) for each in (window.earliest, window.latest))
    if earliest == latest:
        return _("Expected on {day}", day=earliest)
    return _("Expected between {earliest} and {latest}", earliest=earliest, latest=latest)


def _parcel(visit: Visit, order: Order) -> None:
    """What is known of it beyond the track."""
    if coming := expected(visit, order):
        _line("event", coming)
    if order.trace is None:
        return
    if order.trace.status == "open":
        since = _day(visit, order.trace.opened_at)
        _line("travel_explore", _("We have been looking for this parcel with the carrier since {day}.", day=since))
    else:
        _line("travel_explore", _("We looked for this parcel: {note}", note=order.trace.note))


def _facts(order: Order, actions: Actions) -> None:
    open_still = order.status in (OrderStatus.PENDING, OrderStatus.SHIPPED)
    if order.address and open_still:
        _line("home", _("To {address}", address=order.address))
    if order.subscription_id:
        with link("/ui/planner", "line small"):
            icon("event_repeat", "18px")
            text(_("From your subscription {subscription}", subscription=order.subscription_id), "wrap", tag="span")
    if unpaid(order):
        with box("banner warn", name=_("It waits for its payment")).props("role=group"):
            icon("credit_card_off")
            text(_("It is sent as soon as it is paid."), "grow wrap")
            if order.subscription_id:  # it is paid as its subscription is
                link_button(_("Change the payment"), "/ui/planner", look="flat dense")
            else:
                button(_("Pay now"), lambda: actions.pay(order), look="flat dense")


def _refunds(refunds: list[Refund]) -> None:
    """One tap to what is open for it; else to what became of the newest."""
    waiting = [each for each in refunds if not each.status.is_settled]
    for refund in waiting or refunds[:1]:
        with link(f"/ui/refunds?case={refund.refund_id}#{refund.refund_id}", "row-link boxed small"):
            icon("currency_exchange")
            with box("stack grow"):
                text(_("Refund {refund}", refund=refund.refund_id), "strong wrap", tag="span")
                text(words.money(refund.approved or refund.amount), "mute", tag="span")
            chip(*refund_words.state(refund))
            icon("chevron_right")


def _can(order: Order, actions: Actions) -> None:
    pending = order.status is OrderStatus.PENDING
    arrives = order.status in (OrderStatus.DELIVERED, OrderStatus.SHIPPED)
    if not (pending or arrives):
        return
    with box("line end wraps"):
        if pending:
            button(_("Cancel"), lambda: actions.cancel(order), look="flat")
            button(
                _("Change the address"), lambda: actions.readdress(order), symbol="edit_location_alt", look="outline"
            )
        if arrives:
            button(_("Report a problem"), lambda: actions.report(order), symbol="report_problem", look="outline")


def _money(order: Order) -> list[str]:
    is_over = order.status is OrderStatus.CANCELLED and order.payment.status in _UNPAID
    said = [_("Nothing to pay") if is_over else words.payment_state(order.payment.status)]
    if order.refunded.amount and order.payment.status is not PaymentStatus.REFUNDED:
        said.append(_("{amount} paid back", amount=words.money(order.refunded)))
    if order.reserved.amount:
        said.append(_("{amount} in an open refund", amount=words.money(order.reserved)))
    return said


def _line(symbol: str, said: str) -> None:
    with box("line top small"):
        icon(symbol, "18px")
        text(said, "grow wrap")


def _day(visit: Visit, at: datetime) -> str:
    return words.day(at.astimezone(ZoneInfo(visit.zone)).date(), today=visit.today())

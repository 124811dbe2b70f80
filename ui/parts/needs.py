"""What needs the customer: each a sentence, and one tap to where it is done. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from care.models.notification import Notification
from care.models.order import Order
from care.models.refund import Refund
from care.models.subscription import Subscription
from ui.language import _
from ui.parts import words
from ui.parts.notices import target
from ui.parts.orders import unpaid
from ui.parts.refund_asks import needed
from ui.parts.words import Tone

_ANSWERED = "conversation_answered"


@dataclass(frozen=True)
class Need:
    symbol: str
    told: str
    link: str
    tone: Tone = "warn"


def of_refund(refund: Refund) -> Need | None:
    """A photo that is asked for, or store credit that is offered."""
    told = needed(refund)
    if told is None:
        return None
    symbol = "account_balance_wallet" if refund.offered else "add_a_photo"
    return Need(symbol, told, f"/ui/refunds?case={refund.refund_id}#{refund.refund_id}")


def of_subscription(subscription: Subscription) -> Need | None:
    """A payment that was declined. What is only out of stock needs nobody."""
    overdue = subscription.overdue
    if overdue is None or overdue.why != "payment":
        return None
    told = _("Your payment for {items} was declined. Please choose how to pay.", items=words.what(subscription))
    return Need("credit_card_off", told, "/ui/planner", "bad")


def of_order(order: Order) -> Need | None:
    """An order of its own that waits for its payment; a subscription's is paid as that is."""
    if not unpaid(order) or order.subscription_id:
        return None
    told = _(
        "Your order {order} waits for its payment of {amount}.",
        order=order.order_id,
        amount=words.money(order.total),
    )
    return Need("credit_card_off", told, f"/ui/orders?order={order.order_id}#{order.order_id}")


def of_notice(notice: Notification) -> Need | None:
    """An answer of a colleague that nobody has read."""
    if notice.kind != _ANSWERED or notice.read_at is not None:
        return None
    return Need("forum", _("A colleague has answered you in the chat."), target(notice), "info")


def needs(
    refunds: Iterable[Refund],
    subscriptions: Iterable[Subscription],
    orders: Iterable[Order],
    notices: Iterable[Notification],
) -> list[Need]:
    """The most pressing first; the same thing once."""
    found = [
        *map(of_subscription, subscriptions),
        *map(of_refund, refunds),
        *map(of_order, orders),
        *map(of_notice, notices),
    ]
    return list(dict.fromkeys(need for need in found if need))

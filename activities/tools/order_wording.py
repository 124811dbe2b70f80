"""How an order, its money and its changes are said to a customer."""

from __future__ import annotations

from collections.abc import Sequence

from activities.tools.wording import day, things
from care.models.customer import StoredMethod
from care.models.money import Money
from care.models.order import Order, OrderLine, OrderStatus, PaymentStatus, Window
from care.models.order_change import OrderChange
from care.models.tracking import Tracking
from care.rules import order_questions
from care.rules.order_changes import pieces_of
from care.rules.words import means_newest


def told(order: Order, tracking: Tracking, asked: str, timezone: str) -> str:
    """Where the order is, and what else of it was asked for."""
    newest = "latest " if means_newest(asked) else ""
    said = [f"Your {newest}order {order.order_id} ({things(order.items)}) {standing(order, tracking, timezone)}"]
    if order_questions.asks_for_events(asked) and order.shipped_at:
        said.append(f"It left us on {day(order.shipped_at, timezone)}.")
    if order_questions.asks_when(asked) and tracking.expected is None:
        said.append(not_expected(order))
    if order_questions.asks_what_is_in_it(asked):
        said.append(contents(order.items))
    if order_questions.asks_what_it_cost(asked):
        said.append(money(order))
    if order_questions.asks_where_to(asked) and order.address:
        over = order.status in (OrderStatus.DELIVERED, OrderStatus.CANCELLED)
        said.append(f"Its address is {order.address}." if over else f"It will go to {order.address}.")
    return " ".join(part for part in said if part)


def standing(order: Order, tracking: Tracking, timezone: str) -> str:
    """ "was placed on 3 March 2026 and is on its way to you." """
    placed = day(order.placed_at, timezone)
    match order.status:
        case OrderStatus.PENDING:
            where = f"was placed on {placed} and is being prepared."
        case OrderStatus.SHIPPED:
            where = f"was placed on {placed} and is on its way to you."
        case OrderStatus.DELIVERED if order.delivered_at:
            where = f"was delivered on {day(order.delivered_at, timezone)}."
        case OrderStatus.DELIVERED:
            where = "was delivered."
        case OrderStatus.CANCELLED:
            where = f"was placed on {placed} and has been cancelled."
    when = f" {expected(tracking.expected)}" if tracking.expected else ""
    return f"{where}{when}{_traced(order)}"


def _traced(order: Order) -> str:
    trace = order.trace
    if trace is None:
        return ""
    if trace.status == "open":
        return f" Its parcel is being traced ({trace.trace_id})."
    return f" It was traced: {trace.note}"


def expected(window: Window) -> str:
    if window.earliest == window.latest:
        return f"It is planned for {day(window.latest)}."
    return f"It is expected between {day(window.earliest)} and {day(window.latest)}."


def not_expected(order: Order) -> str:
    """What to say to "when?" where nobody knows."""
    if order.status is OrderStatus.PENDING:
        return "It has not been sent yet, and I have no delivery date for it."
    return "I have no delivery date for it." if order.status is OrderStatus.SHIPPED else ""


def money(order: Order) -> str:
    match order.payment.status:
        case PaymentStatus.PAID if order.refunded.amount:
            return f"You paid {order.total} for it, and {order.refunded} has gone back to you."
        case PaymentStatus.PAID:
            return f"You paid {order.total} for it{_shipping(order)}."
        case PaymentStatus.REFUNDED:
            return f"You paid {order.total} for it, and it was paid back."
        case PaymentStatus.PENDING | PaymentStatus.FAILED:
            return f"It comes to {order.total}{_shipping(order)} and is yet to be paid."


def _shipping(order: Order) -> str:
    return f", {order.shipping} of it for shipping" if order.shipping.amount else ""


def contents(lines: Sequence[OrderLine]) -> str:
    """ "It holds 2 x Amul Milk 1L at €1.20 each and Potato Chips at €2.00." """
    said = [
        f"{line.quantity} x {line.name} at {line.price} each" if line.quantity > 1 else f"{line.name} at {line.price}"
        for line in lines
    ]
    return f"It holds {joined(said)}."


def joined(parts: Sequence[str]) -> str:
    *head, last = parts
    return f"{', '.join(head)} and {last}" if head else last


def holding(change: OrderChange) -> str:
    """ "3 x Amul Milk 1L (was 1) and Potato Chips, without Whey Protein": the order as it will be."""
    was, will = pieces_of(change.before), pieces_of(change.items)
    names = {line.sku: line.name for line in [*change.before, *change.items]}
    kept = joined([_counted(names[sku], count, was[sku]) for sku, count in will.items()])
    gone = [names[sku] for sku in was if sku not in will]
    return f"{kept}, without {joined(gone)}" if gone else kept


def _counted(name: str, count: int, before: int) -> str:
    said = f"{count} x {name}" if count > 1 or before > 1 else name
    if count == before:
        return said
    return f"{said} (was {before})" if before else f"{said} (new)"


def money_moves(change: OrderChange, before: Money, method: str) -> str:
    """What the change of items does to the customer's money; `method` is what would be charged."""
    if change.charge:
        return f"new total {change.total}: {change.charge} more will be charged to {method}"
    if change.repay:
        return f"new total {change.total}: {before - change.total} goes back the way you paid"
    return f"total still {change.total}" if before == change.total else f"new total {change.total}"


def said_method(method: StoredMethod | None) -> str:
    """ "your usual payment method", "Visa ending in 4242"."""
    label = method.label if method else "Your usual payment method"
    return label[:1].lower() + label[1:] if label.startswith("Your ") else label

"""What a change of an order comes to: the lines afterwards, the new total, and the money that moves. Pure.

Pieces that stay keep the price of the order; pieces that are added cost today's. Shipping stays as it is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from care.errors import Conflict, Invalid
from care.models.money import Money
from care.models.order import Order, OrderLine, PartPayment, PaymentStatus, Product
from care.models.order_change import ChangeItems, ChangePayment, ChangeStatus, OrderChange
from care.models.subscription import Item
from care.rules.order_changes import pieces_of, total_of
from care.rules.order_payments import give_back

MOST = 1000  # pieces of one product


def lines_after(order: Order, items: Sequence[Item], products: Mapping[str, Product]) -> list[OrderLine]:
    """The order's lines once it holds exactly `items`. Raises Conflict for nothing left or nothing new, Invalid for
    what the shop does not sell, not in this currency, or not in such a number."""
    wanted = pieces_of(items)
    if not wanted:
        raise Conflict(f"Nothing would be left of order {order.order_id}: cancel it instead.")
    if wanted == pieces_of(order.items):
        raise Conflict(f"Order {order.order_id} holds exactly that already.")
    lines = []
    for line in order.items:
        kept = min(line.quantity, wanted[line.sku])
        wanted[line.sku] -= kept
        if kept:
            lines.append(line.model_copy(update={"quantity": kept}))
    for sku, count in (+wanted).items():
        lines = _added(order, lines, _sold(order, sku, products), count)
    return lines


def _sold(order: Order, sku: str, products: Mapping[str, Product]) -> Product:
    product = products.get(sku)
    if product is None:
        raise _invalid(f"We do not sell {sku}.")
    if product.price.currency != order.total.currency:
        raise _invalid(
            f"{product.name} is sold in {product.price.currency}, "
            f"and order {order.order_id} is in {order.total.currency}: please order it on its own."
        )
    return product


def _added(order: Order, lines: list[OrderLine], product: Product, count: int) -> list[OrderLine]:
    if sum(line.quantity for line in lines if line.sku == product.sku) + count > MOST:
        raise _invalid(f"An order holds at most {MOST} of {product.name}.")
    for n, line in enumerate(lines):
        if (line.sku, line.price) == (product.sku, product.price):
            more = line.model_copy(update={"quantity": line.quantity + count})
            return [*lines[:n], more, *lines[n + 1 :]]
    new = OrderLine(sku=product.sku, name=product.name, quantity=count, price=product.price, category=product.category)
    return [*lines, new]


def change_of_items(
    order: Order, wish: ChangeItems, products: Mapping[str, Product], change_id: str, at: datetime
) -> OrderChange:
    """What will be done. Raises as `lines_after`, and Conflict where the new total is not the one that was shown."""
    lines = lines_after(order, wish.items, products)
    total = total_of(lines, order.shipping)
    if wish.total is not None and wish.total != total:
        raise Conflict(f"The new total would now be {total}, not {wish.total}: nothing was changed.")
    paid = order.payment.status is PaymentStatus.PAID
    more = total - order.total if paid and order.total < total else None
    less = give_back(order, order.total - total) if paid and total < order.total else []
    return OrderChange(
        change_id=change_id,
        order_id=order.order_id,
        customer_id=order.customer_id,
        kind="items",
        status=_first(more, less),
        before=order.items,
        items=lines,
        total=total,
        charge=more,
        payment_method=wish.payment_method,
        repay=less,
        at=at,
    )


def change_of_payment(order: Order, wish: ChangePayment, change_id: str, at: datetime) -> OrderChange:
    return OrderChange(
        change_id=change_id,
        order_id=order.order_id,
        customer_id=order.customer_id,
        kind="payment",
        status=ChangeStatus.CHARGING,
        before=order.items,
        items=order.items,
        total=order.total,
        charge=order.total,
        payment_method=wish.payment_method,
        at=at,
    )


def _first(more: Money | None, less: list[PartPayment]) -> ChangeStatus:
    if more:
        return ChangeStatus.CHARGING
    return ChangeStatus.REPAYING if less else ChangeStatus.DONE


def _invalid(detail: str) -> Invalid:
    return Invalid(detail, fields={"items": detail})

"""Changing the items or the payment of an order: what may be changed, the lines afterwards, and the money. Pure.

Pieces that stay keep the price of the order; pieces that are added cost today's. Shipping stays as it is.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from care.errors import Conflict, Invalid, OutOfStock, PaymentDeclined
from care.models.money import Money
from care.models.order import Order, OrderLine, OrderStatus, PartPayment, Payment, PaymentStatus, Product
from care.models.order_change import ChangeItems, ChangePayment, ChangeStatus, OrderChange
from care.models.subscription import Item, Subscription

MOST = 1000  # pieces of one product


def check_pending(order: Order) -> None:
    """Raises Conflict once the order is on its way or at its end."""
    if order.status is not OrderStatus.PENDING:
        raise Conflict(f"Order {order.order_id} is {order.status}: only pending orders can be cancelled or changed.")


def check_items_may_change(order: Order, subscription: Subscription | None) -> None:
    """Raises Conflict with the reason. `subscription` is the one that the order is a delivery of."""
    check_pending(order)
    id_, unpaid = order.order_id, order.payment.status in (PaymentStatus.PENDING, PaymentStatus.FAILED)
    if subscription and (subscription.prepaid or subscription.paid):
        raise Conflict(f"Order {id_} is a delivery of a prepaid term, which comes as it was paid.")
    if subscription and unpaid:
        raise Conflict(f"Order {id_} is a delivery that is about to be paid: its items can be changed after that.")
    if order.payment.status is PaymentStatus.REFUNDED or order.refunded.amount:
        raise Conflict(f"Money for order {id_} has gone back already, so its items can no longer be changed.")
    if order.reserved.amount:
        raise Conflict(f"Order {id_} has an open refund: withdraw that first, or wait for its end.")
    if not order.total.amount or order.total != total_of(order.items, order.shipping):
        raise Conflict(f"Order {id_} has a price of its own (a replacement or a voucher): please ask a person.")


def check_payment_may_change(order: Order) -> None:
    """Raises Conflict with the reason."""
    check_pending(order)
    if order.payment.status in (PaymentStatus.PAID, PaymentStatus.REFUNDED):
        raise Conflict(f"Order {order.order_id} is paid already, so its payment method can no longer be changed.")
    if order.subscription_id:
        raise Conflict(
            f"Order {order.order_id} is paid by subscription {order.subscription_id}: "
            "give that another payment method, and it is tried again at once."
        )
    if not order.total.amount:
        raise Conflict(f"Order {order.order_id} costs nothing, so there is nothing to pay.")


def check_not_under_way(order: Order, known: str | None) -> None:
    """`known` is what the gateway says of a payment for an unpaid order. Raises Conflict where money moves already."""
    if known == "succeeded":
        raise Conflict(f"A payment for order {order.order_id} has arrived already, though the order does not show it.")
    if known == "pending":
        raise Conflict(f"A payment for order {order.order_id} waits for the bank: please try again once it is decided.")


def pieces_of(lines: Iterable[OrderLine | Item]) -> Counter[str]:
    pieces: Counter[str] = Counter()
    for line in lines:
        pieces[line.sku] += line.quantity
    return pieces


def total_of(lines: Sequence[OrderLine], shipping: Money) -> Money:
    return sum((line.price * line.quantity for line in lines), start=shipping)


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


def check_stock(change: OrderChange, products: Mapping[str, Product]) -> None:
    """Raises OutOfStock where the shop has fewer than are added. Taking them is the store's, which looks again."""
    for sku, count in (pieces_of(change.items) - pieces_of(change.before)).items():
        product = products.get(sku)
        if product and product.stock < count:
            raise OutOfStock(f"{product.name} is out of stock: fewer than {count} are left.")


def check_made(change: OrderChange) -> None:
    """Raises PaymentDeclined or Conflict, with what became of the change, where it was not made."""
    match change.status:
        case ChangeStatus.DECLINED:
            raise PaymentDeclined(f"The payment of {change.charge} was declined: order {change.order_id} is unchanged.")
        case ChangeStatus.CHARGING:
            raise Conflict(
                f"The payment of {change.charge} waits for the bank: order {change.order_id} is changed once it comes."
            )
        case ChangeStatus.RETURNING | ChangeStatus.RETURNED:
            raise Conflict(
                f"Order {change.order_id} could no longer be changed when it was paid: your {change.charge} goes back."
            )


def _first(more: Money | None, less: list[PartPayment]) -> ChangeStatus:
    if more:
        return ChangeStatus.CHARGING
    return ChangeStatus.REPAYING if less else ChangeStatus.DONE


def give_back(order: Order, amount: Money) -> list[PartPayment]:
    """`amount` as parts of the payments that the order was paid with, the last one first."""
    parts = []
    for part in reversed(order.payment.added):
        piece = min(part.amount, amount)
        if piece.amount > 0:
            parts.append(part.model_copy(update={"amount": piece}))
            amount = amount - piece
    return [*parts, PartPayment(reference=order.payment.reference, amount=amount)] if amount.amount > 0 else parts


def payment_for(order: Order, amount: Money) -> str | None:
    """The reference of the payment that a refund of `amount` goes back to: the first that is large enough, if any."""
    added = sum((part.amount for part in order.payment.added), start=Money.zero(order.total.currency))
    if order.total - added < amount:
        return next((p.reference for p in order.payment.added if amount <= p.amount), order.payment.reference)
    return order.payment.reference


def payment_after(order: Order, change: OrderChange, reference: str | None) -> Payment:
    """How the order is paid once the change is made; `reference` is of what was charged for it."""
    payment = order.payment
    if change.kind == "payment":
        return Payment(status=PaymentStatus.PAID, reference=reference)
    if change.charge:
        added = [*payment.added, PartPayment(reference=reference, amount=change.charge)]
        return payment.model_copy(update={"added": added})
    back = {part.reference: part.amount for part in change.repay}
    rest = [
        part.model_copy(update={"amount": part.amount - back.get(part.reference, Money.zero(part.amount.currency))})
        for part in payment.added
    ]
    return payment.model_copy(update={"added": [part for part in rest if part.amount.amount]})


def may_apply(order: Order, change: OrderChange) -> bool:
    """Whether the change can still be made once its money is there."""
    if change.kind == "payment":
        return order.status is not OrderStatus.CANCELLED and order.payment.status is not PaymentStatus.PAID
    return order.status is OrderStatus.PENDING


def _invalid(detail: str) -> Invalid:
    return Invalid(detail, fields={"items": detail})

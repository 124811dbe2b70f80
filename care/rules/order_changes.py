"""Whether the items or the payment of an order may be changed, and what became of a change. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from care.errors import Conflict, OutOfStock, PaymentDeclined
from care.models.money import Money
from care.models.order import Order, OrderLine, OrderStatus, PaymentStatus, Product
from care.models.order_change import ChangeStatus, OrderChange
from care.models.subscription import Item, NamedItem, Subscription


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


def check_not_under_way(order: Order, known: str) -> None:
    """`known` is what the gateway says of a payment for an unpaid order. Raises Conflict where money moves already."""
    if known == "succeeded":
        raise Conflict(
            f"A payment for order {order.order_id} has arrived already, though the order does not show it: "
            "please tell us in the chat that you have paid, and we set it right."
        )
    if known == "pending":
        raise Conflict(f"A payment for order {order.order_id} waits for the bank: please try again once it is decided.")


def pieces_of(lines: Iterable[OrderLine | Item | NamedItem]) -> Counter[str]:
    pieces: Counter[str] = Counter()
    for line in lines:
        pieces[line.sku] += line.quantity
    return pieces


def total_of(lines: Sequence[OrderLine], shipping: Money) -> Money:
    return sum((line.price * line.quantity for line in lines), start=shipping)


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


def may_apply(order: Order, change: OrderChange) -> bool:
    """Whether the change can still be made once its money is there."""
    if change.kind == "payment":
        return order.status is not OrderStatus.CANCELLED and order.payment.status is not PaymentStatus.PAID
    return order.status is OrderStatus.PENDING

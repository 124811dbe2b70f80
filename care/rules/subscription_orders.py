"""The order of one planned delivery. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from care.models.customer import Address
from care.models.money import Money
from care.models.order import Order, OrderLine, OrderStatus, Payment, PaymentStatus, Product
from care.models.subscription import NamedItem, PaidTerm, Step, Subscription
from care.rules.prepaid import Paying
from care.rules.subscription import items_of, way_of
from care.rules.subscription_notices import order_id


def order_of(
    subscription: Subscription, step: Step, at: datetime, products: Mapping[str, Product], address: Address | None
) -> Order:
    """With today's products, all of which must be known. What its term has paid is placed as paid."""
    paid = subscription.paid if way_of(subscription, step) is Paying.BY_TERM else None
    lines = _lines(subscription, step, products, paid)
    free = Money.zero(lines[0].price.currency)  # shipping is free for subscribers
    return Order(
        order_id=order_id(subscription, step),
        customer_id=subscription.customer_id,
        status=OrderStatus.PENDING,
        items=lines,
        shipping=free,
        total=sum((line.price * line.quantity for line in lines), start=free),
        payment=Payment(status=PaymentStatus.PAID if paid else PaymentStatus.PENDING, reference=_reference(paid)),
        placed_at=at,
        address=address,
        subscription_id=subscription.subscription_id,
        occurrence=step.occurrence.key,
        refunded=free,
        reserved=free,
    )


def _reference(paid: PaidTerm | None) -> str | None:
    """Refunds of each of its orders go back to the payment of the term."""
    return paid.reference if paid else None


def _lines(
    subscription: Subscription, step: Step, products: Mapping[str, Product], paid: PaidTerm | None
) -> list[OrderLine]:
    if paid:
        return [_line(item, products[item.sku], item.price) for item in paid.items]
    items = items_of(subscription, step.occurrence.key)
    return [_line(item, products[item.sku], _price(item, products[item.sku])) for item in items]


def _line(item: NamedItem, product: Product, price: Money) -> OrderLine:
    return OrderLine(sku=item.sku, name=product.name, quantity=item.quantity, price=price, category=product.category)


def _price(item: NamedItem, product: Product) -> Money:
    """Today's, but no higher one than was announced."""
    same = product.price.currency == item.price.currency
    return min(product.price, item.price) if same else item.price

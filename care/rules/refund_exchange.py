"""An exchange: other items of the catalogue instead of what is given back, and the difference as money. Pure.

Integer minor units. The new items come out of what is given back; what is left of it is owed to the customer. They
never cost more than that: nothing is charged in a refund.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from care.errors import NotEligible
from care.models.money import Money
from care.models.order import OrderLine, Product
from care.models.refund import Refund, Remedy
from care.models.subscription import Item


def exchanged(
    wanted: Sequence[Item], products: Mapping[str, Product], given_back: Money, remedy: Remedy
) -> list[OrderLine]:
    """The new items at the prices of this moment, one line a product; `products` are by SKU.

    Raises NotEligible whose `rule` is "exchange_remedy", "exchange_item", "exchange_currency", "exchange_worth" or
    "exchange_stock".
    """
    if remedy is not Remedy.REPLACEMENT:
        raise NotEligible("Other items can be chosen only with the remedy replacement.", rule="exchange_remedy")
    pieces: Counter[str] = Counter()
    for item in wanted:
        pieces[item.sku] += item.quantity
    for sku in pieces:
        if sku not in products:
            raise NotEligible(f"We do not sell {sku}; please choose another item.", rule="exchange_item")
        if products[sku].price.currency != given_back.currency:
            sold = f"{products[sku].name} is sold in {products[sku].price.currency}"
            raise NotEligible(f"{sold}, and this order was paid in {given_back.currency}.", rule="exchange_currency")
    _check_worth(pieces, products, given_back)
    for sku, count in pieces.items():
        if products[sku].stock < count:
            left = f"There are {products[sku].stock} of {products[sku].name} left, not {count}"
            raise NotEligible(f"{left}; please choose fewer or another item.", rule="exchange_stock")
    return [_line(products[sku], count) for sku, count in pieces.items()]


def _check_worth(pieces: Mapping[str, int], products: Mapping[str, Product], given_back: Money) -> None:
    # In whole numbers: what somebody asks for may be more than Money holds.
    cost = sum(products[sku].price.amount * count for sku, count in pieces.items())
    if cost > given_back.amount:
        why = f"The new items cost more than the {given_back} that is given back"
        raise NotEligible(f"{why}, and we charge nothing here; please choose less.", rule="exchange_worth")


def _line(product: Product, count: int) -> OrderLine:
    return OrderLine(sku=product.sku, name=product.name, quantity=count, price=product.price, category=product.category)


def worth(lines: Sequence[OrderLine]) -> Money:
    """What the new items come to. `lines` is not empty."""
    first, *rest = (line.price * line.quantity for line in lines)
    return sum(rest, start=first)


def owed(refund: Refund) -> Money:
    """What is paid in money: the difference of an exchange, nothing beside a replacement, else all that is approved."""
    whole = refund.approved or refund.amount
    if refund.exchange_for:
        return whole - worth(refund.exchange_for)
    return Money.zero(whole.currency) if refund.remedy is Remedy.REPLACEMENT else whole


def goods_due(refund: Refund) -> bool:
    """Whether the payout begins with goods that have not been sent yet."""
    return refund.remedy is Remedy.REPLACEMENT and refund.sent_as is None

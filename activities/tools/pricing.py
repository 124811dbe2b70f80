"""What items cost today, as a subscription agrees to them."""

from __future__ import annotations

from collections.abc import Sequence

from care.errors import Invalid
from care.models.money import Money
from care.models.subscription import Item, NamedItem
from care.rules.prepaid import cost
from care.stores import Stores


async def agreed_items(stores: Stores, items: Sequence[Item]) -> list[NamedItem]:
    """With today's names and prices. Raises Invalid for what is not sold, and for two currencies at once."""
    products = await stores.products.find([item.sku for item in items])
    if missing := [item.sku for item in items if item.sku not in products]:
        raise Invalid(f"There is no product {missing[0]}.")
    if len({product.price.currency for product in products.values()}) > 1:
        raise Invalid("These are sold in different currencies: please make them subscriptions of their own.")
    return [
        NamedItem(sku=i.sku, name=products[i.sku].name, quantity=i.quantity, price=products[i.sku].price) for i in items
    ]


async def price_each(stores: Stores, items: Sequence[Item]) -> Money:
    """Of one delivery. Raises Invalid, as above."""
    return cost(await agreed_items(stores, items))

"""Products in the chat: what the catalogue says, and no more than that."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from activities.tools.scene import PERSON, Scene
from care.models.dialogue import NamedSku, Outcome
from care.models.order import Product
from care.rules import phrases
from care.rules.product_asks import (
    asks_for_cheapest,
    asks_for_count,
    asks_for_dearest,
    asks_for_everything,
    of_kind,
    unsaid,
    within_price,
)
from care.rules.references import named_products
from care.stores import Stores

_MOST_LISTED = 6
_WHICH = "Which product do you mean?"
_NONE_SO_CHEAP = "We have nothing at that price."
_NO_MORE = "That is all that the catalogue says about it, and I would rather not guess."


class ProductTools:
    def __init__(self, stores: Stores) -> None:
        self._stores = stores

    async def serve(self, scene: Scene) -> Outcome:
        products = await self._stores.products.all()
        named = _named(scene, products)
        if asks_for_cheapest(scene.text) or asks_for_dearest(scene.text):
            pool = named or of_kind(scene.text, products) or products
            return _extreme(scene, pool) if len(pool) > 1 else _told(scene, pool)
        if named:
            return _told(scene, named)
        if asked := of_kind(scene.text, products):
            return _listed(scene, "We have", asked)
        if (affordable := within_price(scene.text, products)) is not None:
            return _listed(scene, "We have", affordable) if affordable else scene.reply(_NONE_SO_CHEAP)
        if asks_for_everything(scene.text):
            return _listed(scene, "We have", products)
        current = [p for p in products if p.sku == scene.state.slots.sku]
        # "Do you sell unicorns?" is not about what was talked of before.
        if current and not phrases.asks_for_range(scene.text):
            return _told(scene, current)
        first = "I do not find that among our products." if phrases.asks_for_range(scene.text) else _WHICH
        return _listed(scene, f"{first} We have", products)


def _named(scene: Scene, products: Sequence[Product]) -> list[Product]:
    catalogue = [NamedSku(sku=p.sku, name=p.name) for p in products]
    skus = named_products(scene.entities, scene.text, catalogue)
    return [p for p in products if p.sku in skus][:_MOST_LISTED]


def _told(scene: Scene, found: Sequence[Product]) -> Outcome:
    """Each product in a line; of several with one trait in question, the note stands once."""
    lines = [_described(p, count=asks_for_count(scene.text)) for p in found]
    if any(unsaid(scene.text, p) for p in found):
        lines.append(_NO_MORE)
    slots = scene.slots(sku=found[0].sku) if len(found) == 1 else {}
    return scene.reply("\n".join(lines), suggestions=_offers(found), **slots)


def _extreme(scene: Scene, pool: Sequence[Product]) -> Outcome:
    """The cheapest, or the dearest; those that are sold in another currency cannot be compared."""
    currency = pool[0].price.currency
    same = sorted((p for p in pool if p.price.currency == currency), key=lambda p: p.price.amount)
    found = same[0] if asks_for_cheapest(scene.text) else same[-1]
    word = "cheapest" if asks_for_cheapest(scene.text) else "most expensive"
    if len(same) == 2:
        word = "cheaper of the two" if asks_for_cheapest(scene.text) else "more expensive of the two"
    lines = [_described(p) for p in same] if len(same) == 2 else [_described(found)]
    slots: dict[str, Any] = scene.slots(sku=found.sku)
    return scene.reply("\n".join([f"{found.name} is the {word}.", *lines]), suggestions=_offers([found]), **slots)


def _listed(scene: Scene, start: str, found: Sequence[Product]) -> Outcome:
    some = ", ".join(f"{p.name} ({p.price})" for p in found[:_MOST_LISTED])
    more = " and more" if len(found) > _MOST_LISTED else ""
    return scene.reply(f"{start} {some}{more}.", suggestions=[*_offers(found[:2]), PERSON])


def _offers(found: Sequence[Product]) -> list[str]:
    return [f"Subscribe to {p.name}" for p in found if p.stock > 0]


def _described(product: Product, *, count: bool = False) -> str:
    stock = "in stock" if product.stock > 0 else "out of stock at the moment"
    left = f" ({product.stock} left)" if count and product.stock > 0 else ""
    about = f" {product.description}" if product.description else ""
    return f"{product.name} costs {product.price} and is {stock}{left}.{about}"

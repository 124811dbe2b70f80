"""What is asked about products: the cheapest, those of a kind, or a trait that the catalogue may not name. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from care.models.money import Money
from care.models.order import Product
from care.rules.spoken_money import money_in

_CHEAPEST = re.compile(r"\b(?:cheap(?:er|est)|lowest price|least expensive|less expensive|most affordable)\b", re.I)
_DEAREST = re.compile(r"\b(?:most expensive|dearest|priciest|highest price|more expensive)\b", re.I)
_UNDER = re.compile(r"\b(?:under|below|less than|up to|at most|no more than|cheaper than|max(?:imum)?)\b", re.I)
_COUNT = re.compile(r"\bhow many\b|\bhow much (?:stock|is left)\b|\bstock level\b", re.I)
_EVERYTHING = re.compile(
    r"\bwhat (?:(?:all|else|products?|items?|things) )?(?:do|can) (?:you|i) (?:guys )?"
    r"(?:sell|have|offer|stock|carry|buy|order)\b"
    r"|\b(?:catalogue|catalog|assortment|product (?:list|range)|all (?:the |your )?products|what(?:'s| is) available)",
    re.I,
)
# Traits that people ask about, by the stem under which a description would name them.
_TRAITS = re.compile(
    r"\b(allergen|allerg|gluten|lactose|vegan|vegetarian|halal|kosher|ingredient|contain|calori|sugar|salt|fat|protein"
    r"|carb|nutri|soy|peanut|nut|organic|warrant|guarantee|expir|shelf life|best before|origin|made (?:in|of|from)"
    r"|colou?r|size|dimension|weigh|heavy|waterproof|batter|assembl|material|plastic|recycl|dishwasher|microwave"
    r"|flavou?r|taste|pasteuri|raw|free[- ]range|fresh|frozen|brand|brew|grind|ground|caffein|baby|babies|pregnan)\w*",
    re.I,
)


def asks_for_cheapest(text: str) -> bool:
    return bool(_CHEAPEST.search(text))


def asks_for_dearest(text: str) -> bool:
    return bool(_DEAREST.search(text))


def asks_for_count(text: str) -> bool:
    return bool(_COUNT.search(text))


def asks_for_everything(text: str) -> bool:
    return bool(_EVERYTHING.search(text))


def of_kind(text: str, products: Sequence[Product]) -> list[Product]:
    """Those of a category that the message names ("dairy", "pet things")."""
    said = {_stem(word) for word in re.findall(r"[^\W\d_]+", text.casefold())}
    return [p for p in products if {_stem(word) for word in p.category.casefold().split()} & said - {"general"}]


def within_price(text: str, products: Iterable[Product]) -> list[Product] | None:
    """Those that cost at most what the message names; None where it names no limit."""
    if not _UNDER.search(text):
        return None
    return [p for p in products if any(_costs_at_most(p, limit) for limit in money_in(text, p.price.currency)[:1])]


def unsaid(text: str, product: Product) -> bool:
    """Whether a trait is asked about that the catalogue does not name for this product."""
    known = f"{product.name} {product.description} {product.category}".casefold()
    return any(trait.casefold() not in known for trait in _TRAITS.findall(text))


def _costs_at_most(product: Product, limit: Money) -> bool:
    return product.price.currency == limit.currency and product.price <= limit


def _stem(word: str) -> str:
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word

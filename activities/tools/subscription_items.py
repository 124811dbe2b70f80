"""The products that a subscription shall bring, after the words of the customer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from activities.tools.scene import Scene
from care.models.dialogue import NamedSku
from care.models.order import Product
from care.models.subscription import Item, NamedItem
from care.rules.item_wishes import Wished, wished
from care.rules.order_changes import pieces_of
from care.rules.references import choice_in

_MOST = 1000


def chosen_product(scene: Scene) -> str | None:
    """The SKU of the product that was picked among those that were offered."""
    choice = choice_in(scene.text, scene.state)
    return choice.id if choice and choice.kind == "product" else None


def items_for(pieces: Mapping[str, int]) -> list[Item]:
    return [Item(sku=sku, quantity=min(count, _MOST)) for sku, count in pieces.items()]


def wished_of(
    scene: Scene,
    text: str,
    quantity: int | None,
    held: Sequence[Item | NamedItem],
    products: Sequence[Product],
    shown: Sequence[Item] | None = None,
) -> Wished:
    """What `text` makes of what it brings (`held`) or of what was last `shown`. `quantity`: as the model read it."""
    catalogue = [NamedSku(sku=p.sku, name=p.name) for p in products]
    pieces, base, about = pieces_of(held), pieces_of(shown) if shown else None, chosen_product(scene)
    wish = wished(text, pieces, catalogue, base=base, about=about, replaces=True)
    if wish == Wished() and quantity:  # In another language only the model finds the number.
        return wished(f"make it {quantity}", pieces, catalogue, base=base, about=about)
    return wish

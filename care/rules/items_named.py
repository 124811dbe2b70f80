"""Which products a message names, and how many of each: what a new subscription shall bring. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from care.models.dialogue import NamedSku
from care.rules.entities import find_entities
from care.rules.references import named_products

_PARTS = re.compile(r"\b(?:and|plus|with|also)\b|[,;:&+\n]|\.\s", re.I)


class ItemsNamed(NamedTuple):
    """Pieces by SKU, None where no number was said; `unclear` are products of which one has to be chosen."""

    pieces: dict[str, int | None] = {}
    unclear: list[str] = []


def items_named(text: str, catalogue: Sequence[NamedSku], prefer: str | None = None) -> ItemsNamed:
    """What a message names, part by part. `prefer` settles which of several products that fit is meant."""
    names = [p.name for p in catalogue]
    pieces: dict[str, int | None] = {}
    unclear: list[str] = []
    left: list[int] = []
    for part in _PARTS.split(_without_sizes(text, names)):
        found = find_entities(part, names)
        skus = named_products(found, part, catalogue)
        skus = [sku for sku in skus if sku == prefer] or skus
        if len(skus) == 1:
            pieces[skus[0]] = found.quantity or pieces.get(skus[0])
        elif skus:
            unclear += skus
        elif found.quantity:
            left.append(found.quantity)
    if len(pieces) == 1 and left:  # "milk every Friday, 2 of them"
        pieces = {sku: quantity or left[0] for sku, quantity in pieces.items()}
    return ItemsNamed(pieces, list(dict.fromkeys(sku for sku in unclear if sku not in pieces)))


def _without_sizes(text: str, names: Sequence[str]) -> str:
    """The sizes in a name ("Eggs, 10") are no numbers of pieces."""
    for name in names:
        if any(c.isdigit() for c in name):
            text = re.sub(re.escape(name), re.sub(r"[\d,]\S*", "", name).strip(), text, flags=re.I)
    return text

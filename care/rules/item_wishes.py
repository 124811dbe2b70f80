"""Which products, and how many of each, a message asks for: of a new subscription, or of one that there is. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from typing import NamedTuple

from care.models.dialogue import NamedSku
from care.models.subscription import Item, NamedItem
from care.models.understanding import Entities
from care.rules.entities import find_entities
from care.rules.references import named_products

_PARTS = re.compile(r"\b(?:and|plus|with|also)\b|[,;:&+\n]|\.\s", re.I)
_FOR = re.compile(
    r"\b(?:swap|replace|exchange|switch|change)\b(?P<old>.+?)\b(?:for|with|to|by|into)\b(?P<new>.+)", re.I | re.S
)
_INSTEAD = re.compile(r"^(?P<new>.+?)\b(?:instead of|rather than)\b(?P<old>.+)", re.I | re.S)
_MORE = re.compile(
    r"\b(?:\d+|a|one|two|three|four|five|six) more\b|\bmore (?:of|bottles?|packs?|pieces?)\b"
    r"|\b(?:another|extra|additional)\b(?! (?:delivery|day|address|payment|card|method|one is))",
    re.I,
)
_FEWER = re.compile(r"\b(?:less|fewer)\b(?! (?:often|frequent))|\b(?:reduce|decrease|lower)\b.*\bby\b", re.I | re.S)
_ADD = re.compile(r"\b(?:add|include|also|as well|put in|añadir|agregar)\b|\bput\b.{1,30}\bin\b|\btoo\W*$|जोड़", re.I)
_REMOVE = re.compile(
    r"\b(?:remove|take|drop|without|delete|no more|leave out|cancel|stop|don'?t|do not|quitar)\b|हटा", re.I
)
_DOUBLE = re.compile(r"\b(?:double|twice as (?:much|many))\b", re.I)
_ONE = re.compile(r"\b(?:one|1)\b", re.I)
# "to my milk subscription" says which subscription is meant, and nothing of what it shall bring.
_OF_WHICH = re.compile(
    r"\b(?:to|from|in|into|of|on|out of|with)\s+(?:my|the|our|this|that)\s+[^,.;!?]{1,40}?"
    r"\b(?:subscriptions?|sub|deliver(?:y|ies)|plan|box)\b",
    re.I,
)
_STEPS = re.compile(r"\s*(?:[,;]|\.\s|\b(?:and|then|but)\b)\s*", re.I)
_HALF = re.compile(r"\bhal(?:f|ve)\b", re.I)


class ItemsNamed(NamedTuple):
    """Pieces by SKU, None where no number was said; `unclear` are products of which one has to be chosen."""

    pieces: dict[str, int | None] = {}
    unclear: list[str] = []


class ItemsWish(NamedTuple):
    """What a subscription shall bring after the change, None where nothing is said of it. `unclear`: as above."""

    items: list[Item] | None = None
    unclear: list[str] = []


def items_named(text: str, catalogue: Sequence[NamedSku], prefer: Collection[str] = ()) -> ItemsNamed:
    """What a message names, part by part. `prefer` settles which of several products that fit is meant."""
    names = [p.name for p in catalogue]
    pieces: dict[str, int | None] = {}
    unclear: list[str] = []
    left: list[int] = []
    for part in _PARTS.split(_without_sizes(text, names)):
        found = find_entities(part, names)
        skus = named_products(found, part, catalogue)
        skus = [sku for sku in skus if sku in prefer] or skus
        if len(skus) == 1:
            pieces[skus[0]] = found.quantity or pieces.get(skus[0])
        elif skus:
            unclear += skus
        elif found.quantity:
            left.append(found.quantity)
    if len(pieces) == 1 and left:  # "milk every Friday, 2 of them"
        pieces = {sku: quantity or left[0] for sku, quantity in pieces.items()}
    return ItemsNamed(pieces, list(dict.fromkeys(sku for sku in unclear if sku not in pieces)))


def items_wanted(
    text: str,
    found: Entities,
    current: Sequence[NamedItem],
    catalogue: Sequence[NamedSku],
    prefer: Collection[str] = (),
) -> ItemsWish:
    """What a running subscription shall bring: after "add", "remove", "swap ... for ...", "make it 2"."""
    names = {p.sku: p for p in catalogue} | {i.sku: NamedSku(sku=i.sku, name=i.name) for i in current}
    plain = _OF_WHICH.sub(" ", text)
    text = plain if items_named(plain, list(names.values()), prefer).pieces else text
    has = {item.sku: item.quantity for item in current}
    steps = _steps(text, list(names.values()))
    if not steps:
        return _wanted(text, found, has, names, prefer)
    wish = ItemsWish()
    for step in steps:
        wish = _wanted(step, find_entities(step), has, names, prefer)
        if wish.items is None:
            return wish
        has = {item.sku: item.quantity for item in wish.items}
    return wish


def _steps(text: str, products: Sequence[NamedSku]) -> list[str]:
    """ "Take the tea out and put chips in": clauses that each take something off or add it, one after the other."""
    clauses = [part for part in _STEPS.split(text) if part]
    adds = [bool(_ADD.search(part)) for part in clauses]
    removes = [bool(_REMOVE.search(part)) for part in clauses]
    named = all(items_named(part, products).pieces for part in clauses)
    each = named and all(a or r for a, r in zip(adds, removes, strict=True))
    return clauses if each and any(adds) and any(removes) else []


def _wanted(
    text: str, found: Entities, has: dict[str, int], names: dict[str, NamedSku], prefer: Collection[str]
) -> ItemsWish:
    own = [names[sku] for sku in has]
    others = [p for sku, p in names.items() if sku not in has]
    for pattern in (_FOR, _INSTEAD):
        if match := pattern.search(text):
            old, new = items_named(match["old"], own, prefer), items_named(match["new"], [*own, *others], prefer)
            if new.unclear and not new.pieces:
                return ItemsWish(unclear=new.unclear)
            fresh = {sku: n for sku, n in new.pieces.items() if sku not in has}
            if fresh and (old.pieces or len(has) == 1):
                return ItemsWish(_swapped(has, list(old.pieces) or list(has), fresh))
    here = items_named(text, own, prefer)
    more = items_named(text, others, [*prefer, *here.pieces]) if not here.pieces else ItemsNamed()
    if not here.pieces and not here.unclear and (more.pieces or more.unclear):
        return _of_others(text, has, more)
    if _ADD.search(text) and (others_too := items_named(text, [*own, *others], prefer)).pieces.keys() - has.keys():
        return _of_others(text, has, ItemsNamed({s: n for s, n in others_too.pieces.items() if s not in has}))
    return _of_own(text, found, has, here)


def _swapped(has: dict[str, int], old: list[str], new: dict[str, int | None]) -> list[Item]:
    stays = {sku: n for sku, n in has.items() if sku not in old}
    return _items(stays | {sku: n or has[old[0]] for sku, n in new.items()})


def _of_others(text: str, has: dict[str, int], named: ItemsNamed) -> ItemsWish:
    """Products that it does not bring yet: they come beside the others, or instead of the only one."""
    if named.unclear and not named.pieces:
        return ItemsWish(unclear=named.unclear)
    if len(has) == 1 and not (_ADD.search(text) or _MORE.search(text)):
        return ItemsWish(_swapped(has, list(has), named.pieces))
    return ItemsWish(_items(has | {sku: n or 1 for sku, n in named.pieces.items()}))


def _of_own(text: str, found: Entities, has: dict[str, int], here: ItemsNamed) -> ItemsWish:
    """Other numbers of what it brings already."""
    counted = bool(
        found.quantity or _MORE.search(text) or _FEWER.search(text) or _DOUBLE.search(text) or _HALF.search(text)
    )
    removes = bool(_REMOVE.search(text)) and bool(here.pieces)
    adds = bool(_ADD.search(text)) and bool(here.pieces)
    if not counted and not removes and not adds and not any(here.pieces.values()):
        return ItemsWish(unclear=here.unclear)
    skus = list(here.pieces) or ([] if len(has) > 1 else list(has))
    if not skus:
        return ItemsWish(unclear=here.unclear or list(has))
    said = found.quantity or (1 if removes and _ONE.search(text) else None)
    after = {sku: _count(text, has[sku], here.pieces.get(sku) or said, removes) for sku in skus}
    return ItemsWish(_items(has | after))


def _count(text: str, before: int, said: int | None, removes: bool) -> int:
    if _DOUBLE.search(text):
        return 2 * before
    if _HALF.search(text):
        return max(1, before // 2)
    if _MORE.search(text) or _ADD.search(text):
        return before + (said or 1)
    if _FEWER.search(text) or (removes and said and said < before):
        return max(0, before - (said or 1))
    return 0 if removes else said or before


def _items(pieces: dict[str, int]) -> list[Item]:
    return [Item(sku=sku, quantity=min(n, 1000)) for sku, n in pieces.items() if n > 0]


def _without_sizes(text: str, names: Sequence[str]) -> str:
    """The sizes in a name ("Eggs, 10") are no numbers of pieces."""
    for name in names:
        if any(c.isdigit() for c in name):
            text = re.sub(re.escape(name), re.sub(r"[\d,]\S*", "", name).strip(), text, flags=re.I)
    return text

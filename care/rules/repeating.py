"""What of a question a yes may repeat without changing it: what will be done, and all of it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from care.rules.product_names import products_in

# What is put right stands beside what it becomes: "from Ada to Bob", "2 x Milk (was 1)", "on (now off)".
_REPLACED = re.compile(
    r"\bfrom\b.+?(?=\bto\b)|\((?:was|now)\b[^)]*\)|\bshows\b.+?(?=\bbut\b)|\binstead of\b.+?(?=\bfrom\b)"
)
_IN_BRACKETS = re.compile(r"\([^)]*\)")


def repeatable(shown: str) -> str:
    """The question without what is replaced: "yes, Ada" is no yes to "Change the name from Ada to Bob?"."""
    return _REPLACED.sub(" ", shown)


def products_shown(shown: str, names: Iterable[str]) -> list[str]:
    """The products, of all `names`, that a question is about. What stands in brackets describes an order or a
    subscription, and is what it is about where nothing else is named."""
    new = repeatable(shown)
    return _named(_IN_BRACKETS.sub(" ", new), names) or _named(new, names)


def _named(text: str, names: Iterable[str]) -> list[str]:
    found = []
    for name in sorted(names, key=len, reverse=True):  # "Milk" is not named by "Milk Chocolate"
        if name in text:
            found.append(name)
            text = text.replace(name, " ")
    return found


def names_a_part(text: str, shown: Sequence[str]) -> bool:
    """Whether only some of the products that were shown are named: "yes, the chips" may mean these alone."""
    named = products_in(text, shown)
    return 0 < len(named) < len(shown)

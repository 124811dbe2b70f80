"""The words that several kinds of lines share: days, goods, amounts, ids; and what is said of a line that is wrong."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta

from care.models.money import Money
from care.models.order import Product

EUR = "EUR"


def _product(sku: str, name: str, cents: int, **given: object) -> Product:
    fields: dict[str, object] = {"sku": sku, "name": name, "price": Money(amount=cents, currency=EUR), "stock": 10**6}
    return Product.model_validate(fields | given)


# What the shop of the dialogues sells, by the word that the dialogues use for it.
CATALOGUE = {
    "milk": _product("AMUL-MILK-1L", "Amul Milk 1L", 149, category="perishable"),
    "whey": _product("WHEY-1KG", "Whey Protein", 2499),
    "chips": _product("CHIPS", "Potato Chips", 299),
    "kettle": _product("KETTLE", "Glass Kettle", 3990, description="Holds 1.7 litres; the lid is steel."),
    "tea": _product("TEA-GREEN", "Green Tea", 650),
    "honey": _product("HONEY", "Forest Honey", 890, stock=0),
}
_TOKEN = re.compile(r"\{(weekday )?(today|tomorrow|yesterday|in (\d+) days?|(\d+) days? ago)\}")
_ID = re.compile(r"\b(ORD|SUB|REF|EV)\d{3}\b")


class Wrong(Exception):
    """A line that does not say what it should. The message begins with "file:line:" once it leaves the parser."""

    @classmethod
    @contextmanager
    def at(cls, name: str, number: int) -> Iterator[None]:
        try:
            yield
        except cls as wrong:
            raise cls(f"{name}:{number}: {wrong}") from None


def goods(text: str) -> dict[str, int]:
    """ "2 x milk + chips" as pieces by product word."""
    pieces: dict[str, int] = {}
    for each in text.split(" + "):
        found = re.fullmatch(r"(?:(\d+) x )?(\w+)", each.strip())
        if found is None or found[2] not in CATALOGUE:
            raise Wrong(f"{each.strip()!r} is not sold here: write '2 x milk + chips', of {', '.join(CATALOGUE)}")
        pieces[found[2]] = int(found[1] or 1)
    return pieces


def money(text: str) -> Money:
    try:
        return Money.parse(text.removeprefix("€"), EUR)
    except ValueError:
        raise Wrong(f"{text!r} is no amount: write '€12.99'") from None


def id_of(text: str, *prefixes: str) -> str:
    found = _ID.fullmatch(text)
    if found is None or found[1] not in prefixes:
        raise Wrong(f"{text!r} is no id: write {' or '.join(f'{p}001' for p in prefixes)}")
    return text


def with_days(text: str, today: date, *, spoken: bool) -> str:
    """Puts real days for "{in 3 days}": as said to a customer ("29 November 2026") or as stored; "{weekday in 3 days}"
    is the name of that day."""

    def day(found: re.Match[str]) -> str:
        near = {"today": 0, "tomorrow": 1, "yesterday": -1}
        ahead = near[found[2]] if found[2] in near else int(found[3] or 0) - int(found[4] or 0)
        at = today + timedelta(days=ahead)
        if found[1]:
            return f"{at:%A}" if spoken else f"{at:%A}".lower()
        return f"{at.day} {at:%B %Y}" if spoken else at.isoformat()

    return _TOKEN.sub(day, text)


def check_days(text: str) -> str:
    """Raises Wrong for words in braces that name no day."""
    if re.search(r"\{[a-z]", _TOKEN.sub("", text)):
        raise Wrong("write days as {today}, {tomorrow}, {in 3 days}, {2 days ago} or {weekday in 3 days}")
    return text

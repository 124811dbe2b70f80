"""What a model says that a message names, as far as the conversation holds it: no id, number or date of its own.

Plain rules read the message too; a model only adds to what they find, or reads what they cannot. Pure.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

from care.brains.protocols import Utterance
from care.models.understanding import Entities
from care.rules.entities import find_entities
from care.rules.numbers import digits_in, may_say, words_in
from care.rules.product_names import products_in
from care.rules.spoken_dates import WEEKDAYS, dates_in
from care.rules.words import words_of

_KINDS = ("order_ids", "subscription_ids", "refund_ids")
_MOST, _LONGEST = 20, 200  # things of one kind in one message, and characters of one; a model may answer anything


def grounded(named: Entities, text: str, utterance: Utterance) -> Entities:
    """What `text`, the message or a part of it, names. An id may come from earlier in the conversation ("it")."""
    found = find_entities(text, utterance.products)
    said = " ".join([*utterance.history, utterance.asked or "", utterance.text])
    update: dict[str, Any] = {kind: _ids(kind, named, found, said) for kind in _KINDS}
    known = [name for one in _few(named.products) for name in products_in(one, utterance.products)]
    update["products"] = list(dict.fromkeys(known)) or found.products
    dates = [date for one in _few(named.dates) for date in dates_in(one) if _dated(date, text)]
    update["dates"] = list(dict.fromkeys(dates)) or found.dates
    update["amounts"] = list(dict.fromkeys([*found.amounts, *_amounts(named, text)]))
    update["delivery_day"] = _day(named.delivery_day, text) or found.delivery_day
    for field in ("frequency", "reason", "remedy"):
        update[field] = getattr(named, field) or getattr(found, field)
    counted = named.quantity if named.quantity and may_say(named.quantity, text) else found.quantity
    update["quantity"] = counted if counted and 1 <= counted <= 1000 else None
    return Entities.model_validate(update)


def words_of_message(part: str, message: str) -> str | None:
    """The place in the message that `part` quotes, whatever its spaces and capitals; the whole message if it quotes
    nothing, or says it in words most of which are there; None if it says something else."""
    if len(part) > 2 * len(message):
        return None
    words = part.split()
    if place := re.search(r"\s+".join(map(re.escape, words)), message, re.IGNORECASE) if words else None:
        return place.group()
    said, theirs = set(words_of(message)), words_of(part)
    return message if 2 * sum(word in said for word in theirs) >= len(theirs) else None


def english_of(rendered: object, text: str) -> str | None:
    """A rendering in English, unless it is much longer than what it renders, or holds a number that was not said."""
    if not isinstance(rendered, str) or not rendered.strip() or len(rendered) > 3 * len(text) + 40:
        return None
    said = {*digits_in(text), *words_in(text, unsure=True)} | ({Decimal(1)} if may_say(1, text) else set())
    return rendered.strip() if said.issuperset(digits_in(rendered)) else None


def _ids(kind: str, named: Entities, found: Entities, said: str) -> list[str]:
    ours: list[str] = getattr(found, kind)
    others = {one for other in _KINDS if other != kind for one in getattr(found, other)}
    theirs = [one.strip(" #").upper() for one in _few(getattr(named, kind))]
    real = [one for one in theirs if one not in others and any(c.isdigit() for c in one) and _stands(one, said)]
    return list(dict.fromkeys([*ours, *real]))


def _few(values: list[str]) -> list[str]:
    return [value for value in values[:_MOST] if len(value) <= _LONGEST]


def _stands(one: str, said: str) -> bool:
    """Whether it is said as a whole: ORD1 does not stand in ORD12."""
    return bool(re.search(rf"(?<![\w-]){re.escape(one)}(?![\w-])", said, re.IGNORECASE))


def _dated(date: str, text: str) -> bool:
    """Whether the numbers of a date are said: day and year, since months have names; "next friday" has none."""
    if iso := re.fullmatch(r"(\d{4})-\d\d-(\d\d)", date):
        return date in text or (may_say(int(iso[1]), text) and may_say(int(iso[2]), text))
    return all(may_say(int(n), text) for n in re.findall(r"\d+", date))


def _amounts(named: Entities, text: str) -> list[str]:
    said = " ".join(text.split())
    return [one for one in _few(named.amounts) if digits_in(one) and " ".join(one.split()) in said]


def _day(day: int | str | None, text: str) -> int | str | None:
    if isinstance(day, str) and not day.isdecimal():
        return day.lower() if day.lower() in WEEKDAYS else None
    number = int(str(day or 0)[:3])
    return number if 1 <= number <= 31 and may_say(number, text) else None

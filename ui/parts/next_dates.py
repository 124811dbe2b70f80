"""The deliveries that a form or a change leads to, each with what is paid for it."""

from __future__ import annotations

from care.models.money import Money
from care.models.subscription import Prepaid
from ui.language import _
from ui.parts import words
from ui.parts.elements import box, text
from ui.parts.standing import day
from ui.visit import Visit

# As many as are planned ahead.
MANY = 5


def next_dates(visit: Visit, keys: list[str], each: Money | None = None, terms: Prepaid | None = None) -> None:
    """`each`: the price of one delivery, where it is to be told. Fewer than five are all that will come."""
    title = _("The next five deliveries") if len(keys) == MANY else _("All deliveries")
    text(title, "mute small strong")
    with box("options", tag="ul", name=title):
        for number, key in enumerate(keys):
            with box("chip info dated", tag="li"):
                text(day(visit, key), tag="span")
                if each is not None:
                    text(_paid(each, terms, number), "price", tag="span")


def _paid(each: Money, terms: Prepaid | None, number: int) -> str:
    """What is paid with the delivery that has `number` others before it."""
    if terms is None:
        return words.money(each)
    return _("paid") if number % terms.deliveries else words.money(each * terms.deliveries)
